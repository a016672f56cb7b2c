// A list kept in order while things come and go. It lies in pieces, so that no change moves more than one piece.

/** Negative when `one` comes before `other`, 0 only for the same thing. */
export type Order<Item> = (one: Item, other: Item) => number;

/** Items in their order. Ranks count from 0. */
export interface SortedList<Item> {
  readonly size: number;
  put(item: Item): void;
  /** Does nothing when it is not there. */
  drop(item: Item): void;
  at(rank: number): Item | undefined;
  /** How many items come before this one, be it there or not. */
  rankOf(item: Item): number;
  [Symbol.iterator](): Iterator<Item>;
}

/** A piece of twice this is cut in two. */
const pieceSize = 256;

/** An empty list. */
export function createSortedList<Item>(order: Order<Item>): SortedList<Item> {
  const pieces: Item[][] = [];
  let size = 0;

  /** The first piece whose last item does not come before `item`; the last piece for one behind all. */
  function pieceFor(item: Item): number {
    const piece = firstNot(pieces, (one) => order(lastOf(one), item) < 0);
    return Math.min(piece, pieces.length - 1);
  }

  return {
    get size() {
      return size;
    },
    put(item) {
      size += 1;
      const index = pieceFor(item);
      const piece = pieces[index];
      if (piece === undefined) {
        pieces.push([item]);
        return;
      }
      piece.splice(rankIn(piece, item, order), 0, item);
      if (piece.length > 2 * pieceSize) pieces.splice(index + 1, 0, piece.splice(pieceSize));
    },
    drop(item) {
      const index = pieceFor(item);
      const piece = pieces[index];
      if (piece === undefined) return;
      const rank = rankIn(piece, item, order);
      const found = piece[rank];
      if (found === undefined || order(found, item) !== 0) return;
      piece.splice(rank, 1);
      size -= 1;
      if (piece.length === 0) pieces.splice(index, 1);
    },
    at(rank) {
      let left = rank;
      for (const piece of pieces) {
        if (left < piece.length) return piece[left];
        left -= piece.length;
      }
      return undefined;
    },
    rankOf(item) {
      const index = pieceFor(item);
      let before = 0;
      for (const [at, piece] of pieces.entries()) {
        if (at === index) return before + rankIn(piece, item, order);
        before += piece.length;
      }
      return before;
    },
    *[Symbol.iterator]() {
      for (const piece of pieces) yield* piece;
    },
  };
}

function rankIn<Item>(piece: readonly Item[], item: Item, order: Order<Item>): number {
  return firstNot(piece, (one) => order(one, item) < 0);
}

/** The first index whose item is not before; `before` holds for a beginning of the list. */
function firstNot<Item>(list: readonly Item[], before: (item: Item) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before(list[middle] as Item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** No piece is ever empty. */
function lastOf<Item>(piece: readonly Item[]): Item {
  return piece[piece.length - 1] as Item;
}

/** Order of two ids or names by their characters, the same on every machine. */
export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
