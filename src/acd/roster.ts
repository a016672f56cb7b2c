// Everybody who is signed in, written down small: one text for each set of skills, kept up as agents change, so that the record of a
// decision names them all at no cost that grows with their number.
import { breakReasons, type ShownAgentState } from '../contact/agent.js';
import type { AgentId } from '../contact/ids.js';
import type { AgentOnDuty, Standing } from './on-duty.js';
import { compareText } from './sorted-list.js';

/** An agent as a roster has him; of one who was ready `sinceMs` is the instant his idleness counts from. */
export interface RosterLine extends Standing {
  readonly agentId: AgentId;
  /** Talk and wrap-up in the last hour, of one who was ready. */
  readonly busyMs: number;
}

/** One letter for a state; a break has the digit of its reason. */
const letters = {
  ready: 'r',
  ringing: 'g',
  outbound: 'o',
  talking: 't',
  hold: 'h',
  wrapup: 'w',
  missed: 'm',
  unreachable: 'u',
  busyOwnCall: 'y',
  offline: 'x',
} as const satisfies Record<Exclude<ShownAgentState, 'break'>, string>;
const states = new Map(Object.entries(letters).map(([state, letter]) => [letter as string, state]));

/** `1003=w` and since when, in ms and base 36; of a ready one who was busy `.` and for how long. No id has `=` or a blank. */
export function rosterText({ agentId, standing, ready, idleSinceMs }: AgentOnDuty, busyMs: number): string {
  const { state, breakReason, sinceMs } = standing;
  const letter = state === 'break' ? String(breakReasons.indexOf(breakReason ?? 'other')) : letters[state];
  const since = (ready ? idleSinceMs : sinceMs).toString(36);
  return `${agentId}=${letter}${since}${ready && busyMs > 0 ? `.${busyMs.toString(36)}` : ''}`;
}

/** Reads what {@link rosterText} wrote, of many with blanks between. */
export function readRoster(text: string): readonly RosterLine[] {
  return text === '' ? [] : text.split(' ').map(readLine);
}

/** One agent's line, found without reading the others; undefined = he is not among them. */
export function lineIn(text: string, agentId: AgentId): RosterLine | undefined {
  const own = `${agentId}=`;
  const at = text.startsWith(own) ? 0 : text.indexOf(` ${own}`) + 1;
  if (!text.startsWith(own, at)) return undefined;
  const end = text.indexOf(' ', at);
  return readLine(end < 0 ? text.slice(at) : text.slice(at, end));
}

function readLine(line: string): RosterLine {
  const at = line.lastIndexOf('=');
  const letter = line.charAt(at + 1);
  const [since = '', busy = '0'] = line.slice(at + 2).split('.');
  const breakReason = breakReasons[Number(letter)] ?? null;
  return {
    agentId: line.slice(0, at) as AgentId,
    state: breakReason === null ? ((states.get(letter) ?? 'offline') as ShownAgentState) : 'break',
    breakReason,
    sinceMs: parseInt(since, 36),
    busyMs: parseInt(busy, 36),
  };
}

/** A roster is kept in so many parts: a change of one agent makes one of them anew. */
const partCount = 32;

interface Part {
  readonly lines: Map<AgentId, string>;
  /** Null: to be made anew. */
  text: string | null;
}

/** The agents of one set of skills. Changed only by the functions below. */
export interface Roster {
  readonly parts: Map<number, Part>;
  /** Of all parts; null: to be made anew. */
  text: string | null;
}

/** Nobody. */
export function newRoster(): Roster {
  return { parts: new Map(), text: null };
}

/** Adds an agent, or replaces what he was doing. */
export function putLine(roster: Roster, agentId: AgentId, line: string): void {
  const { parts } = roster;
  const number = partOf(agentId);
  const part = parts.get(number) ?? { lines: new Map<AgentId, string>(), text: null };
  part.lines.set(agentId, line);
  part.text = null;
  roster.text = null;
  parts.set(number, part);
}

/** Forgets an agent. */
export function dropLine(roster: Roster, agentId: AgentId): void {
  const { parts } = roster;
  const number = partOf(agentId);
  const part = parts.get(number);
  if (part === undefined) return;
  part.lines.delete(agentId);
  part.text = null;
  roster.text = null;
  if (part.lines.size === 0) parts.delete(number);
}

/** All of them as one text, the same whoever came first. */
export function textOfRoster(roster: Roster): string {
  roster.text ??= textOfParts(roster.parts);
  return roster.text;
}

/** Added up, not joined: an engine's string is put together once somebody reads it. */
function textOfParts(parts: Roster['parts']): string {
  let all = '';
  for (let number = 0; number < partCount; number += 1) {
    const part = parts.get(number);
    if (part === undefined) continue;
    part.text ??= [...part.lines.values()].sort(compareText).join(' ');
    all = all === '' ? part.text : `${all} ${part.text}`;
  }
  return all;
}

function partOf(agentId: AgentId): number {
  let sum = 0;
  for (let at = 0; at < agentId.length; at += 1) sum = (sum * 31 + agentId.charCodeAt(at)) % 65_521;
  return sum % partCount;
}
