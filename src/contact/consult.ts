// 专家座席咨询: what a consult is while it lasts, and the talk of a citizen who was handed over to an expert, an emergency line or a utility.
import type { HandOverTarget } from './hand-over-target.js';
import type { AgentId, BridgeId, ChannelId, ConsultId, DeviceId } from './ids.js';

/** Whom an agent asks for. */
export type ExpertWish =
  | { readonly departmentId: string }
  | { readonly skill: string }
  | { readonly expertId: string }
  /** An emergency line or a public utility. */
  | { readonly targetId: string };

/**
 * Where an expert is rung: at the phone he signed in at, or outside, where a machine might answer. `target`: the nth number (from 1) of an
 * emergency line or a utility, which many may call at once: nobody else is kept from it.
 */
export type ExpertLine =
  | { readonly agentId: AgentId; readonly deviceId: DeviceId }
  | { readonly outside: true; readonly target?: { readonly targetId: string; readonly nth: number } };

/** An expert who is reserved for a consult. Nobody else gets him until his call is closed. */
export interface ExpertCall {
  /** The channel of his phone; names the reservation, too. */
  readonly legId: ChannelId;
  /** Of a target: its id and which of its numbers, such as `police.2`. */
  readonly expertId: string;
  /** Of a target: its id. */
  readonly departmentId: string;
  readonly line: ExpertLine;
  readonly rungAtMs: number;
  /** `asked`: answered outside, where a person has to press a key first. `there`: a person has taken it. */
  readonly state: 'ringing' | 'asked' | 'there';
}

/**
 * Where a consult stands.
 * - `seeking`: an expert is being chosen and reserved;
 * - `queued`: all are busy; the citizen is with his agent;
 * - `ringing`: phones of reserved experts ring, or ask for a key;
 * - `noticed`: one has taken it and hears that the talk is recorded;
 * - `joining`, `talking`: agent and expert, the citizen hears music;
 * - `gathering`, `conference`: all three.
 */
export type ConsultPhase =
  'seeking' | 'queued' | 'ringing' | 'noticed' | 'joining' | 'talking' | 'gathering' | 'conference';

/** An agent asks an expert in a talk of his. One a talk. */
export interface Consult {
  readonly consultId: ConsultId;
  readonly wish: ExpertWish;
  /** Of a wish for a target: what it is. */
  readonly target?: HandOverTarget;
  /** What it is about, in the agent's words. */
  readonly note: string;
  readonly phase: ConsultPhase;
  readonly soughtAtMs: number;
  /** Since when it is in this phase. */
  readonly sinceMs: number;
  /** Out of the talk, with music: since when; null = he is with his agent. */
  readonly parkedSinceMs: number | null;
  /** First had to wait for a busy expert; null = never. */
  readonly queuedAtMs: number | null;
  readonly calls: readonly ExpertCall[];
  /** Experts who were rung and did not come. */
  readonly tried: readonly string[];
  /** The talk of agent and expert is recorded into a file of its own. */
  readonly recording: boolean;
  /** How long agent and expert talked before all three did. */
  readonly talkedMs: number;
}

/** Citizen and expert, after the agent has gone on. */
export interface ExpertTalk {
  readonly consultId: ConsultId;
  readonly call: ExpertCall;
  /** Where it is a target's. */
  readonly target?: HandOverTarget;
  /** The agent who handed over. */
  readonly agentId: AgentId;
  readonly bridgeId: BridgeId;
  /** `noticed`: the agent left while the expert heard that it is recorded; the citizen hears music. */
  readonly phase: 'noticed' | 'joining' | 'talking';
  readonly sinceMs: number;
  readonly recording: 'off' | 'on' | 'paused';
}

/** Why an expert who was rung did not come. `elsewhere`: another one was quicker; `cancelled`: nobody waited any more. */
export type ExpertOutcome = 'noAnswer' | 'busy' | 'declined' | 'failed' | 'elsewhere' | 'cancelled';

/**
 * How a consult ended. `back`: the agent went back to the citizen; `handedOver`: the citizen is the expert's now; `left`: the expert hung
 * up; `nobody`: of those rung nobody came; `waited`: nobody became free in time; `parked`: the citizen had heard music for the longest time.
 */
export type ConsultOutcome =
  | ('back' | 'handedOver' | 'left' | 'nobody' | 'waited' | 'parked')
  | ('agentGone' | 'callerGone' | 'failed' | 'restart');

/** The site's times for consults. */
export interface ConsultPolicy {
  /** An expert's phone rings this long; ASSUMED 15 s. */
  readonly ringMs: number;
  /** Outside, a key must be pressed within this; ASSUMED 20 s. */
  readonly acceptMs: number;
  /** A consult waits for a busy expert this long; ASSUMED 10 min. */
  readonly queueMs: number;
  /** The citizen hears music for a consult this long; ASSUMED 5 min. */
  readonly parkMs: number;
}

/** Every reservation that a talk holds: of its consult, or of the expert it was handed over to. */
export function expertCallsIn(
  stage:
    | { readonly at: 'expert'; readonly talk: ExpertTalk }
    | { readonly at: 'talking'; readonly talk: { readonly consult?: Consult } }
    | { readonly at: 'flow' | 'led' | 'calling' | 'waiting' | 'offered' | 'survey' | 'leaving' | 'ended' },
): readonly ExpertCall[] {
  if (stage.at === 'expert') return [stage.talk.call];
  return stage.at === 'talking' ? (stage.talk.consult?.calls ?? []) : [];
}

/** The expert who has taken it. */
export function expertThere({ calls }: Pick<Consult, 'calls'>): ExpertCall | undefined {
  return calls.find(({ state }) => state === 'there');
}

/** The citizen is out of the talk and hears music, not his agent. */
export function isParked({ consult }: { readonly consult?: Consult }): boolean {
  return consult !== undefined && consult.parkedSinceMs !== null;
}

/** An expert sits in the talk or the citizen waits for one: hold, other leads and the release have to wait. */
export function isConsulting({ consult }: { readonly consult?: Consult }): boolean {
  return (
    consult !== undefined &&
    (consult.parkedSinceMs !== null || consult.phase === 'gathering' || consult.phase === 'conference')
  );
}
