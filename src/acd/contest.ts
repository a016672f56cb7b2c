// Who is served before a contact, and which agents may take it or one of those: what its wait depends on.
import type { AgentId } from '../contact/ids.js';
import type { Ask } from './agent-index.js';
import { aheadMax, kindsMax } from './expected-wait.js';
import type { WaitingContact } from './place.js';
import { lineFor, openRings, unionOf, type Line, type WaitingLines } from './waiting-lines.js';

/** An agent who is signed in, as one contact sees him. */
export interface Contender {
  readonly agentId: AgentId;
  /** The contact may be given to him from then on; Infinity = never. */
  readonly opensAtMs: number;
  /** Which kinds of those before it he may take: bit n for kind n. */
  readonly takes: number;
}

/** How a contact stands. Those who wait for one agent alone are before nobody. */
export interface Contest {
  /**
   * The kinds of those before it, in the order of service; one kind = the same agents may take them now. Of more than
   * {@link aheadMax} the length alone means anything.
   */
  readonly ahead: readonly number[];
  readonly agents: readonly Contender[];
  /** Signed in who may take it, now or when a ring opens. */
  readonly signedIn: number;
}

/** Looks at every line and every set of skills once. */
export function contestFor(lines: WaitingLines, contact: WaitingContact, nowMs: number): Contest {
  const line = lineFor(lines, contact, nowMs);
  const kinds = kindsBefore(lines, contact);
  const ways = waysTo(lines, line, contact);
  const agents: Contender[] = [];
  for (const { met, entries } of lines.agents.sets.values()) {
    const opensAtMs = ways.reduce(
      (least, way) => (met.has(way.ask) ? Math.min(least, way.fromMs) : least),
      Infinity,
    );
    const takes = kinds.asks.reduce((bits, ask, kind) => (met.has(ask) ? bits | (1 << kind) : bits), 0);
    if (opensAtMs === Infinity && takes === 0) continue;
    for (const { agent } of entries) agents.push({ agentId: agent.agentId, opensAtMs, takes });
  }
  return {
    ahead: kinds.ahead,
    agents,
    signedIn: agents.filter(({ opensAtMs }) => opensAtMs < Infinity).length,
  };
}

interface Way {
  readonly ask: Ask;
  readonly fromMs: number;
}

/** Those who may take it now, and each ring that opens by its time alone. */
function waysTo(lines: WaitingLines, line: Line, { queuedAtMs }: WaitingContact): readonly Way[] {
  const open = openRings(lines, line);
  const later = line.kind.routing.rings.flatMap(({ afterMs }, index): readonly Way[] => {
    const ask = line.kind.rings[index];
    const opens = afterMs !== null && !open.includes(index + 1) && ask !== undefined;
    return opens ? [{ ask, fromMs: queuedAtMs + afterMs }] : [];
  });
  return [{ ask: unionOf(lines, line, open), fromMs: 0 }, ...later];
}

interface KindsBefore {
  readonly asks: readonly Ask[];
  readonly ahead: readonly number[];
}

/** Those of one kind: of each line so many, from its head. */
interface KindBefore {
  readonly ask: Ask;
  readonly parts: { readonly line: Line; readonly count: number }[];
  count: number;
}

/** The largest kinds, should there be more than can be told apart. Of more calls than are looked at nothing but their number is told. */
function kindsBefore(lines: WaitingLines, contact: WaitingContact): KindsBefore {
  const byAsk = new Map<Ask, KindBefore>();
  for (const line of lines.filled) {
    const count = Math.min(line.contacts.rankOf(contact), aheadMax + 1);
    if (count === 0) continue;
    const ask = unionOf(lines, line, openRings(lines, line));
    const kind = byAsk.get(ask) ?? { ask, parts: [], count: 0 };
    kind.parts.push({ line, count });
    kind.count += count;
    byAsk.set(ask, kind);
  }
  const kinds = [...byAsk.values()].sort((one, other) => other.count - one.count).slice(0, kindsMax);
  const asks = kinds.map(({ ask }) => ask);
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  if (total > aheadMax) return { asks, ahead: Array.from({ length: total }, () => 0) };
  const ahead = kinds.flatMap(({ parts }, kind) =>
    parts.flatMap(({ line, count }) => headOf(line, count).map((before) => ({ before, kind }))),
  );
  if (kinds.length > 1) ahead.sort((one, other) => lines.order(one.before, other.before));
  return { asks, ahead: ahead.map(({ kind }) => kind) };
}

function headOf({ contacts }: Line, count: number): readonly WaitingContact[] {
  const head: WaitingContact[] = [];
  for (const one of contacts) {
    if (head.length === count) break;
    head.push(one);
  }
  return head;
}
