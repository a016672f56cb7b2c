// The demo's people, by dice alone: they come at the asked rate, most wait, a few do not, and the same seed gives the same day.
import t from 'tap';
import {
  answerOf,
  callsPerMinuteAt,
  citizenOf,
  diceOf,
  nextArrivalMs,
  restOf,
  type CallPlan,
} from '../../scripts/demo/behaviour.js';
import { withAgents, withDevices } from '../../scripts/demo/flows.mjs';
import { readOptions, usage } from '../../scripts/demo/options.mjs';

const minuteMs = 60_000;
const many = Array.from({ length: 4_000 }, (_unused, n) => n);

/** All arrivals of the first minutes of a day. */
function arrivals(seed: number, plan: CallPlan, minutes: number): readonly number[] {
  const dice = diceOf(seed, 'arrivals', 0);
  const found: number[] = [];
  for (
    let atMs = nextArrivalMs(dice, 0, plan);
    atMs < minutes * minuteMs;
    atMs = nextArrivalMs(dice, atMs, plan)
  )
    found.push(atMs);
  return found;
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
const share = (values: readonly number[], holds: (value: number) => boolean): number =>
  values.filter(holds).length / values.length;

t.test(
  'citizens arrive at the asked rate, three times as many in every fourth minute of a surge',
  async (t) => {
    const plan = { callsPerMinute: 20, surge: 3 };
    const found = arrivals(7, plan, 400);
    const inSurge = found.filter((atMs) => callsPerMinuteAt(plan, atMs) === 60);
    t.ok(Math.abs(inSurge.length / 100 - 60) < 3, `${inSurge.length / 100} a minute in the surge`);
    const calm = (found.length - inSurge.length) / 300;
    t.ok(Math.abs(calm - 20) < 1, `${calm} a minute outside it`);
    const gaps = arrivals(7, { callsPerMinute: 20, surge: 1 }, 400).map(
      (atMs, at, all) => atMs - (all[at - 1] ?? 0),
    );
    const squares = mean(gaps.map((gap) => gap * gap));
    t.ok(Math.abs(squares / mean(gaps) ** 2 - 2) < 0.15, 'the gaps are those of a Poisson process');
    t.same(
      [0, 1, 2, 3, 4, 7].map((minute) => callsPerMinuteAt(plan, minute * minuteMs)),
      [20, 20, 20, 60, 20, 60],
    );
  },
);

t.test('most wait, a few give up within seconds, and some call again', async (t) => {
  const citizens = many.map((n) => citizenOf(7, n));
  const patience = citizens.map(({ patienceMs }) => patienceMs);
  const hurried = share(patience, (ms) => ms < 10_000);
  t.ok(hurried > 0.01 && hurried < 0.03, `${hurried} within 10 s`);
  t.ok(share(patience, (ms) => ms > 45_000) > 0.6);
  t.ok(share(patience, (ms) => ms > 120_000) > 0.2);
  const again = citizens.flatMap(({ againAfterGivingUpMs }) => againAfterGivingUpMs ?? []);
  t.ok(Math.abs(again.length / citizens.length - 0.2) < 0.03);
  t.ok(again.every((ms) => ms >= 20_000 && ms <= 60_000));
  t.ok(citizens.some(({ againAfterTalkMs }) => againAfterTalkMs !== undefined));
  const talks = citizens.map(({ talkMs }) => talkMs);
  t.ok(Math.abs(mean(talks) - 45_000) < 2_500, `${mean(talks)} ms of talk`);
  t.ok(talks.every((ms) => ms >= 8_000 && ms <= 180_000));
});

t.test('numbers can belong to nobody, and no two citizens of one moment share one', async (t) => {
  const numbers = many.map((n) => citizenOf(7, n).number);
  t.ok(numbers.every((number) => /^03110000[1-9]\d{3}$/.test(number)));
  t.equal(new Set(numbers).size, numbers.length);
  t.equal(citizenOf(7, 3, 1).number, citizenOf(7, 3).number, 'who calls again keeps his number');
});

t.test('agents pick up within 1 to 4 s; the absent-minded one lets some ring', async (t) => {
  const attentive = many.map((n) => answerOf(7, 0, n, false));
  t.ok(attentive.every(({ picksUp }) => picksUp));
  t.ok(attentive.every(({ pickUpMs }) => pickUpMs >= 1_000 && pickUpMs <= 4_000));
  t.ok(
    attentive.every(({ wrapUpMs }) => wrapUpMs < 10_000),
    "they end the wrap-up before the site's time does",
  );
  t.ok(new Set(attentive.map(({ outcome }) => outcome)).size > 3);
  const missed = many.filter((n) => !answerOf(7, 3, n, true).picksUp).length / many.length;
  t.ok(missed > 0.15 && missed < 0.25, `${missed} missed`);
  const rests = many.map((n) => restOf(7, 0, n));
  t.ok(new Set(rests.map(({ reason }) => reason)).size > 3);
  t.ok(rests.every(({ afterMs, lastsMs }) => afterMs >= 30_000 && lastsMs <= 240_000));
});

t.test('the same seed gives the same day, another seed another', async (t) => {
  const plan = { callsPerMinute: 20, surge: 3 };
  const day = (seed: number) => [
    arrivals(seed, plan, 30),
    many.slice(0, 50).map((n) => [citizenOf(seed, n), answerOf(seed, 1, n, true), restOf(seed, 1, n)]),
  ];
  t.same(day(7), day(7));
  t.notSame(day(7), day(8));
});

t.test('more agents and phones are added to what is there, and nothing else changes', async (t) => {
  const agents =
    "# id: '9999'\n- { id: '1007', name: a, team: east, skills: [general] }\n- { id: '1008', name: b, team: west, skills: [general, tax] }\n";
  t.equal(
    withAgents(agents, 4),
    `${agents}- { id: '1009', name: 演示三, team: east, skills: [general] }\n- { id: '1010', name: 演示四, team: west, skills: [general, tax] }\n`,
  );
  t.equal(withAgents(agents, 2), agents);
  t.equal(withAgents(agents, 1), agents);
  const devices = '- { id: d1001, name: 座席01 }\n';
  t.equal(withDevices(devices, 2), `${devices}- { id: d1002, name: 座席02 }\n`);
});

t.test('options: defaults, and one sentence for what cannot be used', async (t) => {
  t.same(readOptions([], {}), { agents: 8, callsPerMinute: 5, surge: 1, minutes: undefined, seed: 11 });
  t.match(readOptions(['--agents', '24', '--surge=3'], {}), { agents: 24, callsPerMinute: 15, surge: 3 });
  t.equal(readOptions(['--help'], {}), undefined);
  t.match(usage, /every fourth minute/);
  const wrong: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['--agents', '0'], /--agents 应为 1 到 60 的整数.*such as --agents 8/],
    [['--surge', 'x'], /--surge/],
    [['--seed', '1.5'], /--seed/],
    [['--callers', '3'], /--help/],
    [['--minutes'], /--help/],
    [['8'], /--help/],
  ];
  for (const [args, says] of wrong)
    t.throws(() => readOptions(args, {}), { name: 'OptionError', message: says }, args.join(' '));
  t.throws(() => readOptions([], { npm_config_agents: '8' }), /npm run demo -- --agents/);
});
