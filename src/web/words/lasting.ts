// How long something lasted, as running text says it: never to be read as a time of day.

/** `6分42秒`, `6 min 42 s`; `1小时5秒`; started seconds count whole, so that what lasted is never nought. */
export function lastingIn(language: 'zh' | 'en', durationMs: number): string {
  const seconds = Math.ceil(Math.max(0, durationMs) / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const units = language === 'zh' ? ['小时', '分', '秒'] : [' h', ' min', ' s'];
  const told = parts.flatMap((count, at) => (count === 0 ? [] : [`${String(count)}${units[at] ?? ''}`]));
  if (told.length === 0) return `0${units[2] ?? ''}`;
  return told.join(language === 'zh' ? '' : ' ');
}
