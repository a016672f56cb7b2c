// What the journal's facts are in Asterisk's queue_log format: one fact, no line or a few. docs/reports.md has the mapping.
import { confidentialText } from '../../contact/confidential.js';
import type { AgentFact } from '../../contact/agent.js';
import type { ContactFact } from '../../contact/contact-signals.js';
import type { OfferOutcome } from '../../contact/offer.js';
import type { JournalEntry } from '../../engine/ports.js';

/** What of an entry is read. */
export type LoggedEntry = Pick<JournalEntry, 'stream' | 'id' | 'atMs' | 'facts'>;

/** What later lines of a call need of earlier facts. */
interface LoggedCall {
  masked: string;
  readonly dnis: string;
  queue: string;
  /** In line, or at a ringing phone. */
  waiting: boolean;
  queuedAtMs: number;
  /** Its place when it came into line, 1 = first. */
  place: number;
  rangMs: number;
  holdMs: number;
}

/** What later lines of an agent need. */
interface LoggedAgent {
  readonly phone: string;
  readonly sinceMs: number;
  paused: boolean;
}

/** Everything the next lines depend on; plain data, kept beside the file. */
export interface QueueLogState {
  readonly calls: Record<string, LoggedCall>;
  readonly agents: Record<string, LoggedAgent>;
}

/** Before the first fact. */
export function emptyQueueLogState(): QueueLogState {
  return { calls: {}, agents: {} };
}

/** Where there is nothing to name, as Asterisk writes it. */
const none = 'NONE';

/** The lines of an entry, each with its newline; `state` is brought up to date. */
export function linesOf(state: QueueLogState, { stream, id, atMs, facts }: LoggedEntry): string {
  const epoch = Math.floor(atMs / 1000);
  const write = (queue: string, agent: string, event: string, data: readonly (string | number)[]): string => {
    const callId = stream === 'contact' ? id : none;
    return `${[epoch, callId, queue, agent, event, ...data].map(fieldOf).join('|')}\n`;
  };
  if (stream === 'contact')
    return facts.map((fact) => linesOfCall(state, id, atMs, fact as ContactFact, write)).join('');
  if (stream === 'agent')
    return facts.map((fact) => linesOfAgent(state, id, atMs, fact as AgentFact, write)).join('');
  return '';
}

type Write = (queue: string, agent: string, event: string, data: readonly (string | number)[]) => string;

/** A field can hold neither the separator nor an end of line. */
function fieldOf(value: string | number): string {
  return String(value).replaceAll(/[|\r\n]/g, '_');
}

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000));
const memberOf = (agentId: string): string => `Agent/${agentId}`;

function linesOfCall(
  state: QueueLogState,
  id: string,
  atMs: number,
  fact: ContactFact,
  write: Write,
): string {
  if (fact.type === 'ContactArrived') {
    // An agent's own call stands in no queue, and in no figure of queues.
    if (fact.out !== undefined) return '';
    state.calls[id] = {
      masked: fact.callerMasked,
      dnis: fact.dnis,
      queue: '',
      waiting: false,
      queuedAtMs: atMs,
      place: 0,
      rangMs: 0,
      holdMs: 0,
    };
    return '';
  }
  const call = state.calls[id];
  if (call === undefined) return '';
  switch (fact.type) {
    case 'ContactQueued': {
      const did = call.queue === '' ? write(fact.queueId, none, 'DID', [call.dnis]) : '';
      return did + enter(state, call, fact.queueId, atMs, write);
    }
    case 'ContactRequeued':
      return enter(state, call, fact.queueId, atMs, write);
    case 'OfferAnswered':
      call.rangMs = fact.rangMs;
      return '';
    case 'OfferEnded':
      return write(call.queue, memberOf(fact.agentId), ringEnd(fact.outcome), [fact.rangMs]);
    case 'AgentConnected':
      call.waiting = false;
      call.holdMs = atMs - call.queuedAtMs;
      return write(call.queue, memberOf(fact.agentId), 'CONNECT', [
        seconds(call.holdMs),
        fact.offerId,
        seconds(call.rangMs),
      ]);
    case 'TalkEnded': {
      const event = fact.by === 'citizen' ? 'COMPLETECALLER' : 'COMPLETEAGENT';
      const data = [seconds(call.holdMs), seconds(fact.talkMs), call.place];
      return write(call.queue, memberOf(fact.agentId), event, data);
    }
    case 'QueueExited': {
      const event = fact.exit === 'nobody' ? 'EXITEMPTY' : 'EXITWITHTIMEOUT';
      const line = write(fact.queueId, none, event, leaving(state, call, atMs));
      call.waiting = false;
      return line;
    }
    case 'ContactSealed':
      call.masked = confidentialText;
      return '';
    case 'ContactEnded': {
      const gaveUp = fact.by === 'citizen' && fact.reason !== 'node';
      const line = call.waiting
        ? write(call.queue, none, gaveUp ? 'ABANDON' : 'LOST', leaving(state, call, atMs))
        : '';
      delete state.calls[id];
      return line;
    }
    default:
      return '';
  }
}

function enter(state: QueueLogState, call: LoggedCall, queue: string, atMs: number, write: Write): string {
  const before = Object.values(state.calls).filter((other) => other.waiting && other.queue === queue);
  Object.assign(call, { queue, waiting: true, queuedAtMs: atMs, place: before.length + 1, rangMs: 0 });
  return write(queue, none, 'ENTERQUEUE', ['', call.masked, call.place]);
}

/** position|origposition|waittime */
function leaving({ calls }: QueueLogState, call: LoggedCall, atMs: number): readonly number[] {
  const ahead = Object.values(calls).filter(
    (other) => other.waiting && other.queue === call.queue && other.queuedAtMs < call.queuedAtMs,
  );
  return [ahead.length + 1, call.place, seconds(atMs - call.queuedAtMs)];
}

function ringEnd(outcome: OfferOutcome): string {
  return outcome === 'callerGone' ? 'RINGCANCELED' : 'RINGNOANSWER';
}

function linesOfAgent(
  { agents }: QueueLogState,
  id: string,
  atMs: number,
  fact: AgentFact,
  write: Write,
): string {
  const member = memberOf(id);
  const agent = agents[id];
  const signOff = () =>
    agent === undefined
      ? ''
      : write(none, member, 'AGENTLOGOFF', [agent.phone, seconds(atMs - agent.sinceMs)]);
  switch (fact.type) {
    case 'AgentSignedIn': {
      const phone = `PJSIP/${fact.deviceId}`;
      agents[id] = { phone, sinceMs: atMs, paused: true };
      // Signed in he is not ready until he says so.
      return (
        signOff() + write(none, member, 'AGENTLOGIN', [phone]) + write(none, member, 'PAUSEALL', ['signedIn'])
      );
    }
    case 'AgentSignedOut':
      delete agents[id];
      return signOff();
    case 'AgentActivityChanged': {
      if (agent === undefined) return '';
      const pausing = fact.to === 'break' || fact.to === 'missed';
      if (pausing === agent.paused && !pausing) return '';
      agent.paused = pausing;
      return pausing
        ? write(none, member, 'PAUSEALL', [fact.reason ?? fact.to])
        : write(none, member, 'UNPAUSEALL', ['']);
    }
    default:
      return '';
  }
}
