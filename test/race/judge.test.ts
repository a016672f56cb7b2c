// The judge of a race finds each kind of damage in a history, and none in a sound one.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { judge, readHistories, type Entry } from './judge.mjs';

const ask = (offer: string, contact: string, agent: string) => ({ offer, contact, agent, leaseMs: 1_500 });
const pair = (offer: string, contact: string, agent: string) => ({ offer, contact, agent });

/** One agent serves two callers, another one none; a third caller hangs up. */
const sound: readonly Entry[] = [
  { ms: 0, what: 'race', leaseMs: 1_500 },
  { ms: 1, what: 'agent', agent: 'a1', skills: ['general', 'tax'] },
  { ms: 2, what: 'agent', agent: 'a2', skills: ['general'] },
  { ms: 3, what: 'ready', agent: 'a1' },
  { ms: 4, what: 'ready', agent: 'a2' },
  { ms: 10, what: 'arrived', contact: 'c1', requires: ['tax'] },
  { ms: 11, what: 'arrived', contact: 'c2', requires: ['tax'] },
  { ms: 12, what: 'arrived', contact: 'c3', requires: ['tax'] },
  { ms: 20, what: 'offered', offers: [ask('o1', 'c1', 'a1')] },
  { ms: 21, what: 'answer', results: [{ offer: 'o1', result: 'committed' }] },
  { ms: 22, what: 'rang', ...pair('o1', 'c1', 'a1') },
  { ms: 30, what: 'answered', ...pair('o1', 'c1', 'a1') },
  { ms: 31, what: 'released', offer: 'o1' },
  { ms: 40, what: 'closed', ...pair('o1', 'c1', 'a1') },
  { ms: 41, what: 'ready', agent: 'a1' },
  { ms: 45, what: 'hungUp', contact: 'c3' },
  { ms: 50, what: 'offered', offers: [ask('o2', 'c2', 'a1')] },
  { ms: 51, what: 'answer', results: [{ offer: 'o2', result: 'committed' }] },
  { ms: 52, what: 'rang', ...pair('o2', 'c2', 'a1') },
  { ms: 60, what: 'closed', ...pair('o2', 'c2', 'a1') },
  { ms: 60.5, what: 'released', offer: 'o2' },
  { ms: 61, what: 'ready', agent: 'a1' },
  { ms: 20_000, what: 'end', inLine: [], offerable: ['a1', 'a2'] },
];

/** The sound history with more entries in it, and without some. */
function damaged(more: readonly Entry[], without: (entry: Entry) => boolean = () => false): readonly Entry[] {
  return [...sound.filter((entry) => !without(entry)), ...more].sort((one, other) => one.ms - other.ms);
}

const isAt = (ms: number) => (entry: Entry) => entry.ms === ms;
const committedBeside = (offer: string, contact: string, agent: string): readonly Entry[] => [
  { ms: 23, what: 'offered', offers: [ask(offer, contact, agent)] },
  { ms: 24, what: 'answer', results: [{ offer, result: 'committed' }] },
];

t.test('a sound history has no fault, and its figures', (t) => {
  const { faults, figures } = judge(sound);
  t.same(faults, []);
  t.match(figures, { committed: 2, rang: 2, served: 2, hungUp: 1, arrived: 3, unheard: 0, allowedMs: 6_500 });
  t.end();
});

const damages: readonly (readonly [what: string, entries: readonly Entry[], fault: RegExp])[] = [
  ['an agent reserved twice', damaged(committedBeside('o9', 'c2', 'a1')), /a1 is reserved twice/],
  ['a contact reserved twice', damaged(committedBeside('o9', 'c1', 'a2')), /c1 is reserved twice/],
  [
    'an agent with two calls',
    damaged([{ ms: 25, what: 'rang', ...pair('o9', 'c2', 'a1') }]),
    /a1 has two calls, o1 and o9/,
  ],
  [
    'a contact with two agents',
    damaged([{ ms: 25, what: 'rang', ...pair('o9', 'c1', 'a2') }]),
    /c1 has two agents, by o1 and o9/,
  ],
  [
    'rung for a caller who is gone',
    damaged([{ ms: 47, what: 'rang', ...pair('o9', 'c3', 'a2') }]),
    /not there/,
  ],
  ['rung before it was committed', damaged([], isAt(21)), /rung before it was committed/],
  ['a contact over twice', damaged([{ ms: 46, what: 'hungUp', contact: 'c3' }]), /c3 is over twice/],
  ['a contact lost', damaged([], isAt(45)), /c3 is lost/],
  [
    'a contact lost behind its offer',
    damaged([{ ms: 39, what: 'unanswered', ...pair('o1', 'c1', 'a1') }], isAt(40)),
    /c1 is lost/,
  ],
  [
    'a contact in line that is over',
    damaged([{ ms: 20_000, what: 'end', inLine: ['c1'], offerable: ['a1', 'a2'] }], isAt(20_000)),
    /c1 is in line, and over/,
  ],
  [
    'an agent stuck at the end',
    damaged([{ ms: 20_000, what: 'end', inLine: [], offerable: ['a2'] }], isAt(20_000)),
    /a1 is stuck/,
  ],
  [
    'an agent unavailable while somebody waits for his like',
    damaged([
      { ms: 100, what: 'arrived', contact: 'c4', requires: ['general'] },
      { ms: 6_700, what: 'hungUp', contact: 'c4' },
    ]),
    /a2 was unavailable for 6600 ms/,
  ],
  ['a process that failed', damaged([{ ms: 25, what: 'fault', fault: 'RangeError' }]), /a process failed/],
  ['a history without an end', damaged([], isAt(20_000)), /no end/],
  [
    'a history out of order',
    [...sound.slice(0, -1), ...sound.slice(3, 4), ...sound.slice(-1)],
    /not in order/,
  ],
];

for (const [what, entries, fault] of damages) {
  t.test(`it finds ${what}`, (t) => {
    t.match(judge(entries).faults.join('\n'), fault);
    t.end();
  });
}

t.test(
  'what is no fault: a reservation that lapsed, was given back or died with Redis; a wait no longer than allowed',
  (t) => {
    const lapsed = [
      { ms: 70, what: 'arrived', contact: 'c4', requires: ['tax'] },
      { ms: 71, what: 'offered', offers: [ask('o3', 'c4', 'a1')] },
      { ms: 72, what: 'answer', results: [{ offer: 'o3', result: 'committed' }] },
    ];
    const again = (ms: number): readonly Entry[] => [
      { ms, what: 'offered', offers: [ask('o4', 'c4', 'a1')] },
      { ms: ms + 1, what: 'answer', results: [{ offer: 'o4', result: 'committed' }] },
      { ms: ms + 2, what: 'rang', ...pair('o4', 'c4', 'a1') },
      { ms: ms + 3, what: 'closed', ...pair('o4', 'c4', 'a1') },
      { ms: ms + 4, what: 'ready', agent: 'a1' },
    ];
    t.match(judge(damaged([...lapsed, ...again(1_000)])).faults.join(), /reserved twice/);
    t.same(judge(damaged([...lapsed, ...again(1_600)])).faults, []);
    t.same(
      judge(damaged([...lapsed, { ms: 80, what: 'released', offer: 'o3' }, ...again(1_000)])).faults,
      [],
    );
    const killed = { ms: 80, what: 'redisDown', signal: 'SIGKILL' };
    t.same(judge(damaged([...lapsed, killed, ...again(1_000)])).faults, []);
    const ended = { ms: 80, what: 'redisDown', signal: 'SIGTERM' };
    t.match(judge(damaged([...lapsed, ended, ...again(1_000)])).faults.join(), /reserved twice/);
    const written = { ms: 80, what: 'writesBack' };
    t.same(judge(damaged([...lapsed, written, ...again(1_000)])).faults, []);
    const late = lapsed.map((entry) => ({ ...entry, ms: entry.what === 'answer' ? 1_010 : entry.ms }));
    t.same(judge(damaged([...late, written, ...again(1_000)])).faults, [], 'heard by one who was frozen');
    const rung = { ms: 1_011, what: 'rang', ...pair('o3', 'c4', 'a1') };
    const ringing = again(1_000).filter(
      ({ what }) => what === 'offered' || what === 'answer' || what === 'rang',
    );
    t.match(judge(damaged([...late, written, ...ringing, rung])).faults.join(), /two calls|two agents/);
    const kept = { ms: 73, what: 'rang', ...pair('o3', 'c4', 'a1') };
    t.match(judge(damaged([...lapsed, kept, written, ...again(1_000)])).faults.join(), /reserved twice/);
    t.end();
  },
);

t.test('histories of many files are read in one order; a line that a kill cut off is left out', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'yihao-judge-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const linesOf = (entries: readonly Entry[]) =>
    entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const byEngine = (entry: Entry) => ['offered', 'answer', 'released'].includes(entry.what);
  await writeFile(path.join(folder, 'engine.jsonl'), `${linesOf(sound.filter(byEngine))}{"ms":70,"wh`);
  await writeFile(path.join(folder, 'exchange.jsonl'), linesOf(sound.filter((entry) => !byEngine(entry))));
  await writeFile(path.join(folder, 'empty.jsonl'), '');
  t.same([...readHistories(folder)], sound);
});
