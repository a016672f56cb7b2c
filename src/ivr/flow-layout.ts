// Lays boxes and the links between them out in rows, top to bottom: Sugiyama's way, with a place of its own for every label.

/** A box to be placed; sizes in pixels. */
export interface LayoutBox {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** A link to be drawn; its label takes this much room. */
export interface LayoutLink {
  readonly from: string;
  readonly to: string;
  readonly labelWidth: number;
}

/** A placed box: x and y of its upper left corner. */
export interface PlacedBox extends LayoutBox {
  readonly x: number;
  readonly y: number;
}

/** A placed link: stretches of straight line from its first box to its last, each joined to the next by a curve. */
export interface PlacedLink {
  /** Where in the list of links it stood. */
  readonly index: number;
  /** It leads up again. */
  readonly isBack: boolean;
  readonly points: readonly { readonly x: number; readonly fromY: number; readonly toY: number }[];
  /** The middle of its label. */
  readonly label: { readonly x: number; readonly y: number };
}

/** Everything in its place. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly links: readonly PlacedLink[];
}

const margin = 16;
const gapX = 18;
const gapY = 18;
const labelHeight = 18;
const sweeps = 12;

/** What stands in a row: a box, or the place where a link passes; `box` null is the latter. */
interface Slot {
  readonly box: LayoutBox | null;
  readonly width: number;
  x: number;
  readonly above: Slot[];
  readonly below: Slot[];
}

/** A link with the slots it goes through, from the upper box to the lower. */
interface Chain {
  readonly index: number;
  readonly isBack: boolean;
  readonly slots: readonly Slot[];
}

/**
 * Places boxes and links. The same input gives the same picture. Boxes never overlap, nor do labels.
 * @param boxes the first is where all begins; links name boxes of this list and never lead from a box to itself
 */
export function layOut(boxes: readonly LayoutBox[], links: readonly LayoutLink[]): Layout {
  const back = backLinks(boxes, links);
  const rankOf = ranks(boxes, links, back);
  const rows: Slot[][] = [];
  const slotOf = new Map(
    boxes.map((box) => {
      const slot = newSlot(box, box.width);
      (rows[rankOf.get(box.id) ?? 0] ??= []).push(slot);
      return [box.id, slot] as const;
    }),
  );
  const chains = links.flatMap((link, index): readonly Chain[] => {
    const [from, to] = [slotOf.get(link.from), slotOf.get(link.to)];
    if (from === undefined || to === undefined) return [];
    const isBack = back.has(index);
    const [upper, lower] = isBack ? [link.to, link.from] : [link.from, link.to];
    const [top, bottom] = [rankOf.get(upper) ?? 0, rankOf.get(lower) ?? 0];
    const labelled = isBack ? bottom - 1 : top + 1;
    const slots: Slot[] = [isBack ? to : from];
    for (let rank = top + 1; rank < bottom; rank += 1) {
      const slot = newSlot(null, rank === labelled ? link.labelWidth : 4);
      (rows[rank] ??= []).push(slot);
      slots.push(slot);
    }
    slots.push(isBack ? from : to);
    for (const [at, slot] of slots.entries()) {
      const next = slots[at + 1];
      if (next === undefined) continue;
      slot.below.push(next);
      next.above.push(slot);
    }
    return [{ index, isBack, slots }];
  });
  const full = Array.from(rows, (row) => row ?? []);
  order(full);
  spread(full);
  return placed(full, chains);
}

function newSlot(box: LayoutBox | null, width: number): Slot {
  return { box, width, x: 0, above: [], below: [] };
}

/** Links that lead back to a box on the path to their own: without them nothing goes in circles. */
function backLinks(boxes: readonly LayoutBox[], links: readonly LayoutLink[]): ReadonlySet<number> {
  const back = new Set<number>();
  const done = new Set<string>();
  const visit = (id: string, path: ReadonlySet<string>): void => {
    if (done.has(id)) return;
    const here = new Set([...path, id]);
    for (const [index, link] of links.entries()) {
      if (link.from !== id) continue;
      if (here.has(link.to)) back.add(index);
      else visit(link.to, here);
    }
    done.add(id);
  };
  for (const { id } of boxes) visit(id, new Set());
  return back;
}

/** Rows of boxes by the longest way to them; only even ones, so that labels have those between. */
function ranks(
  boxes: readonly LayoutBox[],
  links: readonly LayoutLink[],
  back: ReadonlySet<number>,
): ReadonlyMap<string, number> {
  const rank = new Map(boxes.map(({ id }) => [id, 0]));
  for (let changed = true; changed;) {
    changed = false;
    for (const [index, { from, to }] of links.entries()) {
      const [upper, lower] = back.has(index) ? [to, from] : [from, to];
      const least = (rank.get(upper) ?? 0) + 2;
      if ((rank.get(lower) ?? least) >= least) continue;
      rank.set(lower, least);
      changed = true;
    }
  }
  return rank;
}

/** Puts each row in the order of what it hangs on, again and again; the order with the fewest crossings is kept. */
function order(rows: Slot[][]): void {
  let best = rows.map((row) => [...row]);
  let fewest = crossings(rows);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const at of rows.keys()) {
      const index = down ? at : rows.length - 1 - at;
      const row = rows[index] ?? [];
      const other = rows[down ? index - 1 : index + 1] ?? [];
      const key = new Map(
        row.map((slot, place) => [slot, middle(down ? slot.above : slot.below, other) ?? place]),
      );
      row.sort((a, b) => (key.get(a) ?? 0) - (key.get(b) ?? 0));
    }
    const now = crossings(rows);
    if (now >= fewest) continue;
    fewest = now;
    best = rows.map((row) => [...row]);
  }
  for (const [index, row] of best.entries()) rows[index] = row;
}

function middle(neighbours: readonly Slot[], row: readonly Slot[]): number | undefined {
  return mean(neighbours.map((slot) => row.indexOf(slot)));
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function crossings(rows: readonly (readonly Slot[])[]): number {
  let count = 0;
  for (const [index, row] of rows.entries()) {
    const next = rows[index + 1] ?? [];
    const ends = row.flatMap((slot, place) => slot.below.map((to) => [place, next.indexOf(to)] as const));
    for (const [a, b] of ends) for (const [c, d] of ends) if (a < c && b > d) count += 1;
  }
  return count;
}

/** Moves every slot towards the middle of what it is joined to, as far as its row leaves room. */
function spread(rows: readonly (readonly Slot[])[]): void {
  for (const row of rows)
    settleRow(
      row,
      row.map(() => 0),
    );
  for (let sweep = 0; sweep < sweeps * 2; sweep += 1) {
    const last = sweep >= sweeps * 2 - 2;
    const inOrder = sweep % 2 === 0 ? rows : [...rows].reverse();
    for (const row of inOrder) {
      settleRow(
        row,
        row.map((slot) => {
          const near = last ? [...slot.above, ...slot.below] : sweep % 2 === 0 ? slot.above : slot.below;
          return mean(near.map(({ x }) => x)) ?? slot.x;
        }),
      );
    }
  }
}

/** The places nearest to those wished for, in order and without overlap: neighbours that would collide are moved as one. */
function settleRow(row: readonly Slot[], wished: readonly number[]): void {
  const offsets: number[] = [];
  for (const [index, slot] of row.entries()) {
    const before = row[index - 1];
    offsets.push(
      before === undefined ? 0 : (offsets[index - 1] ?? 0) + (before.width + slot.width) / 2 + gapX,
    );
  }
  const groups: { sum: number; count: number }[] = [];
  for (const [index, wish] of wished.entries()) {
    let group = { sum: wish - (offsets[index] ?? 0), count: 1 };
    for (
      let last = groups.at(-1);
      last && last.sum / last.count > group.sum / group.count;
      last = groups.at(-1)
    ) {
      groups.pop();
      group = { sum: last.sum + group.sum, count: last.count + group.count };
    }
    groups.push(group);
  }
  const bases = groups.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  for (const [index, slot] of row.entries()) slot.x = (bases[index] ?? 0) + (offsets[index] ?? 0);
}

function placed(rows: readonly (readonly Slot[])[], chains: readonly Chain[]): Layout {
  const all = rows.flat();
  const left = Math.min(...all.map(({ x, width }) => x - width / 2)) - margin;
  const right = Math.max(...all.map(({ x, width }) => x + width / 2)) + margin;
  const tops: number[] = [];
  const bottoms: number[] = [];
  for (const [index, row] of rows.entries()) {
    const top = index === 0 ? margin : (bottoms[index - 1] ?? 0) + gapY;
    tops.push(top);
    bottoms.push(top + Math.max(...row.map(({ box }) => box?.height ?? labelHeight)));
  }
  const rowOf = new Map(rows.flatMap((row, index) => row.map((slot) => [slot, index] as const)));
  const at = (slot: Slot) => {
    const row = rowOf.get(slot) ?? 0;
    return { x: round(slot.x - left), top: tops[row] ?? 0, bottom: bottoms[row] ?? 0 };
  };
  return {
    width: Math.ceil(right - left),
    height: Math.ceil((bottoms.at(-1) ?? 0) + margin),
    boxes: all.flatMap((slot) => {
      const { x, top } = at(slot);
      return slot.box === null ? [] : [{ ...slot.box, x: round(x - slot.box.width / 2), y: top }];
    }),
    links: chains.map((chain) => placedLink(chain, chains, at)),
  };
}

type At = (slot: Slot) => { readonly x: number; readonly top: number; readonly bottom: number };

function placedLink({ index, isBack, slots }: Chain, chains: readonly Chain[], at: At): PlacedLink {
  const [first, last] = [slots[0], slots.at(-1)];
  const points = slots.map((slot) => {
    const { x, top, bottom } = at(slot);
    if (slot === first && slot.box !== null)
      return { x: portX(slots, chains, 'below', at), fromY: top + slot.box.height, toY: bottom };
    if (slot === last) return { x: portX(slots, chains, 'above', at), fromY: top, toY: top };
    return { x, fromY: top, toY: bottom };
  });
  const labelled = points[isBack ? points.length - 2 : 1];
  const label = {
    x: labelled?.x ?? 0,
    y: ((labelled?.fromY ?? 0) + (labelled?.toY ?? 0)) / 2,
  };
  const inOrder = isBack
    ? points.map(({ x, fromY, toY }) => ({ x, fromY: toY, toY: fromY })).reverse()
    : points;
  return { index, isBack, points: inOrder, label };
}

/** Links at one side of a box stand side by side, in the order of where they go. */
function portX(slots: readonly Slot[], chains: readonly Chain[], side: 'above' | 'below', at: At): number {
  const [own, next] = side === 'below' ? [slots[0], slots[1]] : [slots.at(-1), slots.at(-2)];
  if (own === undefined || next === undefined) return 0;
  const neighbours = chains
    .map((chain) => (side === 'below' ? chain.slots : [...chain.slots].reverse()))
    .flatMap(([box, neighbour]) => (box === own && neighbour !== undefined ? [neighbour] : []))
    .sort((a, b) => a.x - b.x);
  const place = neighbours.indexOf(next) - (neighbours.length - 1) / 2;
  const step = Math.min(24, (own.width * 0.5) / Math.max(1, neighbours.length));
  return round(at(own).x + place * step);
}

const round = (value: number): number => Math.round(value * 10) / 10;
