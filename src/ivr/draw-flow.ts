// Draws a flow as SVG: kinds of node by shape, the words callers hear on them, and a person as the goal.
import { messageKey } from '../contact/limit-words.js';
import { clock, edgesIn, type FlowEdge } from './flow-edges.js';
import { layOut, type Layout, type LayoutBox, type PlacedBox, type PlacedLink } from './flow-layout.js';
import { noWish, type Flow, type FlowNode } from './flow.js';

/** What a picture says beside the flow's own names. */
export interface DrawWords {
  /** Texts of prompts by id. */
  readonly prompts: ReadonlyMap<string, string>;
  /** Names of queues by id. */
  readonly queues: ReadonlyMap<string, string>;
  /** Calls at a node, and how many came by it: shown at its corner. Without them the picture is the flow's alone. */
  readonly figures?: ReadonlyMap<string, NodeFigures>;
  /** Looks are left to the page that shows it. */
  readonly unstyled?: boolean;
}

/** How many calls are at a node, and how many have come by it. */
export interface NodeFigures {
  readonly now: number;
  readonly today: number;
}

/** A picture's parts in their places: a node's box is `node:ID`; beside them stand `start` and `person`. */
export interface FlowPicture {
  readonly layout: Layout;
  readonly links: readonly DrawnLink[];
}

/** Ways from one node to the same other one are one line. */
interface DrawnLink {
  readonly from: string;
  readonly to: string;
  readonly ways: readonly FlowEdge[];
  readonly words: string;
}

const fontSize = 13;
const lineHeight = 18;
const longestText = 15;
const partsShown = 3;
const longestWords = 16;
const longestName = 28;

/**
 * The picture of a flow, as an SVG document. Nodes carry `data-node`, `data-kind` and `data-line`, ways `data-from`, `data-to` and
 * `data-ways`, so that a page can lay figures over them. The same flow and words give the same text.
 */
export function drawFlow(flow: Flow, words: DrawWords): string {
  const { layout, links } = pictureOf(flow, words);
  const { width, height } = layout;
  const boxes = new Map(layout.boxes.map((box) => [box.id, box]));
  const nodes = [...flow.nodes.values()].flatMap((node) => {
    const box = boxes.get(`node:${node.id}`);
    return box === undefined ? [] : [drawNode(flow, node, box, words)];
  });
  const name = escape(flow.id);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" viewBox="0 0 ${String(width)} ${String(height)}" role="img" data-flow="${name}" font-family="system-ui, 'Noto Sans CJK SC', sans-serif" font-size="${String(fontSize)}">`,
    `<title>流程 ${name}</title>`,
    words.unstyled === true ? '' : `<style>${style}</style>`,
    `<defs><marker id="flow-tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z" fill="#55647a"/></marker></defs>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...layout.links.map((link) => drawLink(link, links[link.index])),
    ...[drawStart(boxes.get('start')), ...nodes, drawPerson(boxes.get('person'))],
    '</svg>\n',
  ].join('\n');
}

const style =
  '.shape{stroke-width:1.3;stroke:#8795a8;fill:#f6f7f9}.menu .shape,.collect .shape,.rate .shape,.lookUp .shape{fill:#e3ecf8;stroke:#8fb0d8}' +
  '.branch .shape{fill:#fff;stroke:#8795a8}.enqueue .shape{fill:#fdf3e1;stroke:#d9b36c}.hangup .shape{fill:#f6e6ea;stroke:#d8a3b1}' +
  '.person .shape{fill:#e9f4ec;stroke:#6da882}.start .shape{fill:#55647a;stroke:none}' +
  '.way path{fill:none;stroke:#55647a;stroke-width:1.3}.back path{stroke-dasharray:5 4}' +
  'text{fill:#1a2433;text-anchor:middle;dominant-baseline:central}.name{font-weight:600}.way text{font-size:12px;fill:#33415a}';

/** Where everything stands. */
export function pictureOf(flow: Flow, words: DrawWords): FlowPicture {
  const edges = edgesIn(flow);
  const hasPerson = edges.some(({ to }) => to === null);
  const boxes: readonly LayoutBox[] = [
    { id: 'start', width: 14, height: 14 },
    ...[...flow.nodes.values()].map((node) => boxOf(flow, node, words)),
    ...(hasPerson ? [{ id: 'person', width: 64, height: 56 }] : []),
  ];
  const links = [startLink(flow), ...mergedLinks(edges)];
  const layout = layOut(
    boxes,
    links.map(({ from, to, words: label }) => ({ from, to, labelWidth: textWidth(label, 12) + 8 })),
  );
  return { layout, links };
}

function startLink(flow: Flow): DrawnLink {
  return { from: 'start', to: `node:${flow.startId}`, ways: [], words: '' };
}

function mergedLinks(edges: readonly FlowEdge[]): readonly DrawnLink[] {
  const merged = new Map<string, readonly FlowEdge[]>();
  for (const edge of edges.filter(({ from, to }) => from !== to)) {
    const key = `${edge.from} ${edge.to ?? ''}`;
    merged.set(key, [...(merged.get(key) ?? []), edge]);
  }
  return [...merged.values()].flatMap((ways) => {
    const [first] = ways;
    if (first === undefined) return [];
    const to = first.to === null ? 'person' : `node:${first.to}`;
    const words = ways.length === 1 && first.way === 'next' && first.zh === '接着' ? '' : wayWords(ways);
    return [{ from: `node:${first.from}`, to, ways, words }];
  });
}

function wayWords(ways: readonly FlowEdge[]): string {
  return shortened(ways.map(({ zh }) => zh).join(' / '), longestWords);
}

/** Ways that lead back to their own node are written on it. */
function loopsOf(flow: Flow, node: FlowNode): readonly FlowEdge[] {
  return edgesIn(flow).filter(({ from, to }) => from === node.id && to === node.id);
}

const kindWords: Readonly<Record<FlowNode['kind'], string>> = {
  say: '说',
  menu: '菜单',
  collect: '按号码',
  rate: '评价',
  lookUp: '查询',
  branch: '判断',
  enqueue: '排队',
  lead: '转分中心',
  voicemail: '留言',
  remember: '记住',
  goto: '转到',
  hangup: '挂机',
};

/** What stands on a node, line by line; the first is its name. */
function linesOf(flow: Flow, node: FlowNode, words: DrawWords): readonly string[] {
  const loops = loopsOf(flow, node);
  const said = 'say' in node ? node.say : [];
  const texts = said.map(({ prompt }) => shortened(words.prompts.get(prompt.id) ?? prompt.id, longestText));
  const shown = texts.length > partsShown ? [...texts.slice(0, partsShown - 1), '…'] : texts;
  const back = loops.length === 0 ? [] : [`↻ ${wayWords(loops)}`];
  // A way from every queue at once would be all that is seen of the picture.
  const limited = node.id === flow.messageId ? [`限制期内等候中按 ${messageKey}`] : [];
  const name = shortened(`${kindWords[node.kind]} ${subjectOf(node, words)}`, longestName);
  return [name, ...limited, ...shown, ...back];
}

/** What a node is about, and its name in the file. */
function subjectOf(node: FlowNode, words: DrawWords): string {
  switch (node.kind) {
    case 'enqueue':
      return `${words.queues.get(node.request.queueId) ?? node.request.queueId} · ${node.id}`;
    case 'collect':
      return `${String(node.minDigits)}-${String(node.maxDigits)} 位 · ${node.id}`;
    case 'lead':
      return `${node.target.number} · ${node.id}`;
    case 'hangup':
      return node.reason === node.id ? node.id : `${node.reason} · ${node.id}`;
    case 'remember':
      return `${node.wish ?? noWish} · ${node.id}`;
    case 'say':
    case 'menu':
    case 'rate':
    case 'voicemail':
    case 'lookUp':
    case 'branch':
    case 'goto':
      return node.id;
  }
}

function boxOf(flow: Flow, node: FlowNode, words: DrawWords): LayoutBox {
  const lines = linesOf(flow, node, words);
  const width = Math.max(...lines.map((line) => textWidth(line, fontSize)));
  const isDiamond = node.kind === 'branch';
  return {
    id: `node:${node.id}`,
    width: Math.ceil(width * (isDiamond ? 1.4 : 1) + 36),
    height: lines.length * lineHeight * (isDiamond ? 1.6 : 1) + 16,
  };
}

function drawNode(flow: Flow, node: FlowNode, box: PlacedBox, words: DrawWords): string {
  const lines = linesOf(flow, node, words);
  const x = box.x + box.width / 2;
  const top = box.y + box.height / 2 - ((lines.length - 1) * lineHeight) / 2;
  const texts = lines.map(
    (line, index) =>
      `<text${index === 0 ? ' class="name"' : ''} x="${num(x)}" y="${num(top + index * lineHeight)}">${escape(line)}</text>`,
  );
  const id = escape(`flow-${flow.id}-${node.id}`);
  return [
    `<g class="node ${node.kind}" id="${id}" data-node="${escape(node.id)}" data-kind="${node.kind}" data-line="${String(node.line)}">`,
    `<title>${escape(titleOf(node, words))}</title>`,
    shapeOf(node.kind, box),
    ...texts,
    drawFigures(words.figures?.get(node.id), box),
    '</g>',
  ].join('');
}

/** A small plate over the node's upper edge: now, and today. */
function drawFigures(figures: NodeFigures | undefined, { x, y, width }: PlacedBox): string {
  if (figures === undefined) return '';
  const text = `在此 ${String(figures.now)} · 今日 ${String(figures.today)}`;
  const plate = textWidth(text, 11) + 12;
  const left = x + width - plate + 6;
  return (
    `<g class="figures${figures.now > 0 ? ' busy' : ''}"><rect x="${num(left)}" y="${num(y - 10)}" width="${num(plate)}" height="18" rx="9"/>` +
    `<text x="${num(left + plate / 2)}" y="${num(y - 1)}">${text}</text></g>`
  );
}

/** The whole text, for whoever points at the node. */
function titleOf(node: FlowNode, words: DrawWords): string {
  const said = 'say' in node ? node.say : [];
  const texts = said.map(({ prompt }) => `${prompt.id}「${words.prompts.get(prompt.id) ?? ''}」`);
  const hours =
    node.kind === 'branch'
      ? node.cases.flatMap(({ hours: range }) =>
          range === null ? [] : [`${clock(range.from)}-${clock(range.to)}`],
        )
      : [];
  return [`${kindWords[node.kind]} ${node.id}`, ...texts, ...hours].join('\n');
}

function shapeOf(kind: FlowNode['kind'], { x, y, width, height }: PlacedBox): string {
  const rect = (rx: number): string =>
    `<rect class="shape" x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" rx="${num(rx)}"/>`;
  const polygon = (...points: readonly (readonly [number, number])[]): string =>
    `<polygon class="shape" points="${points.map(([dx, dy]) => `${num(x + dx)},${num(y + dy)}`).join(' ')}"/>`;
  switch (kind) {
    case 'say':
    case 'lead':
    case 'voicemail':
    case 'lookUp':
    case 'remember':
    case 'goto':
      return rect(8);
    case 'enqueue':
      return rect(height / 2);
    case 'hangup':
      return rect(0);
    case 'menu':
    case 'rate':
      return polygon(
        ...([
          [14, 0],
          [width - 14, 0],
          [width, height / 2],
        ] as const),
        ...([
          [width - 14, height],
          [14, height],
          [0, height / 2],
        ] as const),
      );
    case 'collect':
      return polygon([14, 0], [width, 0], [width - 14, height], [0, height]);
    case 'branch':
      return polygon([width / 2, 0], [width, height / 2], [width / 2, height], [0, height / 2]);
  }
}

function drawStart(box: PlacedBox | undefined): string {
  if (box === undefined) return '';
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return `<g class="start"><title>来电</title><circle class="shape" cx="${num(x)}" cy="${num(y)}" r="7"/></g>`;
}

/** Head and shoulders. */
function drawPerson(box: PlacedBox | undefined): string {
  if (box === undefined) return '';
  const x = box.x + box.width / 2;
  return [
    '<g class="person" data-node="" data-kind="person"><title>话务员接听</title>',
    `<circle class="shape" cx="${num(x)}" cy="${num(box.y + 9)}" r="8"/>`,
    `<path class="shape" d="M${num(x - 18)} ${num(box.y + 38)}a18 18 0 0 1 36 0z"/>`,
    `<text class="name" x="${num(x)}" y="${num(box.y + 48)}">话务员</text></g>`,
  ].join('');
}

function drawLink(placedLink: PlacedLink, link: DrawnLink | undefined): string {
  if (link === undefined) return '';
  const { points, label, isBack } = placedLink;
  const bare = (id: string): string => escape(id.replace(/^node:/, ''));
  const ways = link.ways.map(({ way }) => way.replaceAll(' ', '-')).join(' ');
  const to = link.to === 'person' ? '' : bare(link.to);
  const from = link.from === 'start' ? '' : bare(link.from);
  const width = textWidth(link.words, 12) + 4;
  const text =
    link.words === ''
      ? ''
      : `<rect x="${num(label.x - width / 2)}" y="${num(label.y - 8)}" width="${num(width)}" height="16" fill="#ffffff"/>` +
        `<text x="${num(label.x)}" y="${num(label.y)}">${escape(link.words)}</text>`;
  const title = link.ways.map(({ zh, en }) => `${zh} ${en}`).join('\n');
  return [
    `<g class="way${isBack ? ' back' : ''}" data-from="${from}" data-to="${to}" data-ways="${escape(ways)}">`,
    `<title>${escape(title)}</title><path d="${pathOf(points)}" marker-end="url(#flow-tip)"/>${text}</g>`,
  ].join('');
}

/** Straight along each stretch, and in a curve from one to the next. */
function pathOf(points: PlacedLink['points']): string {
  return points
    .map(({ x, fromY, toY }, index) => {
      const before = points[index - 1];
      const end = fromY === toY ? '' : `L${num(x)} ${num(toY)}`;
      if (before === undefined) return `M${num(x)} ${num(fromY)}${end}`;
      const half = (before.toY + fromY) / 2;
      return `C${num(before.x)} ${num(half)} ${num(x)} ${num(half)} ${num(x)} ${num(fromY)}${end}`;
    })
    .join('');
}

/** At most so many characters, counting as people do. */
function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** Width of a text in pixels, near enough: hanzi are square, Latin letters about half as wide. */
function textWidth(text: string, size: number): number {
  const ems = [...text].map((character) => ((character.codePointAt(0) ?? 0) < 0x2000 ? 0.58 : 1));
  return ems.reduce((sum, em) => sum + em, 0) * size;
}

const num = (value: number): string => String(Math.round(value * 10) / 10);

/** As text or attribute of XML: no character opens or ends anything, and none is forbidden there. */
function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;' },
    ...{ '"': '&quot;', "'": '&#39;' },
  };
  return text
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
    .replace(/[^\P{Cc}\n]|\p{Cs}|[\uFFFE\uFFFF]/gu, '');
}
