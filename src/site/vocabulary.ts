// What the lists that prompts' slots name hold: agents, numbers, departments and emergency lines, as the files have them, faulty or not.
import { readYaml } from '../contact/yaml-source.js';
import type { Vocabulary } from '../ivr/prompt-slot.js';
import { readEntryName } from '../ivr/reading.js';
import { isMapping } from './file-entries.js';
import { defaultAreaCode } from './parse-policies.js';

type Row = Readonly<Record<string, unknown>>;

/** Files that it is read from. */
export const vocabularyFiles = [
  'agents.yaml',
  'departments.yaml',
  'emergency.yaml',
  'numbers.yaml',
  'policies.yaml',
] as const;

/**
 * Reads the lists.
 * @param files texts by path below `ivr-flows/`; a file that is not there, or cannot be read, names nothing
 */
export function vocabularyOf(files: ReadonlyMap<string, string>): Vocabulary {
  const numbers = rowsIn(files, 'numbers.yaml');
  const namesIn = (...states: readonly string[]) =>
    namesOf(
      numbers.filter((row) => isEverIn(row, states)),
      'name',
    );
  return {
    agents: rowsIn(files, 'agents.yaml').flatMap(({ id }) => (typeof id === 'string' ? [id] : [])),
    areaCodes: [areaCodeIn(files)],
    departments: namesById(rowsIn(files, 'departments.yaml')),
    targets: namesById(rowsIn(files, 'emergency.yaml')),
    entries: namesOf(numbers, 'name'),
    shortNames: namesOf(numbers, 'shortName'),
    'numbers.served': namesIn('served'),
    'numbers.dual': namesIn('dual'),
    'numbers.transfer': namesIn('transfer'),
    'numbers.announced': namesIn('prompt', 'vacant'),
    'numbers.returned': namesIn('returned'),
    'numbers.led': namesOf(
      numbers.filter((row) => row['target'] !== undefined),
      'name',
    ),
  };
}

function namesById(rows: readonly Row[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rows.flatMap(({ id, name }) => (typeof id === 'string' && typeof name === 'string' ? [[id, name]] : [])),
  );
}

/** Each name as written, and with its own number read as the site reads it. */
function namesOf(rows: readonly Row[], field: 'name' | 'shortName'): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rows.flatMap(({ [field]: name, number, spoken }) =>
      typeof name === 'string' && typeof number === 'string'
        ? [[name, readEntryName(name, number, typeof spoken === 'string' ? spoken : null)]]
        : [],
    ),
  );
}

/** The site's own area, which policies.yaml may leave out. */
function areaCodeIn(files: ReadonlyMap<string, string>): string {
  const { value } = readYaml('policies.yaml', files.get('policies.yaml') ?? '');
  const own = isMapping(value) ? value['areaCode'] : undefined;
  return typeof own === 'string' ? own : defaultAreaCode;
}

/** Whether a row is ever in one of these states; without any a number is served. */
function isEverIn({ states: periods, pattern }: Row, states: readonly string[]): boolean {
  if (Array.isArray(periods) && periods.length > 0)
    return periods.some((period: unknown) => isMapping(period) && states.includes(String(period['state'])));
  const opensAsMain = pattern === undefined || pattern === 'main' || pattern === 'emergency';
  return states.includes('served') && !opensAsMain;
}

function rowsIn(files: ReadonlyMap<string, string>, file: string): readonly Row[] {
  const { value } = readYaml(file, files.get(file) ?? '');
  return Array.isArray(value) ? value.filter(isMapping) : [];
}
