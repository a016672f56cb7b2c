// One call rehearsed without a telephone: the site's own interpreter, with keys, silence and the queue's ends given by hand.
import type { CaseAnswer } from '../contact/case-answer.js';
import type {
  DecidedWay,
  FlowCursor,
  FlowInput,
  FlowTurn,
  FlowView,
  QueueExit,
} from '../contact/flow-turn.js';
import type { FlowId } from '../contact/ids.js';
import { messageKey } from '../contact/limit-words.js';
import type { Flow } from '../ivr/flow.js';
import { waysTaken } from '../ivr/way-taken.js';
import { isAnnounced } from '../numbers/ledger-row.js';
import { heardPrompt, type HeardPrompt } from './hearing.js';
import type { Site } from './site.js';

/** When and by which number the call comes, and what the queues look like then. */
export interface Scene {
  readonly nowMs: number;
  /** Null: the first number of the ledger that leads into the flow. */
  readonly dialled: string | null;
  /** Queues not named are empty and staffed. */
  readonly queues: FlowView['queues'];
  /** What the caller wished when he called before. */
  readonly wish?: string | null;
  /** He called before, a short time ago. */
  readonly repeat?: boolean;
  /** He is under a limit, and told so. */
  readonly limited?: boolean;
}

/** What the caller, the agents or the clock do. */
export type RehearsalAct =
  | { readonly do: 'press'; readonly key: string }
  | { readonly do: 'silence' }
  | { readonly do: 'exit'; readonly exit: QueueExit }
  | { readonly do: 'lookUp'; readonly answer: CaseAnswer }
  | { readonly do: 'answer' }
  /** Nobody answers where the call is led. */
  | { readonly do: 'leadFails' }
  /** Something is said after the tone. */
  | { readonly do: 'leaveVoicemail' }
  | { readonly do: 'hangUp' };

/** Where a call is: waiting for a key, an answer or a person, or over. */
export type RehearsalPlace =
  | { readonly at: 'keys' }
  | { readonly at: 'voicemail' }
  /** A query is under way. */
  | { readonly at: 'lookUp' }
  /** `keys` lead elsewhere from there. */
  | {
      readonly at: 'queue';
      readonly queueId: string;
      readonly keys: readonly string[];
      /** The flow leads on whoever is too far back, or has waited too long. */
      readonly overflows: boolean;
    }
  /** On its way to a sub-centre. */
  | { readonly at: 'led'; readonly number: string }
  | { readonly at: 'answered'; readonly queueId: string | null }
  /** `reason` null: the caller hung up himself. */
  | { readonly at: 'hungUp'; readonly reason: string | null };

/** A call under way. */
export interface Rehearsal {
  readonly flow: Flow;
  readonly view: FlowView;
  readonly cursor: FlowCursor;
  readonly place: RehearsalPlace;
  readonly limited: boolean;
  /** Since the last act. */
  readonly heard: readonly HeardPrompt[];
  /** Every way gone so far. */
  readonly ways: readonly DecidedWay[];
}

/** Why a call cannot be rehearsed: `notAnswered` = the number is only told about on that day. */
export type NoRehearsal = 'unknownFlow' | 'unknownNumber' | 'notAnswered';

/** The call's first turn. */
export function beginRehearsal(
  site: Site,
  flowId: string,
  { nowMs, dialled, queues, wish = null, repeat = false, limited = false }: Scene,
): Rehearsal | NoRehearsal {
  const flow = site.flows.get(flowId as FlowId);
  if (flow === undefined) return 'unknownFlow';
  const rows = site.numbers.filter(({ flowIds }) => flowIds.includes(flow.id));
  const row = rows.find(({ row: { number } }) => dialled === null || number === dialled)?.row;
  if (dialled !== null && row === undefined) return 'unknownNumber';
  const dnis = row?.number ?? '';
  const { state, tag, words } = site.meaningOf({
    ...{ dnis, redirectedFrom: '', toUser: '', ani: '', trunkId: '', nowMs },
  });
  if (row !== undefined && isAnnounced(state)) return 'notAnswered';
  const view: FlowView = {
    nowMs,
    dnis,
    tag,
    callerShown: true,
    opening: words.opening,
    queues,
    wish,
    repeat,
  };
  const start: FlowCursor = {
    ...{ flowId: flow.id, siteVersion: site.version, nodeId: flow.startId },
    ...{ tries: 0, digits: '', keys: 0 },
  };
  const turn = site.flowTurn(start, { type: 'begin' }, view);
  return settled(site, { flow, view, limited, heard: [], ways: turn.decided ?? [] }, turn);
}

/** The call after an act; null if nothing of the kind can happen where it is. */
export function rehearse(site: Site, call: Rehearsal, act: RehearsalAct): Rehearsal | null {
  const { place } = call;
  const isOver = place.at === 'answered' || place.at === 'hungUp';
  if (act.do === 'hangUp')
    return isOver ? null : { ...call, heard: [], place: { at: 'hungUp', reason: null } };
  if (act.do === 'answer')
    return place.at !== 'queue' && place.at !== 'led'
      ? null
      : {
          ...call,
          heard: [],
          place: { at: 'answered', queueId: place.at === 'queue' ? place.queueId : null },
          ways: [...call.ways, { nodeId: call.cursor.nodeId, way: 'answered' }],
        };
  const input = inputOf(act, call);
  return input === undefined ? null : turned(site, { ...call, heard: [] }, input);
}

/** What an act is where the call stands; undefined where nothing of the kind can happen. */
function inputOf(
  act: Exclude<RehearsalAct, { do: 'answer' | 'hangUp' }>,
  { place }: Rehearsal,
): FlowInput | undefined {
  const { at } = place;
  switch (act.do) {
    case 'press':
      if (at === 'voicemail' && act.key === '#') return { type: 'voicemailLeft' };
      if (at === 'queue' && !place.keys.includes(act.key)) return undefined;
      return at === 'keys' || at === 'queue' ? { type: 'digit', digit: act.key } : undefined;
    case 'silence':
      if (at === 'voicemail') return { type: 'voicemailMissing' };
      return at === 'keys' ? { type: 'silence' } : undefined;
    case 'exit':
      if (at !== 'queue' || (act.exit === 'overflow' && !place.overflows)) return undefined;
      return { type: 'queueExit', exit: act.exit };
    case 'leadFails':
      return at === 'led' ? { type: 'leadFailed' } : undefined;
    case 'leaveVoicemail':
      return at === 'voicemail' ? { type: 'voicemailLeft' } : undefined;
    case 'lookUp':
      return at === 'lookUp' ? { type: 'caseAnswer', answer: act.answer } : undefined;
  }
}

type SoFar = Pick<Rehearsal, 'flow' | 'view' | 'limited' | 'heard' | 'ways'>;

function turned(site: Site, call: Rehearsal, input: FlowInput): Rehearsal {
  const turn = site.flowTurn(call.cursor, input, call.view);
  return settled(
    site,
    { ...call, ways: [...call.ways, ...waysTaken(call.flow, call.cursor, input, turn)] },
    turn,
  );
}

/** Hears what is said to its end; words that lead on by themselves do so. */
function settled(site: Site, so: SoFar, turn: FlowTurn): Rehearsal {
  const { next, cursor } = turn;
  const heard = [...so.heard, ...turn.say.map(({ prompt }) => heardPrompt(site, prompt))];
  const view = turn.wish === undefined ? so.view : { ...so.view, wish: turn.wish };
  const call = { flow: so.flow, view, limited: so.limited, ways: so.ways, heard, cursor };
  switch (next.type) {
    case 'spoken':
      return turned(site, { ...call, place: { at: 'keys' } }, { type: 'spoken' });
    case 'collect':
      return { ...call, place: { at: 'keys' } };
    case 'voicemail':
      return { ...call, place: { at: 'voicemail' } };
    case 'lookUpCase':
      return { ...call, place: { at: 'lookUp' } };
    case 'lead':
      return { ...call, place: { at: 'led', number: next.target.number } };
    case 'enqueue': {
      const toMessage = so.limited && next.takesMessage === true ? [messageKey] : [];
      const keys = [...(next.keys ?? []), ...toMessage];
      const overflows = next.overflow !== undefined;
      return { ...call, place: { at: 'queue', queueId: next.request.queueId, keys, overflows } };
    }
    case 'hangUp':
      return { ...call, place: { at: 'hungUp', reason: next.reason } };
  }
}
