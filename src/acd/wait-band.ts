// The rounded phrase in which a wait is told, or that it is not told at all.
import type { WaitBand } from '../contact/contact.js';
import type { ExpectedWait } from './expected-wait.js';

const minuteMs = 60_000;

/**
 * The narrowest band of whole minutes that holds the wait; of two equally narrow ones the shorter. None where it is not known,
 * where its two values are further apart than `spreadMaxMs`, or where no band holds it: a promise that may well be broken is
 * worse than none.
 */
export function bandOf(
  wait: ExpectedWait,
  bands: readonly WaitBand[],
  spreadMaxMs: number,
): WaitBand | undefined {
  if (!wait.known || wait.highMs - wait.lowMs > spreadMaxMs) return undefined;
  const holding = bands.filter(
    ({ fromMinutes, toMinutes }) =>
      fromMinutes * minuteMs <= wait.lowMs && wait.highMs <= toMinutes * minuteMs,
  );
  return holding.reduce<WaitBand | undefined>(
    (best, band) => (best === undefined || isBefore(band, best) ? band : best),
    undefined,
  );
}

function isBefore(one: WaitBand, other: WaitBand): boolean {
  const width = ({ fromMinutes, toMinutes }: WaitBand) => toMinutes - fromMinutes;
  return width(one) - width(other) < 0 || (width(one) === width(other) && one.toMinutes < other.toMinutes);
}

/** Told once, and again only when less is left: never more than was told before. */
export function isNewsAfter(told: WaitBand | undefined, band: WaitBand): boolean {
  if (told === undefined) return true;
  const { fromMinutes, toMinutes } = band;
  const isSame = fromMinutes === told.fromMinutes && toMinutes === told.toMinutes;
  return !isSame && fromMinutes <= told.fromMinutes && toMinutes <= told.toMinutes;
}
