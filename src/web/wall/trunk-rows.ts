// Which trunks the board shows where there is no room for all: those in trouble first, then the fullest.
import type { WallTrunk } from '../live/live-frame.js';

export type Trouble = 'failed' | 'full' | 'nearlyFull';

/** A trunk as a row: `share` of its lines in use, where their number is known. */
export interface TrunkRow {
  readonly id: string;
  readonly linesInUse: number;
  readonly lines: number | undefined;
  readonly share: number | undefined;
  readonly trouble: Trouble | undefined;
}

/** From here on a trunk is nearly full. */
const nearlyFull = 0.85;

function troubleOf(share: number | undefined, { registration }: WallTrunk): Trouble | undefined {
  if (registration === 'failed') return 'failed';
  if (share === undefined || share < nearlyFull) return undefined;
  return share >= 1 ? 'full' : 'nearlyFull';
}

/** The trunks to show, at most `room`, and how many are left out. */
export function trunkRows(
  trunks: Readonly<Record<string, WallTrunk>>,
  room: number,
): { readonly rows: readonly TrunkRow[]; readonly hidden: number } {
  const all = Object.entries(trunks).map(([id, trunk]): TrunkRow => {
    const { linesInUse, lines } = trunk;
    const share = lines === null || lines === 0 ? undefined : linesInUse / lines;
    return { id, linesInUse, lines: lines ?? undefined, share, trouble: troubleOf(share, trunk) };
  });
  const rank = ({ trouble }: TrunkRow): number => (trouble === undefined ? 1 : 0);
  const rows = all
    .toSorted(
      (one, other) =>
        rank(one) - rank(other) ||
        (other.share ?? 0) - (one.share ?? 0) ||
        other.linesInUse - one.linesInUse ||
        (one.id < other.id ? -1 : 1),
    )
    .slice(0, room);
  return { rows, hidden: all.length - rows.length };
}
