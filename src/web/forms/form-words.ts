// Findings speak to whoever edits the file; a form says them in its own terms: fields by their labels, nothing of how a file is written.

/** A label without what it explains: `短名(话机上显示)` -> `短名`. */
export const plainLabel = (label: string): string => label.replace(/\s*\([^)]*\)$/, '');

/**
 * A finding's words as a form says them.
 * @param labels by the fields' names in the file
 */
export function formWords(text: string, labels: ReadonlyMap<string, string>): string {
  const isChinese = /\p{Script=Han}/u.test(text);
  const named = text.replace(/^[A-Za-z_]+(?= )/, (key) => plainLabel(labels.get(key) ?? key));
  if (!isChinese) return named;
  return named
    .replaceAll(/\([A-Za-z_]+\)/g, '')
    .replace(/写在引号里的?[、,]?/, '')
    .replace(/(\p{Script=Han}) (?=\p{Script=Han})/gu, '$1');
}
