// The days of a month as a calendar shows them: weeks from Monday, empty places before the first.

/** Weeks of seven; null where the month has no day. */
export function weeksOf(year: number, month: number): readonly (readonly (string | null)[])[] {
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const lead = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
  const two = (number: number) => String(number).padStart(2, '0');
  const cells = [
    ...Array.from({ length: lead }, () => null),
    ...Array.from({ length: days }, (_, at) => `${String(year)}-${two(month)}-${two(at + 1)}`),
  ];
  return Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_none, day) => cells[week * 7 + day] ?? null),
  );
}
