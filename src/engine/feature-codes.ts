// The table of feature codes: what an agent's keys mean. Pure.
import type { BreakReason } from '../contact/agent.js';
import type { DispositionOutcome } from '../contact/disposition.js';
import type { HandOverMode } from '../contact/hand-over-target.js';
import type { AgentId } from '../contact/ids.js';
import type { SeatKind } from '../contact/seat.js';

/** What an agent asks for by his phone. */
export type FeatureAct =
  | { readonly do: 'signIn'; readonly agentId: AgentId }
  | {
      readonly do:
        | ('signOut' | 'ready' | 'endWrapUp' | 'extendWrapUp')
        | ('help' | 'confidential' | 'silent' | 'state' | 'echo');
    }
  /** `null`: the reason has still to be asked for. */
  | { readonly do: 'break'; readonly reason: BreakReason | null }
  | { readonly do: 'seat'; readonly seat: SeatKind }
  | { readonly do: 'city'; readonly areaCode: string }
  /** 回拨 the citizen he talked with last; 外呼 of a number. */
  | { readonly do: 'callBack' }
  | { readonly do: 'call'; readonly number: string }
  /** 咨询专家, by the expert's number. */
  | { readonly do: 'consult'; readonly expertId: string }
  | { readonly do: 'conference' | 'handOver' | 'consultBack' }
  /** 紧急与公用事业, by the target's key: 一键转接 or 三方通话. */
  | { readonly do: 'target'; readonly key: string; readonly mode: HandOverMode }
  | { readonly do: 'disposition'; readonly outcome: DispositionOutcome };

/** What some keys mean: a whole code, one that may go on (`act` = its meaning if it does not), or none. */
export type FeatureReading =
  | { readonly is: 'whole'; readonly act: FeatureAct }
  | { readonly is: 'open'; readonly act: FeatureAct | null }
  | { readonly is: 'unknown' };

const unknown: FeatureReading = { is: 'unknown' };
const whole = (act: FeatureAct): FeatureReading => ({ is: 'whole', act });
const open = (act: FeatureAct | null): FeatureReading => ({ is: 'open', act });

/** Keys of a break's reason; 9 紧急离席 is never refused. */
const breakReasonByKey: ReadonlyMap<string, BreakReason> = new Map([
  ['1', 'rest'],
  ['2', 'meal'],
  ['3', 'training'],
  ['4', 'meeting'],
  ['5', 'other'],
  ['9', 'urgent'],
]);

const outcomeByKey: ReadonlyMap<string, DispositionOutcome> = new Map([
  ['1', 'direct'],
  ['2', 'dispatch'],
  ['3', 'scope'],
  ['4', 'transfer'],
  ['5', 'invalid'],
  ['9', 'other'],
]);

/** The codes (ASSUMED), each with the meaning of what follows it. No code is the beginning of another one. */
const codes: Readonly<Record<string, (argument: string) => FeatureReading>> = {
  '*20': readAgentId,
  '*21': alone({ do: 'signOut' }),
  '*22': alone({ do: 'ready' }),
  '*23': (key) => (key === '' ? open({ do: 'break', reason: null }) : breakOf(breakReason(key))),
  '*24': alone({ do: 'endWrapUp' }),
  '*25': alone({ do: 'extendWrapUp' }),
  '*26': (key) => (key === '' ? open(null) : dispositionOf(outcomeByKey.get(key))),
  '*27': alone({ do: 'help' }),
  '*28': alone({ do: 'confidential' }),
  '*29': alone({ do: 'state' }),
  '*30': alone({ do: 'silent' }),
  '*31': alone({ do: 'seat', seat: 'minor' }),
  '*32': alone({ do: 'seat', seat: 'dialect' }),
  '*33': alone({ do: 'seat', seat: 'foreign' }),
  '*34': readAreaCode,
  '*35': readExpertId,
  '*36': alone({ do: 'conference' }),
  '*37': alone({ do: 'handOver' }),
  '*38': alone({ do: 'consultBack' }),
  '*41': alone({ do: 'callBack' }),
  '*42': readNumber,
  '*43': alone({ do: 'echo' }),
  '*44': target('oneKey'),
  '*45': target('threeParty'),
};

/** Whether it leads a consult of an expert. */
export function isOfConsult({ do: asked }: FeatureAct): boolean {
  return ['consult', 'conference', 'handOver', 'consultBack', 'target'].includes(asked);
}

/** Reads keys pressed so far, or a number dialled as a whole. `#` may be written `%23`, as some phones send it. */
export function readFeatureCode(keys: string): FeatureReading {
  const pressed = keys.replaceAll('%23', '#');
  for (const [code, read] of Object.entries(codes)) {
    if (pressed.startsWith(code)) return read(pressed.slice(code.length));
    if (code.startsWith(pressed) && pressed !== '') return open(null);
  }
  return unknown;
}

/** The reason behind a key of the break menu. */
export function breakReason(key: string): BreakReason | undefined {
  return breakReasonByKey.get(key);
}

function alone(act: FeatureAct): (argument: string) => FeatureReading {
  return (argument) => (argument === '' ? whole(act) : unknown);
}

/** One figure. */
function target(mode: HandOverMode): (argument: string) => FeatureReading {
  return (key) => {
    if (key === '') return open(null);
    return /^\d$/.test(key) ? whole({ do: 'target', key, mode }) : unknown;
  };
}

/** A 工号 has no fixed length: `#` ends it, or silence does. */
function readAgentId(argument: string): FeatureReading {
  const [, agentId = '', end] = /^(\d{0,12})(#?)$/.exec(argument) ?? [];
  if (end === undefined) return unknown;
  const act: FeatureAct = { do: 'signIn', agentId: agentId as AgentId };
  if (agentId === '') return end === '' ? open(null) : unknown;
  return end === '' ? open(act) : whole(act);
}

/** An expert's number has three to eight figures: `#` ends it, or silence does. */
function readExpertId(argument: string): FeatureReading {
  const [, expertId = '', end] = /^(\d{0,8})(#?)$/.exec(argument) ?? [];
  if (end === undefined) return unknown;
  const isWhole = expertId.length >= 3;
  const act: FeatureAct = { do: 'consult', expertId };
  if (end === '') return open(isWhole ? act : null);
  return isWhole ? whole(act) : unknown;
}

/** An area code has three or four figures: `#` ends it, or silence does. */
function readAreaCode(argument: string): FeatureReading {
  const [, areaCode = '', end] = /^((?:0(?:[1-9]\d{0,2})?)?)(#?)$/.exec(argument) ?? [];
  if (end === undefined) return unknown;
  const isWhole = areaCode.length >= 3;
  const act: FeatureAct = { do: 'city', areaCode };
  if (end === '') return open(isWhole ? act : null);
  return isWhole ? whole(act) : unknown;
}

/** A number's length is its own: `#` ends it, or silence does. */
function readNumber(argument: string): FeatureReading {
  const [, number = '', end] = /^(\d{0,16})(#?)$/.exec(argument) ?? [];
  if (end === undefined) return unknown;
  const act: FeatureAct = { do: 'call', number };
  if (number.length < 3) return end === '' ? open(null) : unknown;
  return end === '' ? open(act) : whole(act);
}

function breakOf(reason: BreakReason | undefined): FeatureReading {
  return reason === undefined ? unknown : whole({ do: 'break', reason });
}

function dispositionOf(outcome: DispositionOutcome | undefined): FeatureReading {
  return outcome === undefined ? unknown : whole({ do: 'disposition', outcome });
}
