// Draws calls at random for a checker: the seed is told, and with it anybody can draw the same calls again.
import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { dayMs } from '../../contact/civil-time.js';
import { audit } from './audit.js';
import { recordView, shownRecord } from './contact-routes.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { instantText, periodIn } from './instant.js';
import { tallyRulesOf } from './kpi-report.js';
import { groupFilter } from './report-groups.js';
import { lineOfText } from './views.js';

const longestMs = 92 * dayMs;
const mostCalls = 200;

const sampleBody = Type.Object(
  {
    n: Type.Integer({ minimum: 1, maximum: mostCalls }),
    from: instantText,
    to: instantText,
    agentId: Type.Optional(lineOfText(32)),
    teamId: Type.Optional(lineOfText(64)),
    queueId: Type.Optional(lineOfText(64)),
    seed: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' })),
  },
  { additionalProperties: false },
);

/** Adds the sample. */
export function addSampleRoutes(api: Api, parts: HttpParts): void {
  const { records, sites, nowMs } = parts;
  api.post(
    '/api/v1/samples',
    {
      schema: {
        summary: 'Calls drawn at random among the answered ones; the same seed draws the same calls',
        body: sampleBody,
        response: {
          200: Type.Object({
            seed: Type.String(),
            outOf: Type.Integer({ description: 'answered calls there were to draw from' }),
            contacts: Type.Array(recordView),
          }),
        },
      },
      config: { rateLimit: { max: 60 } },
    },
    async (request) => {
      const { n, from, to, agentId, teamId, queueId, seed = randomBytes(8).toString('hex') } = request.body;
      const site = sites.current();
      const period = periodIn({ from, to }, longestMs, nowMs(), { place: 'body' });
      const filter = {
        ...period,
        subset: { name: 'answered', rules: tallyRulesOf(site.metricsPolicy) },
        ...(agentId !== undefined && { agentId }),
        ...groupFilter({ teamId, queueId }, site),
      } as const;
      const { contacts, outOf } = await records.draw(filter, n, seed);
      const whose = { agentId: agentId ?? null, teamId: teamId ?? null, queueId: queueId ?? null };
      audit(parts, knownUser(request, parts), 'sample', 'contacts', {
        n: contacts.length,
        outOf,
        seed,
        ...period,
        ...whose,
      });
      return { seed, outOf, contacts: contacts.map(shownRecord) };
    },
  );
}
