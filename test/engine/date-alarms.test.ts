import t from 'tap';
import { dateAlarms } from '../../src/engine/date-alarms.js';

const site = (ending: readonly string[], years: readonly number[] = [], gaps: readonly string[] = []) => ({
  missingNoticeYears: () => years,
  stateEnds: () =>
    ending.map((id) => ({
      ...{ id, number: id, before: 'transfer' as const, from: '2027-07-01', after: 'prompt' as const },
    })),
  rosterGaps: () => gaps.map((departmentId) => ({ departmentId, fromMs: 0, toMs: 1 })),
});
const standing = [
  { alarm: 'calendarMissing' as const, about: '2026', sinceMs: 0 },
  { alarm: 'numberEnding' as const, about: '12300', sinceMs: 0 },
  { alarm: 'promptMissing' as const, about: 'bye', sinceMs: 0 },
];

t.test('what is due stands, and no longer when it has come, was put off or was mended', async (t) => {
  t.same(dateAlarms(site(['12358', '12358'], [2027], ['fund', 'fund']), standing, 0, []), [
    { alarm: 'calendarMissing', about: '2026', set: false },
    { alarm: 'calendarMissing', about: '2027', set: true },
    { alarm: 'numberEnding', about: '12300', set: false },
    { alarm: 'numberEnding', about: '12358', set: true },
    { alarm: 'rosterGap', about: 'fund', set: true },
  ]);
  t.same(dateAlarms(site([]), [], 0, []), []);
});
