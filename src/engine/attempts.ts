// Counts failed tries and slows down whoever guesses: by person, by place and by both. What is tried is somebody else's matter.

/** Who tries, and where. */
export interface Attempt {
  /** A 工号 or the name of an account. */
  readonly who: string;
  /** A device's id or a network address. */
  readonly from: string;
}

/** Failures that lock (all ASSUMED). A place is shared by many people, a person is known at many places: these bear more. */
export interface AttemptLimits {
  readonly personAtPlace: number;
  readonly person: number;
  readonly place: number;
  /** Counted from the last failure; a lock ends by itself after it. */
  readonly lockMs: number;
}

/** 5 failures lock a person at one place for 10 min, 20 a person everywhere, 30 a place for everybody. */
export const defaultAttemptLimits: AttemptLimits = {
  personAtPlace: 5,
  person: 20,
  place: 30,
  lockMs: 600_000,
};

/** The counts. Whoever has to wait for an answer counts the failure first and takes it back: else many tries at once were one. */
export interface Attempts {
  isLocked(attempt: Attempt, nowMs: number): boolean;
  fail(attempt: Attempt, nowMs: number): void;
  /** The last failure was none. */
  takeBack(attempt: Attempt): void;
  /** It went right: forgets the failures of this person at this place, and only these. */
  clear(attempt: Attempt): void;
  /** Forgets all that was counted of this person, at whatever place: he was given a new secret. Counts of places stay. */
  forgive(who: string): void;
}

interface Failures {
  readonly count: number;
  readonly untilMs: number;
}

/** More counters than this: the lapsed ones are forgotten. */
const maxCounters = 10_000;

/** No failures yet. They are kept in memory: a restart forgives. */
export function createAttempts(limits: AttemptLimits = defaultAttemptLimits): Attempts {
  const failures = new Map<string, Failures>();

  function countOf(key: string, nowMs: number): number {
    const known = failures.get(key);
    return known === undefined || known.untilMs <= nowMs ? 0 : known.count;
  }

  function forgetLapsed(nowMs: number): void {
    for (const [key, { untilMs }] of failures) if (untilMs <= nowMs) failures.delete(key);
  }

  return {
    isLocked: (attempt, nowMs) =>
      countersOf(attempt, limits).some(({ key, limit }) => countOf(key, nowMs) >= limit),
    fail(attempt, nowMs) {
      if (failures.size > maxCounters) forgetLapsed(nowMs);
      for (const { key } of countersOf(attempt, limits))
        failures.set(key, { count: countOf(key, nowMs) + 1, untilMs: nowMs + limits.lockMs });
    },
    takeBack(attempt) {
      for (const { key } of countersOf(attempt, limits)) {
        const known = failures.get(key);
        if (known === undefined) continue;
        if (known.count <= 1) failures.delete(key);
        else failures.set(key, { ...known, count: known.count - 1 });
      }
    },
    clear: (attempt) => void failures.delete(pairKey(attempt)),
    forgive(who) {
      for (const key of failures.keys())
        if ((JSON.parse(key) as readonly unknown[])[0] === who) failures.delete(key);
    },
  };
}

/** A right try clears its own pair only: else a guesser with a secret of his own could guess for ever. */
const pairKey = ({ who, from }: Attempt): string => JSON.stringify([who, from]);

function countersOf(attempt: Attempt, limits: AttemptLimits) {
  return [
    { key: pairKey(attempt), limit: limits.personAtPlace },
    { key: JSON.stringify([attempt.who]), limit: limits.person },
    { key: JSON.stringify([null, attempt.from]), limit: limits.place },
  ];
}
