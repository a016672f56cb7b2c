// Seeded chance: one seed, one run.

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** Mulberry32 (Tommy Ettinger): small, fast, good enough for arrivals and talk times. */
export function createRandom(seed: number): Random {
  // Kept as a signed integer: the engine stores one of those without allocating.
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An exponentially distributed duration in whole ms (inter-arrival and service times of Erlang's model). */
export const exponentialMs = (random: Random, meanMs: number): number =>
  Math.round(-meanMs * Math.log(1 - random()));
