import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { FlowId } from '../../src/contact/ids.js';
import { drawFlow, pictureOf, type DrawWords } from '../../src/ivr/draw-flow.js';
import { edgesIn } from '../../src/ivr/flow-edges.js';
import { layOut, type Layout } from '../../src/ivr/flow-layout.js';
import type { BranchCase, Flow } from '../../src/ivr/flow.js';
import { lookUpPrompts } from '../../src/ivr/step.js';
import { parseFlow } from '../../src/ivr/parse-flow.js';
import { siteOf } from '../site/small-site.js';

const project = path.resolve(import.meta.dirname, '../..');
const shipped = siteOf(await readSiteFiles(path.join(project, 'ivr-flows')));
const shippedWords: DrawWords = {
  prompts: shipped.promptTexts,
  queues: new Map([...shipped.queues.values()].map(({ id, name }) => [String(id), name])),
};

t.test('the pictures in the documentation are those of the shipped flows', async (t) => {
  const page = await readFile(path.join(project, 'docs/flows.md'), 'utf8');
  for (const flow of shipped.flows.values()) {
    const name = `images/flow-${flow.id}.svg`;
    t.equal(
      await readFile(path.join(project, 'docs', name), 'utf8').catch(() => 'none'),
      drawFlow(flow, shippedWords),
      `${name}: make it anew by npm run flows -- draw --out docs/images`,
    );
    t.ok(page.includes(`(${name})`), `docs/flows.md shows ${name}`);
  }
});

interface Area {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pairs of boxes and labels that touch, and boxes that a link goes through. */
function collisions(layout: Layout, labelWidths: readonly number[]): readonly string[] {
  const boxes = layout.boxes.map(({ id, x, y, width, height }): Area => ({
    name: id,
    left: x,
    right: x + width,
    top: y,
    bottom: y + height,
  }));
  const labels = layout.links.map(({ index, label: { x, y } }): Area => {
    const half = (labelWidths[index] ?? 0) / 2;
    return { name: `label ${String(index)}`, left: x - half, right: x + half, top: y - 8, bottom: y + 8 };
  });
  const stretches = layout.links.flatMap(({ index, points }) =>
    points.map(({ x, fromY, toY }): Area => {
      const [top, bottom] = [Math.min(fromY, toY), Math.max(fromY, toY)];
      return { name: `link ${String(index)}`, left: x, right: x, top, bottom };
    }),
  );
  const solid = [...boxes, ...labels];
  const pairs = solid.flatMap((one, index) => solid.slice(index + 1).map((other) => [one, other] as const));
  const through = stretches.flatMap((one) => boxes.map((other) => [one, other] as const));
  return [...pairs, ...through]
    .filter(
      ([a, b]) =>
        a.left < b.right - 0.2 && b.left < a.right - 0.2 && a.top < b.bottom - 0.2 && b.top < a.bottom - 0.2,
    )
    .map(([a, b]) => `${a.name} and ${b.name}`);
}

const anyGraph = fc
  .record({
    sizes: fc.array(
      fc.record({ width: fc.integer({ min: 14, max: 260 }), height: fc.integer({ min: 14, max: 120 }) }),
      {
        minLength: 1,
        maxLength: 14,
      },
    ),
    ends: fc.array(
      fc.record({ from: fc.nat(13), to: fc.nat(13), labelWidth: fc.integer({ min: 4, max: 200 }) }),
      {
        maxLength: 30,
      },
    ),
  })
  .map(({ sizes, ends }) => ({
    boxes: sizes.map((size, index) => ({ id: `b${String(index)}`, ...size })),
    links: ends
      .map(({ from, to, labelWidth }) => ({
        from: `b${String(from % sizes.length)}`,
        to: `b${String(to % sizes.length)}`,
        labelWidth,
      }))
      .filter(({ from, to }) => from !== to),
  }));

t.test(
  'no boxes and no labels overlap, no link goes through a box, all of it is in the picture',
  async () => {
    fc.assert(
      fc.property(anyGraph, ({ boxes, links }) => {
        const layout = layOut(boxes, links);
        const found = collisions(
          layout,
          links.map(({ labelWidth }) => labelWidth),
        );
        if (found.length > 0) throw new Error(found.join('; '));
        const inside = layout.boxes.every(
          ({ x, y, width, height }) =>
            x >= 0 && y >= 0 && x + width <= layout.width && y + height <= layout.height,
        );
        return inside && layout.boxes.length === boxes.length && layout.links.length === links.length;
      }),
      { numRuns: 300 },
    );
  },
);

const hostile = `<script>alert("1")</script> & ' ]]> \u0007\u0000\uFFFE\uD800`;
const names = {
  queues: new Map([['综合.1', { requires: [], priority: 0 }]]),
  skills: new Set<string>(),
  departments: new Set<string>(),
  wishes: new Set(['dialect']),
  prompts: new Map(['greet', 'menu.badinput', ...lookUpPrompts].map((id) => [id, [] as readonly string[]])),
};
const every = {
  first: { say: ['greet', 'greet', 'greet', 'greet'], next: '查询' },
  查询: {
    menu: { 1: 'code', 2: 'code', 3: '查询', 4: 'split' },
    say: ['greet'],
    person: 'line',
    back: 'first',
  },
  code: {
    collect: { min: 2, max: 4 },
    say: [],
    person: 'line',
    next: 'look',
    cases: [{ digits: '12', next: 'line' }],
  },
  look: { lookUp: 'caseStatus', next: 'again', again: 'code', person: 'line' },
  again: { goto: '查询' },
  split: { branch: [{ days: ['holiday'], hours: '22:00-06:00', next: 'line' }], otherwise: 'line' },
  line: { enqueue: '综合.1', say: ['greet'], onTimeout: 'bye', onNobody: 'bye', onOverload: 'bye' },
  bye: { hangup: 'over', say: ['greet'] },
};
const flowOf = (nodes: object): Flow => {
  const read = parseFlow('any' as FlowId, 'flows/any.yaml', JSON.stringify({ start: 'first', nodes }), names);
  if (read.findings.length > 0) throw new Error(JSON.stringify(read.findings));
  return read.flow;
};
const everyFlow = flowOf(every);
const words: DrawWords = {
  prompts: new Map([['greet', hostile]]),
  queues: new Map([['综合.1', `<b>${hostile}`]]),
};

type Drawn = readonly [written: object, zh: string, en: string];
/** By kind, so that a kind of its own cannot come without its words. */
const conditionsDrawn: Readonly<Record<Exclude<keyof BranchCase, 'line' | 'next'>, readonly Drawn[]>> = {
  days: [[{ days: ['holiday', 'weekend'] }, '周末、节假日', 'weekend, holiday']],
  hours: [[{ hours: '22:00-06:30' }, '22:00-06:30', '22:00-06:30']],
  tags: [[{ tag: ['price', 'tax'] }, '标签 price、tax', 'tag price, tax']],
  asksCity: [
    [{ asksCity: true }, '须问属地', 'city to be asked'],
    [{ asksCity: false }, '属地已明', 'city known'],
  ],
  wishes: [[{ wish: ['dialect', 'none'] }, '意愿 dialect、none', 'wish dialect, none']],
  repeat: [
    [{ repeat: true }, '重复来电', 'repeat call'],
    [{ repeat: false }, '非重复来电', 'no repeat call'],
  ],
  queue: [
    [{ queue: '综合.1', staffed: true }, '综合.1 有人签入', '综合.1 staffed'],
    [
      { queue: '综合.1', waitingAtLeast: 5, staffed: false },
      '综合.1 等候至少 5 人 综合.1 无人签入',
      '综合.1 ≥ 5 waiting 综合.1 unstaffed',
    ],
  ],
};

t.test(
  'every condition of a branch is drawn in words of both languages, alone or beside others',
  async (t) => {
    const drawn = [
      ...Object.values(conditionsDrawn).flat(),
      [
        { asksCity: true, hours: '08:00-18:00', repeat: true },
        '08:00-18:00 须问属地 重复来电',
        '08:00-18:00 city to be asked repeat call',
      ],
      [{}, '总是', 'always'],
    ] as const;
    const first = { branch: drawn.map(([written]) => ({ ...written, next: 'line' })), otherwise: 'line' };
    const edges = edgesIn(flowOf({ first, line: every.line, bye: every.bye }));
    t.same(
      edges.filter(({ way }) => way.startsWith('case')).map(({ zh, en }) => [zh, en]),
      drawn.map(([, zh, en]) => [zh, en]),
    );
  },
);

t.test('every node, every way and the goal are there by name', async (t) => {
  const svg = drawFlow(everyFlow, words);
  for (const [id, node] of everyFlow.nodes)
    t.match(svg, `data-node="${id}" data-kind="${node.kind}" data-line="${String(node.line)}"`);
  t.match(svg, 'data-kind="person"');
  const drawn = [...svg.matchAll(/data-from="([^"]*)" data-to="([^"]*)" data-ways="([^"]*)"/g)].flatMap(
    ([, from, to, ways = '']) => ways.split(' ').map((way) => `${from ?? ''} ${way} ${to ?? ''}`),
  );
  const expected = edgesIn(everyFlow)
    .filter(({ from, to }) => from !== to)
    .map(({ from, way, to }) => `${from} ${way.replaceAll(' ', '-')} ${to ?? ''}`);
  t.same([...drawn].sort(), [...expected, '  first'].sort());
  t.match(svg, '↻ 按 3', 'a way back to its own node is written on it');
  t.match(svg, '按 1 / 按 2', 'ways that go together are one line');
  t.match(svg, '节假日 22:00-06:00');
  t.equal(svg, drawFlow(flowOf(every), words), 'the same flow gives the same picture');
});

t.test('nothing that was written becomes markup', async (t) => {
  const svg = drawFlow(everyFlow, words);
  t.notMatch(svg, /<(?:script|b)\b/);
  t.notMatch(svg, /[^\P{Cc}\n]|\p{Cs}|\uFFFE/u, 'nor a character that XML forbids');
  t.notMatch(svg, /&(?!amp;|lt;|gt;|quot;|#39;)/);
  const open: string[] = [];
  for (const [, close, name = '', self] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[a-z-]+="[^"<]*")*\s?(\/?)>/gi)) {
    if (close === '/') t.equal(open.pop(), name);
    else if (self !== '/') open.push(name);
  }
  t.same(open, [], 'every element is closed');
});

t.test('in a flow with every kind of node nothing overlaps', async (t) => {
  for (const [flow, said] of [
    [everyFlow, words],
    ...[...shipped.flows.values()].map((one) => [one, shippedWords] as const),
  ] as const) {
    const { layout } = pictureOf(flow, said);
    t.same(
      collisions(
        layout,
        layout.links.map(() => 20),
      ),
      [],
      flow.id,
    );
  }
});
