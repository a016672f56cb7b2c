// The agents' table as a file for WPS and Excel: the very columns an import reads.
import type { FastifyReply } from 'fastify';
import { stringify } from 'csv-stringify/sync';
import writeXlsxFile from 'write-excel-file/node';
import { dayKeyAt } from '../../contact/civil-time.js';
import { agentColumnNames, agentColumns, agentRoleWords } from '../../site/agent-columns.js';
import type { Site } from '../../site/site.js';
import { agentRowOf } from '../../site/site-rows.js';
import { csvText } from './table-file.js';

/** What is wanted. */
export interface AgentTableWish {
  readonly format: 'csv' | 'xlsx';
  readonly lang: 'zh' | 'en';
  readonly nowMs: number;
}

const mediaTypes = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
/** Excel takes a CSV for GBK without it. */
const byteOrderMark = '\uFEFF';

/** Headings and rows as plain texts. */
export function agentTable(site: Site, lang: 'zh' | 'en'): readonly (readonly string[])[] {
  const yes = (flag: boolean) => (flag ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' })[lang];
  const rows = [...site.agents.keys()].sort().flatMap((id) => {
    const row = agentRowOf(site, id);
    if (row === undefined) return [];
    const cells = {
      ...row,
      until: site.teams.get(row.team)?.until ?? '',
      team: site.teams.get(row.team)?.name ?? row.team,
      skills: row.skills
        .map((id) => `${skillWord(site, id, lang)}${levelWord(row.levels[id])}`)
        .join(lang === 'zh' ? '、' : ';'),
      role: agentRoleWords[row.role][lang],
      device: row.device ?? '',
      seesNumber: yes(row.seesNumber),
      autoAnswer: yes(row.autoAnswer),
    };
    return [agentColumnNames.map((column) => cells[column])];
  });
  return [agentColumnNames.map((column) => agentColumns[column][lang][0]), ...rows];
}

/** Chinese names for people, ids where the reader has no Chinese; an import takes both. */
function skillWord(site: Site, id: string, lang: AgentTableWish['lang']): string {
  const skill = [...site.skills.values()].find((one) => one.id === id);
  return lang === 'zh' && skill !== undefined && !/[、,;;|\s]/.test(skill.name) ? skill.name : id;
}

function levelWord(level: number | undefined): string {
  return level === undefined ? '' : `:${String(level)}`;
}

/** Sends the table as a download. */
export async function sendAgentTable(
  reply: FastifyReply,
  site: Site,
  { format, lang, nowMs }: AgentTableWish,
): Promise<FastifyReply> {
  const table = agentTable(site, lang);
  const body =
    format === 'csv'
      ? byteOrderMark +
        stringify(
          table.map((row) => row.map(csvText)),
          { record_delimiter: 'windows' },
        )
      : await writeXlsxFile(table.map((row) => row.map((value) => ({ value, type: String })))).toBuffer();
  return reply
    .type(mediaTypes[format])
    .header('content-disposition', `attachment; filename="agents-${dayKeyAt(nowMs)}.${format}"`)
    .header('cache-control', 'no-store')
    .send(body);
}
