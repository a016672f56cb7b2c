// The reports' route: as JSON for the page, as CSV or XLSX for the office; whoever takes a file is named in the audit.
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import { dayKeyAt } from '../../contact/civil-time.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { instantText, periodIn } from './instant.js';
import { tallyRulesOf } from './kpi-report.js';
import { figureView, kpiRowView } from './live-routes.js';
import {
  longestReportMs,
  reportFigures,
  reportKinds,
  type Report,
  type ReportKind,
  type ReportRow,
} from './report.js';
import { reportColumns } from './report-columns.js';
import { reportGroupings } from './report-groups.js';
import { fileFormat, sendTable, tableOf, type FileFormat, type FileLanguage } from './table-file.js';
import { oneOf } from './views.js';

const reportQuery = Type.Object(
  {
    from: Type.Optional(instantText),
    to: Type.Optional(instantText),
    by: Type.Optional(oneOf(reportKinds)),
    group: Type.Optional(oneOf(reportGroupings)),
    format: Type.Optional(fileFormat),
    lang: Type.Optional(oneOf(['zh', 'en'])),
  },
  { additionalProperties: false },
);

const rowView = Type.Object({
  ...kpiRowView.properties,
  cells: Type.Record(Type.String(), Type.Integer(), { description: 'calls of each subset' }),
  group: Type.String({ description: "the group's id; - = none of them, ? = a team no longer known" }),
});

const groupView = Type.Object({ id: Type.String(), name: Type.String(), en: Type.String() });

const reportView = Type.Object({
  fromMs: Type.Integer(),
  toMs: Type.Integer(),
  by: oneOf(reportKinds),
  group: oneOf(reportGroupings),
  formulaVersion: figureView.properties.formulaVersion,
  rules: Type.Object({
    answerWithinMs: Type.Integer(),
    shortAbandonMs: Type.Integer(),
    calledBackWithinMs: Type.Integer(),
  }),
  groups: Type.Array(groupView),
  choices: Type.Object({ queues: Type.Array(groupView), teams: Type.Array(groupView) }),
  totals: Type.Array(rowView),
  total: rowView,
  rows: Type.Array(rowView),
});

/** What to choose where the period is too long for its interval. */
const coarser: Readonly<Record<ReportKind, { readonly zh: string; readonly en: string }>> = {
  interval: { zh: '请缩短,或改按小时、按日统计', en: 'shorten it, or choose hours or days' },
  hour: { zh: '请缩短,或改按日、按月统计', en: 'shorten it, or choose days or months' },
  day: { zh: '请缩短,或改按周、按月统计', en: 'shorten it, or choose weeks or months' },
  week: { zh: '请缩短,或改按月统计', en: 'shorten it, or choose months' },
  month: { zh: '请缩短', en: 'shorten it' },
};

/** Rows written at a time, so that the thread stays free in between. */
const rowsATurn = 50;

/** Adds the reports. */
export function addReportRoutes(api: Api, parts: HttpParts): void {
  const { records, sites, nowMs } = parts;
  api.get(
    '/api/v1/reports',
    {
      schema: {
        summary: 'Figures of a period by interval and group; today by hour if nothing is said',
        querystring: reportQuery,
        response: { 200: reportView },
      },
      config: { rateLimit: { max: 60 } },
    },
    async (request, reply) => {
      const { by = 'hour', group = 'none', format = 'json', lang = 'zh', ...period } = request.query;
      const question = {
        ...periodIn(period, longestReportMs[by], nowMs(), { tooLong: coarser[by] }),
        by,
        group,
      };
      const site = sites.current();
      const report = await reportFigures(records, question, tallyRulesOf(site.metricsPolicy), site);
      // A stream is sent as it is: the schema describes it, and does not write it.
      if (format === 'json') return sendJson(reply, report) as unknown as Static<typeof reportView>;
      audit(parts, knownUser(request, parts), 'export', 'reports', { format, ...question });
      return sendFile(reply, report, format, lang) as unknown as Static<typeof reportView>;
    },
  );
}

function sendJson(reply: FastifyReply, report: Report): FastifyReply {
  return reply
    .type('application/json; charset=utf-8')
    .send(Readable.from(jsonOf(report), { objectMode: false }));
}

async function* jsonOf({ rows, ...head }: Report): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify(head).slice(0, -1)},"rows":[`);
  for (let at = 0; at < rows.length; at += rowsATurn) {
    const text = rows.slice(at, at + rowsATurn).map((row) => JSON.stringify(row));
    yield Buffer.from(`${at === 0 ? '' : ','}${text.join(',')}`);
    await nextTurn();
  }
  yield Buffer.from(']}');
}

async function sendFile(
  reply: FastifyReply,
  report: Report,
  format: FileFormat,
  language: FileLanguage,
): Promise<FastifyReply> {
  const rows: readonly ReportRow[] = [...report.rows, ...report.totals, report.total];
  const table = await tableOf(reportColumns(report, language), rows, language);
  const name = `report-${report.by}-${dayKeyAt(report.fromMs)}-${dayKeyAt(report.toMs - 1)}`;
  return sendTable(reply, { name, format, table });
}
