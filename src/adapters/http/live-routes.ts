// The live state of the site, and its figures.
import { Type, type Static } from 'typebox';
import type { Api, HttpParts } from './http-parts.js';
import { instantText, periodIn } from './instant.js';
import { kpiKinds, longestPeriodMs, reportKpis, tallyRulesOf, type KpiQuestion } from './kpi-report.js';
import {
  agentView,
  conditionView,
  contactView,
  lineOfText,
  oneOf,
  queueView,
  viewAgents,
  viewCondition,
  viewContact,
  viewQueues,
} from './views.js';

const liveView = Type.Object({
  atMs: Type.Integer(),
  siteVersion: Type.String(),
  condition: conditionView,
  agents: Type.Array(agentView),
  contacts: Type.Array(contactView),
  queues: Type.Array(queueView),
});
/** All of it as pages see it. */
export type LiveView = Static<typeof liveView>;

const kpiQuery = Type.Object(
  {
    from: Type.Optional(instantText),
    to: Type.Optional(instantText),
    by: Type.Optional(oneOf(kpiKinds)),
    kpiLine: Type.Optional(lineOfText(64)),
  },
  { additionalProperties: false },
);

export const figureView = Type.Object({
  formula: Type.String(),
  formulaVersion: Type.Integer(),
  numerator: Type.Integer(),
  denominator: Type.Integer(),
  text: Type.String(),
});

export const kpiRowView = Type.Object({
  fromMs: Type.Integer(),
  toMs: Type.Integer(),
  counts: Type.Record(Type.String(), Type.Unknown()),
  figures: Type.Record(Type.String(), Type.Union([figureView, Type.Null()])),
  gaps: Type.Array(Type.Object({ part: Type.String(), fromMs: Type.Integer(), toMs: Type.Integer() })),
  gapMs: Type.Integer(),
});

const kpiView = Type.Object({
  fromMs: Type.Integer(),
  toMs: Type.Integer(),
  by: oneOf(kpiKinds),
  rows: Type.Array(kpiRowView),
  total: kpiRowView,
  worst24h: Type.Union([
    Type.Object({ fromMs: Type.Integer(), toMs: Type.Integer(), answerRate: figureView }),
    Type.Null(),
  ]),
});

/** Adds the live state and the figures. */
export function addLiveRoutes(api: Api, parts: HttpParts): void {
  const { engine, sites, records, nowMs } = parts;

  api.get(
    '/api/v1/live',
    { schema: { summary: 'Agents, contacts and queues now', response: { 200: liveView } } },
    async () => {
      const site = sites.current();
      return {
        atMs: nowMs(),
        siteVersion: site.version,
        condition: viewCondition(engine.condition()),
        agents: [...viewAgents(site, engine)],
        contacts: engine.contacts().map((contact) => viewContact(contact, engine.placeOf(contact.id))),
        queues: [...viewQueues(site, engine, nowMs())],
      };
    },
  );

  api.get(
    '/api/v1/kpis',
    {
      schema: {
        summary: 'Figures of a period; today by hour if nothing is said',
        querystring: kpiQuery,
        response: { 200: kpiView },
      },
      config: { rateLimit: { max: 60 } },
    },
    async (request) => {
      const question = questionOf(request.query, nowMs());
      const report = await reportKpis(records, question, tallyRulesOf(sites.current().metricsPolicy));
      // Readonly arrays and interfaces without index signatures: the same data to the schema's types.
      return report as unknown as Static<typeof kpiView>;
    },
  );
}

/** @throws REQUEST_INVALID for a period that is empty or too long */
function questionOf(query: Static<typeof kpiQuery>, nowMs: number): KpiQuestion {
  const by = query.by ?? 'hour';
  const period = periodIn(query, longestPeriodMs[by], nowMs);
  return { ...period, by, ...(query.kpiLine !== undefined && { kpiLine: query.kpiLine }) };
}
