// The calls of one morning, as records in memory: what the tests of reports and their page look at.
import { emptyRecord, judgedRecord, type ContactRecord } from '../../src/metrics/contact-record.js';
import { startMs } from './office.js';
import { drawFrom, isWanted, reported } from './memory-records.js';

const minuteMs = 60_000;

/** An old number while its callers are still led to a person. */
const led = { dnis: '12300', entryId: '12300', numberState: 'transfer' };

/** Calls of a morning: two of three answered by 1001 or 1006, of two teams; a district that would be a formula. */
const served: readonly ContactRecord[] = Array.from({ length: 60 }, (_, n) => {
  const arrivedAtMs = startMs + n * minuteMs;
  const answered = n % 3 !== 0;
  return judgedRecord({
    ...emptyRecord(`contact-${String(n).padStart(2, '0')}`, arrivedAtMs),
    callerMasked: '0311-****0001',
    dnis: '12345',
    ...(n % 10 === 8 ? led : { entryId: '12345' }),
    queueId: n % 10 === 3 ? null : n % 2 === 0 ? 'general' : 'enterprise',
    tag: n === 7 ? 'testCall' : '',
    answered,
    agentIds: answered ? [n % 2 === 0 ? '1001' : '1006'] : [],
    answeredAtMs: answered ? arrivedAtMs + 5_000 : null,
    endedAtMs: arrivedAtMs + 40_000,
    waitMs: answered ? 5_000 + n * 300 : 40_000,
    talkMs: answered ? 30_000 : 0,
    missedCause: answered ? null : 'abandoned',
    abandonedDuring: answered ? null : 'waiting',
    district: n === 1 ? '=1+1' : null,
    matterNumber: n === 1 ? '251123100001251123' : null,
  });
});

/** Two of them after the change: told only, one to the end. */
const told = (['system', 'citizen'] as const).map((endedBy, n) =>
  judgedRecord({
    ...emptyRecord(`contact-told-${endedBy}`, startMs + n * minuteMs),
    ...{ callerMasked: '0311-****0002', dnis: '12300', entryId: '12300', numberState: 'prompt' },
    ...{ tag: 'promptOnly', endedBy, endedAtMs: startMs + n * minuteMs + 9_000 },
  }),
);
const morning = [...served, ...told];

/** A reader of them. */
export const morningRecords = {
  contacts: async (filter: Parameters<typeof isWanted>[1]) => {
    const start = Number(filter.cursor ?? 0);
    const found = morning.filter((record) => isWanted(record, filter)).toReversed();
    const limit = filter.limit ?? 50;
    const cursor = start + limit < found.length ? String(start + limit) : null;
    return { ok: true as const, page: { contacts: found.slice(start, start + limit), cursor } };
  },
  draw: async (filter: Parameters<typeof isWanted>[1], count: number, seed: string) =>
    drawFrom(
      morning.filter((record) => isWanted(record, filter)),
      count,
      seed,
    ),
  async *countedRecords({ fromMs, toMs }: { fromMs: number; toMs: number }) {
    yield morning.filter((record) => isWanted(record, { fromMs, toMs })).map(reported);
  },
};
