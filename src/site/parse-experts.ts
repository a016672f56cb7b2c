// Reads departments.yaml, experts.yaml and duty.yaml. A site without them has no expert seats.
import { parseDayKey, parseMinuteOfDay, type DayKey } from '../contact/civil-time.js';
import { topRows, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import type { AgentId, SkillName } from '../contact/ids.js';
import { skillLevelBounds } from '../contact/requirement.js';
import { readYaml } from '../contact/yaml-source.js';
import {
  dutyDays,
  type DutyDay,
  type DutyException,
  type DutyHours,
  type DutyRoster,
  type DutyRule,
} from '../workforce/duty.js';
import { huntings, type Department, type Expert, type ExpertPhone } from '../workforce/experts.js';
import { readTable, type Table } from './parse-rows.js';

/** An expert as the file has him: levels that it leaves out are the site's. */
export interface ExpertRow extends Omit<Expert, 'skills'> {
  readonly skills: ReadonlyMap<SkillName, number | null>;
}

/** A row of the roster and where it stands. */
export type DutyRow = { readonly line: number } & (
  { readonly rule: DutyRule } | { readonly exception: DutyException }
);

/** `departments.yaml`. */
export function parseDepartments(file: string, text: string): Table<Department> {
  return readTable(file, text, ['id', 'name', 'en', 'hunting', 'cover'], (fields) => {
    const name = fields.text('name');
    return {
      ...{ id: fields.id('id'), name, en: fields.text('en', name) },
      hunting: fields.oneOf('hunting', huntings, 'oneByOne'),
      cover: fields.rows('cover').map((row) => {
        row.refuseOthers(['on', 'from', 'to']);
        return { days: readDays(row), ...readHours(row) };
      }),
    };
  });
}

/** `experts.yaml`. */
export function parseExperts(file: string, text: string): Table<ExpertRow> {
  return readTable(file, text, ['id', 'name', 'department', 'agent', 'phone', 'skills'], (fields) => ({
    ...{ id: readExpertId(fields), name: fields.text('name'), departmentId: fields.id('department') },
    phone: readPhone(fields),
    skills: fields.gradedIds('skills', skillLevelBounds) as ReadonlyMap<SkillName, number | null>,
  }));
}

/** `duty.yaml`: what comes round every week, and days that are otherwise. */
export function parseDuty(
  file: string,
  text: string,
): { readonly rows: readonly DutyRow[]; readonly findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  const rows = topRows(source, findings).map((fields) => ({
    line: fields.line,
    ...(fields.has('day') ? { exception: readException(fields) } : { rule: readRule(fields) }),
  }));
  return { rows, findings };
}

/** The roster of these rows. */
export function rosterOf(rows: readonly DutyRow[]): DutyRoster {
  return {
    rules: rows.flatMap((row) => ('rule' in row ? [row.rule] : [])),
    exceptions: rows.flatMap((row) => ('exception' in row ? [row.exception] : [])),
  };
}

function readRule(fields: Fields): DutyRule {
  fields.refuseOthers(['expert', 'on', 'from', 'to', 'since', 'until']);
  const since = readDay(fields, 'since');
  const until = readDay(fields, 'until');
  if (since !== undefined && until !== undefined && until < since)
    fields.wrong(['until'], 'badDay', {
      zh: 'until 在 since 之前。请改正日期。',
      en: 'until is before since: mend the days.',
    });
  return {
    ...{ expertId: fields.id('expert'), days: readDays(fields), ...readHours(fields) },
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

function readException(fields: Fields): DutyException {
  fields.refuseOthers(['expert', 'day', 'off', 'from', 'to']);
  const isOff = fields.flag('off', false);
  if (isOff && (fields.has('from') || fields.has('to')))
    fields.wrong(['off'], 'badHours', {
      zh: '休息(off: true)的日子不写 from、to。',
      en: 'A day off (off: true) has no from and to.',
    });
  return {
    ...{ expertId: fields.id('expert'), day: readDay(fields, 'day') ?? '' },
    ...(!isOff && { hours: readHours(fields) }),
  };
}

function readDays(fields: Fields): readonly DutyDay[] {
  const named = fields.ids('on');
  const days = dutyDays.filter((day) => named.includes(day));
  if (days.length < Math.max(1, new Set(named).size))
    fields.wrong(['on'], 'badDays', {
      zh: `on 须写日子,可写多个:${dutyDays.join('、')}。`,
      en: `on names days, one or several of ${dutyDays.join(', ')}.`,
    });
  return days;
}

function readHours(fields: Fields): Pick<DutyHours, 'fromMinute' | 'toMinute'> {
  return { fromMinute: readMinute(fields, 'from'), toMinute: readMinute(fields, 'to') };
}

function readMinute(fields: Fields, key: 'from' | 'to'): number {
  const minute = parseMinuteOfDay(fields.text(key, ''));
  // Midnight as a beginning is 00:00.
  if (minute !== undefined && (key === 'to' || minute < 1440)) return minute;
  fields.wrong([key], 'badTime', {
    zh: `${key} 须是写在引号里的时刻,如 '08:30'${key === 'to' ? "、'24:00';早于或等于 from 表示次日" : ''}。`,
    en: `${key} must be a quoted time such as '08:30'${key === 'to' ? " or '24:00'; not after from = on the next day" : ''}.`,
  });
  return 0;
}

function readDay(fields: Fields, key: 'day' | 'since' | 'until'): DayKey | undefined {
  if (!fields.has(key)) return undefined;
  const day = fields.text(key, '');
  if (parseDayKey(day) !== undefined) return day;
  fields.wrong([key], 'badDay', {
    zh: `${key} 须是写在引号里的日期,如 '2026-12-31'。`,
    en: `${key} must be a quoted day such as '2026-12-31'.`,
  });
  return undefined;
}

/** Exactly one of the two. */
function readPhone(fields: Fields): ExpertPhone {
  const [isAgent, isOutside] = [fields.has('agent'), fields.has('phone')];
  if (isAgent === isOutside)
    fields.wrong([isAgent ? 'phone' : 'agent'], 'badPhone', {
      zh: '专家或写 agent(签入话机的工号),或写 phone(外线号码),二者必有其一,且只写其一。',
      en: 'An expert has either agent (the 工号 he signs in by) or phone (a number outside): one of them, and only one.',
    });
  if (isAgent || !isOutside) return { agentId: (isAgent ? fields.id('agent') : '') as AgentId };
  const number = fields.id('phone');
  if (number !== '' && !/^(?:1[3-9]\d{9}|0[1-9]\d{9,10})$/.test(number))
    fields.wrong(['phone'], 'badNumber', {
      zh: "phone 是 11 位手机号,或带区号的固定电话,写在引号里,例如 '031166600801'。",
      en: "phone is a mobile of 11 figures or a landline with its area code, quoted, such as '031166600801'.",
    });
  return { number };
}

function readExpertId(fields: Fields): string {
  const id = fields.id('id');
  if (id !== '' && !/^\d{3,8}$/.test(id))
    fields.wrong(['id'], 'badAgentId', {
      zh: '专家编号须是写在引号里的 3 至 8 位数字,如 "8001"。',
      en: 'An expert\'s number has 3 to 8 figures, quoted, e.g. "8001".',
    });
  return id;
}
