import t from 'tap';
import { dateAlarms } from '../../src/engine/date-alarms.js';

const site = (ending: readonly string[], years: readonly number[] = []) => ({
  missingNoticeYears: () => years,
  serviceEnds: () => ending.map((id) => ({ id, number: id, from: '2027-07-01', state: 'prompt' as const })),
});
const standing = [
  { alarm: 'calendarMissing' as const, about: '2026', sinceMs: 0 },
  { alarm: 'numberEnding' as const, about: '12300', sinceMs: 0 },
  { alarm: 'promptMissing' as const, about: 'bye', sinceMs: 0 },
];

t.test('what is due stands, and no longer when it has come, was put off or was mended', async (t) => {
  t.same(dateAlarms(site(['12358'], [2027]), standing, 0), [
    { alarm: 'calendarMissing', about: '2026', set: false },
    { alarm: 'calendarMissing', about: '2027', set: true },
    { alarm: 'numberEnding', about: '12300', set: false },
    { alarm: 'numberEnding', about: '12358', set: true },
  ]);
  t.same(dateAlarms(site([]), [], 0), []);
});
