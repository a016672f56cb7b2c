// Audited acts in words: what was done to which object, and its details. What a newer service tells is shown by its own name.
import type { AuditedView } from '../../adapters/http/audit-reader.js';
import { civilDay, clockText } from '../civil-time.js';

/** The words of one language. */
export type Words = Readonly<Record<string, string>>;
type Details = AuditedView['details'];
type Value = Details[string];

/** Details whose values are words of the lists, and with which prefix. */
const worded: Readonly<Record<string, string>> = {
  role: 'role.',
  act: 'did.',
  code: 'code.',
  what: 'edited.',
  mode: 'mode.',
  by: 'reports.by.',
  group: 'reports.group.',
  category: 'kind.',
  outcome: 'out.',
  missedCause: 'missed.',
};
/** Said without a name in front. */
const nameless: ReadonlySet<string> = new Set(['role', 'what']);
const instants: ReadonlySet<string> = new Set(['from', 'to', 'fromMs', 'toMs']);

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-23 14:05:03`. */
export function timeText(atMs: number): string {
  const { year, month, day } = civilDay(atMs);
  return `${String(year)}-${two(month)}-${two(day)} ${clockText(atMs)}`;
}

/** `teams east` -> `班组 east`. */
export function aboutText({ about }: Pick<AuditedView, 'about'>, words: Words): string {
  const [kind = '', ...rest] = about.split(' ');
  return [words[`object.${kind}`] ?? kind, ...rest].join(' ');
}

/** The details of an act in one line. */
export function detailText({ act, details }: Pick<AuditedView, 'act' | 'details'>, words: Words): string {
  const told = Object.entries(details).filter(([name]) => !/\.(?:from|to)$/.test(name));
  const changes = changesOf(details, words);
  // A field whose change is told below need not be named before.
  const parts = told.flatMap(([name, value]) => {
    if (value === null || value === '') return [];
    if ((act === 'site.edit' || act === 'draft.edit') && name === 'fields')
      return fieldsText(String(value), details, words);
    const text = valueText(name, value, words);
    return [nameless.has(name) ? text : `${words[`detail.${name}`] ?? name} ${text}`];
  });
  return [...parts, ...changes].join(' · ');
}

function fieldsText(fields: string, details: Details, words: Words): readonly string[] {
  const names = fields.split(',').filter((field) => field !== 'id' && !(`${field}.to` in details));
  return names.length === 0 ? [] : [names.map((field) => fieldName(field, words)).join(' / ')];
}

function changesOf(details: Details, words: Words): readonly string[] {
  return Object.keys(details).flatMap((name) => {
    if (!name.endsWith('.to')) return [];
    const field = name.slice(0, -'.to'.length);
    const [from, to] = [details[`${field}.from`], details[name]].map((value) =>
      changedText(field, value ?? null, words),
    );
    return [`${fieldName(field, words)} ${from ?? ''} → ${to ?? ''}`];
  });
}

const fieldName = (field: string, words: Words): string => words[`field.${field}`] ?? field;

function changedText(field: string, value: Value, words: Words): string {
  // The files leave out what is the ordinary case.
  if (field === 'role') return words[`role.${String(value ?? 'agent')}`] ?? String(value);
  if (field === 'seesNumber' || field === 'autoAnswer')
    return words[value === true ? 'audit.yes' : 'audit.no'] ?? '';
  return value === null ? (words['audit.nothing'] ?? '') : String(value);
}

function valueText(name: string, value: Value, words: Words): string {
  if (typeof value === 'boolean') return words[value ? 'audit.yes' : 'audit.no'] ?? String(value);
  const text = String(value);
  if (instants.has(name) && /^\d{12,14}$/.test(text)) return timeText(Number(text));
  const keys =
    name === 'act' ? [`did.${text}`, `forced.${text}`, `signal.${text}`] : [`${worded[name] ?? ''}${text}`];
  if (worded[name] === undefined) return text;
  return keys.flatMap((key) => words[key] ?? [])[0] ?? text;
}
