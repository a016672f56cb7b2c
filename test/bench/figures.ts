// What the phones' own marks say: gaps between an agent's calls, the way from a caller's INVITE to an agent's, and who was in time. Pure.

/** A mark that SIPp wrote: a caller's INVITE, the INVITE at an agent, an agent's release. `atMs` in ms since 1970, with fractions. */
export interface Mark {
  readonly is: 'called' | 'invited' | 'released';
  readonly atMs: number;
  /** The citizen's number. */
  readonly caller: string;
  /** The agent's phone; '' for a caller's mark. */
  readonly agent: string;
}

/** Half are below p50, 99 of 100 below p99; ms, rounded to a tenth. `null` where nothing was measured. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p99: number | null;
}

/** A line is full so long as so many wait at least, for then nobody free ever waits for a caller. */
export const leastWaiting = 5;

/** A line of SIPp's log: `I;<date>\t<time>\t<seconds since 1970>;<agent>;<caller>;`. `undefined` for any other line. */
export function markIn(line: string): Mark | undefined {
  const [letter = '', stamp = '', ...words] = line.split(';');
  const atMs = Math.round(Number(stamp.split('\t')[2]) * 1e6) / 1_000;
  if (!Number.isFinite(atMs)) return undefined;
  const [first = '', second = ''] = words.map((word) => word.trim());
  if (letter === 'C') return { is: 'called', atMs, caller: first, agent: '' };
  if (letter === 'I') return { is: 'invited', atMs, caller: second, agent: first };
  if (letter === 'R') return { is: 'released', atMs, caller: second, agent: first };
  return undefined;
}

/**
 * From each agent's release to the next INVITE at him, in ms, while the line was full.
 * @param skip releases left out at the beginning: the first of a cold program are no measure
 */
export function gapsOf(marks: readonly Mark[], skip: number): readonly number[] {
  const sorted = [...marks].sort((one, other) => one.atMs - other.atMs);
  const freeSinceMs = new Map<string, number>();
  const waiting = new Set<string>();
  const gaps: number[] = [];
  let releases = 0;
  for (const { is, atMs, agent, caller } of sorted) {
    if (is === 'called') {
      waiting.add(caller);
    } else if (is === 'released') {
      releases += 1;
      if (releases > skip && waiting.size >= leastWaiting) freeSinceMs.set(agent, atMs);
    } else {
      const sinceMs = freeSinceMs.get(agent);
      if (sinceMs !== undefined) gaps.push(atMs - sinceMs);
      freeSinceMs.delete(agent);
      waiting.delete(caller);
    }
  }
  return gaps;
}

/** From each caller's INVITE to the first INVITE at an agent, in ms; `null` for who reached nobody. In the order of their calls. */
export function waysOf(marks: readonly Mark[]): readonly (number | null)[] {
  const firstMs = new Map<string, number>();
  for (const { is, caller, atMs } of marks) {
    if (is !== 'invited') continue;
    firstMs.set(caller, Math.min(atMs, firstMs.get(caller) ?? Infinity));
  }
  return marks
    .filter(({ is }) => is === 'called')
    .map(({ caller, atMs }) => {
      const reachedMs = firstMs.get(caller);
      return reachedMs === undefined ? null : reachedMs - atMs;
    });
}

/** The share, 0 to 1, of calls that reached an agent within `boundMs`. 0 where there was none. */
export function shareWithin(ways: readonly (number | null)[], boundMs: number): number {
  if (ways.length === 0) return 0;
  return ways.filter((ms) => ms !== null && ms <= boundMs).length / ways.length;
}

/** Both quantiles: the smallest value that so many are not above. */
export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): number | null => {
    const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
    return value === undefined ? null : Math.round(value * 10) / 10;
  };
  return { p50: at(0.5), p99: at(0.99) };
}
