import t from 'tap';
import { dateAlarms } from '../../src/engine/date-alarms.js';

const site = (ending: readonly string[], years: readonly number[] = []) => ({
  missingNoticeYears: () => years,
  serviceEnds: () => ending.map((id) => ({ id, number: id, from: '2027-07-01', state: 'prompt' as const })),
});
const standing = [
  { alarm: 'numberEnding' as const, about: '12300', sinceMs: 0 },
  { alarm: 'promptMissing' as const, about: 'bye', sinceMs: 0 },
];

t.test('a number that stops soon is told of, and no longer when it has stopped or was put off', async (t) => {
  t.same(dateAlarms(site(['12358'], [2027]), standing, 0), [
    { alarm: 'calendarMissing', about: 'calendar.yaml', set: true },
    { alarm: 'numberEnding', about: '12300', set: false },
    { alarm: 'numberEnding', about: '12358', set: true },
  ]);
  t.same(dateAlarms(site([]), [], 0), [{ alarm: 'calendarMissing', about: 'calendar.yaml', set: false }]);
});
