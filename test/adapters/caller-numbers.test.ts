import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import {
  callerKeyOf,
  createCallerNumbers,
  type CallerNumbersOptions,
} from '../../src/adapters/memory/caller-numbers.js';
import { createMemoryJournal } from '../../src/adapters/memory/journal.js';
import type { CallerKey } from '../../src/contact/ids.js';
import { abandonedCall, entriesOf } from '../metrics/contact-facts.js';

const site = { secret: 'a-site-secret', homeAreaCode: '0311' } as const;
const mobile = '13800138000';
const mobileKey = callerKeyOf(mobile, site.secret);

/** Two halves that can be away; what they hold is open to see. */
function halves() {
  const live = new Map<CallerKey, string>();
  const table = new Map<CallerKey, string>();
  const state = { away: false, troubles: [] as string[] };
  const answer = async (act: () => void): Promise<void> => {
    await sleep(1);
    if (state.away) throw new Error('away');
    act();
  };
  const options: CallerNumbersOptions = {
    ...site,
    live: {
      keep: (key, number) => answer(() => void live.set(key, number)),
      drop: (key) => answer(() => void live.delete(key)),
      all: () => Promise.resolve(new Map(live)),
    },
    table: { write: (key, number) => answer(() => void table.set(key, number)) },
    onTrouble: (half) => state.troubles.push(half),
    retryMinMs: 2,
    retryMaxMs: 4,
  };
  return { live, table, state, options };
}

t.test('one caller has one key however his number is written, and another site gives him another', (t) => {
  const numbers = createCallerNumbers(site);
  const forms = [mobile, `0${mobile}`, `+86${mobile}`, `0086${mobile}`, `sip:${mobile}@10.0.0.1`];
  const seen = forms.map((form) => numbers.remember(form, true));
  t.same(new Set(seen.map(({ callerKey }) => callerKey)), new Set([mobileKey]));
  t.match(mobileKey, /^[\w-]{43}$/);
  t.not(callerKeyOf(mobile, 'another-secret'), mobileKey);
  t.equal(seen[0]?.callerMasked, '138****8000');
  t.equal(numbers.numberOf(mobileKey), mobile);
  t.equal(numbers.remember('86123456', true).callerKey, callerKeyOf('031186123456', site.secret));
  t.end();
});

t.test('a withheld number has no key, is not kept, and says so', (t) => {
  const numbers = createCallerNumbers(site);
  for (const [ani, shown] of [
    [mobile, false],
    ['anonymous', true],
    ['', true],
  ] as const) {
    t.same(numbers.remember(ani, shown), { callerKey: '', callerMasked: '未显示号码' });
  }
  t.equal(numbers.numberOf('' as CallerKey), undefined);
  t.end();
});

t.test('a number stays until the last call of its caller is over and the table has it', async (t) => {
  const { live, table, state, options } = halves();
  const numbers = createCallerNumbers(options);
  state.away = true;
  numbers.remember(mobile, true);
  numbers.remember(mobile, true);
  numbers.forget(mobileKey);
  await sleep(20);
  t.equal(numbers.unwritten(), 1);
  t.same(state.troubles, ['live', 'table']);
  numbers.forget(mobileKey);
  t.equal(numbers.numberOf(mobileKey), mobile);
  state.away = false;
  while (numbers.unwritten() > 0) await sleep(2);
  await sleep(5);
  t.same([...table], [[mobileKey, mobile]]);
  t.equal(numbers.numberOf(mobileKey), undefined);
  t.equal(live.size, 0);
});

t.test(
  'after a restart living calls have their numbers, and those of ended calls are written and let go',
  async (t) => {
    const { live, table, options } = halves();
    const other = '13900139000';
    const otherKey = callerKeyOf(other, site.secret);
    live.set(mobileKey, mobile).set(otherKey, other);
    const numbers = createCallerNumbers(options);
    await numbers.restore([mobileKey]);
    while (numbers.unwritten() > 0) await sleep(2);
    await sleep(5);
    t.equal(numbers.numberOf(mobileKey), mobile);
    t.equal(numbers.numberOf(otherKey), undefined);
    t.same([...live.keys()], [mobileKey]);
    t.equal(table.size, 2);
  },
);

t.test('closing does not wait for a table that is away', async (t) => {
  const { state, options } = halves();
  state.away = true;
  const numbers = createCallerNumbers({ ...options, retryMinMs: 60_000 });
  numbers.remember(mobile, true);
  await sleep(5);
  const began = performance.now();
  await numbers.close();
  t.ok(performance.now() - began < 1000);
});

t.test('two memory journals of the same entries read the same, byte for byte', (t) => {
  const [one, other] = [createMemoryJournal(), createMemoryJournal()];
  for (const entry of entriesOf('c1', abandonedCall())) {
    one.append(entry);
    other.append(structuredClone(entry));
  }
  t.equal(one.text(), other.text());
  t.equal(one.text().split('\n').length, one.entries.length + 1);
  t.end();
});
