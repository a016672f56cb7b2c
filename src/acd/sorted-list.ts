// A list kept in order while things come and go: binary search, insert, remove.

/** Negative when `one` comes before `other`, 0 only for the same thing. */
export type Order<Item> = (one: Item, other: Item) => number;

/** How many items of the sorted `list` come before `item`. */
export function rankIn<Item>(list: readonly Item[], item: Item, order: Order<Item>): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = list[middle];
    if (at !== undefined && order(at, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts `item` into its place. */
export function insertSorted<Item>(list: Item[], item: Item, order: Order<Item>): void {
  list.splice(rankIn(list, item, order), 0, item);
}

/** Takes `item` out; does nothing when it is not there. */
export function removeSorted<Item>(list: Item[], item: Item, order: Order<Item>): void {
  const rank = rankIn(list, item, order);
  const found = list[rank];
  if (found !== undefined && order(found, item) === 0) list.splice(rank, 1);
}

/** Order of two ids or names by their characters, the same on every machine. */
export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
