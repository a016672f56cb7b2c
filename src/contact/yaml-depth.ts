// How deep a YAML text is nested, seen before a parser takes it: parsers recurse, and one that runs out of stack may take the process with it.

/** No file of a site comes near: the deepest shipped one has eight levels. */
const deepest = { brackets: 100, columns: 200 } as const;

/**
 * The line (1 = first) where a text is nested deeper than any file of a site; undefined where it nowhere is. Brackets are counted wherever they
 * stand, in words and comments too: a text has to leave a hundred of them open to be refused.
 */
export function tooDeepAt(text: string): number | undefined {
  let open = 0;
  for (const [index, line] of text.split('\n').entries()) {
    // Indentation, and what opens a level within the line: - ? :
    if ((/^(?: |\t|[-?:](?=\s))*/.exec(line)?.[0].length ?? 0) > deepest.columns) return index + 1;
    for (const sign of line) {
      if (sign === '[' || sign === '{') open += 1;
      else if (sign === ']' || sign === '}') open = Math.max(0, open - 1);
      if (open > deepest.brackets) return index + 1;
    }
  }
  return undefined;
}
