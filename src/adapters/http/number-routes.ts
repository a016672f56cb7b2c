// The number ledger over the API: every number as it stands on a day, and what its callers hear.
import { Type, type Static } from 'typebox';
import { addDays, dayKeyAt, parseDayKey, type DayKey } from '../../contact/civil-time.js';
import { AppError } from '../../errors.js';
import { nextChange, numberPatterns, numberStates, stateOn } from '../../numbers/ledger-row.js';
import { exampleCall, hearingOf } from '../../site/hearing.js';
import type { Site } from '../../site/site.js';
import type { Api, HttpParts } from './http-parts.js';
import { nullable, oneOf } from './views.js';

const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'a day such as 2026-07-01' });
const strict = { additionalProperties: false } as const;
const change = Type.Object({ from: Type.String(), state: nullable(oneOf(numberStates)) });

const numberView = Type.Object({
  id: Type.String(),
  number: Type.String(),
  name: Type.String(),
  pattern: oneOf(numberPatterns),
  state: nullable(oneOf(numberStates)),
  next: nullable(change),
  kpiLine: Type.String(),
  queueName: Type.String(),
  former: Type.String(),
  approval: Type.String(),
  line: Type.Integer({ description: 'in numbers.yaml' }),
});

const ledgerView = Type.Object({ day: Type.String(), numbers: Type.Array(numberView) });
/** The ledger as pages see it. */
export type LedgerView = Static<typeof ledgerView>;

const promptView = Type.Object({ promptId: Type.String(), text: Type.String() });
/** What a caller hears. */
export const hearingView = Type.Object({
  day: Type.String(),
  entryId: Type.String(),
  entryName: Type.String(),
  state: oneOf(numberStates),
  kpiLine: Type.String(),
  answered: Type.Boolean(),
  heard: Type.Array(promptView),
  ledTo: nullable(Type.String({ description: 'the number he is led to first' })),
  otherwise: Type.Array(promptView, { description: 'heard where nobody takes him there' }),
  queueName: nullable(Type.String()),
  farewell: nullable(promptView),
});
/** What a caller hears, as pages see it. */
export type HearingView = Static<typeof hearingView>;

/** Adds the routes of the ledger. */
export function addNumberRoutes(api: Api, { sites, nowMs }: HttpParts): void {
  /** @throws REQUEST_INVALID for a day that is not in the calendar */
  function dayOf(asked: string | undefined): DayKey {
    const on = asked ?? dayKeyAt(nowMs());
    if (parseDayKey(on) !== undefined) return on;
    throw new AppError('REQUEST_INVALID', {
      in: 'querystring',
      field: 'on',
      zh: '没有这一天',
      en: 'no such day',
    });
  }

  api.get(
    '/api/v1/numbers',
    {
      schema: {
        summary: 'The number ledger on a day',
        querystring: Type.Object({ on: Type.Optional(day) }, strict),
        response: { 200: ledgerView },
      },
    },
    async ({ query }) => viewLedger(sites.current(), dayOf(query.on)),
  );

  api.get(
    '/api/v1/numbers/:number/meaning',
    {
      schema: {
        summary: 'What a caller of a number hears on a day; the number need not be of the ledger',
        params: Type.Object({ number: Type.String({ pattern: '^\\+?\\d{3,20}$' }) }),
        querystring: Type.Object(
          {
            on: Type.Optional(day),
            from: Type.Optional(
              Type.String({
                pattern: '^0\\d{2,3}$',
                description: 'area code the caller calls from; the own one',
              }),
            ),
          },
          strict,
        ),
        response: { 200: hearingView },
      },
    },
    async ({ params, query }) => {
      const site = sites.current();
      const hearing = hearingOf(site, exampleCall(site, params.number, dayOf(query.on), query.from));
      return { ...hearing, heard: [...hearing.heard], otherwise: [...hearing.otherwise] };
    },
  );
}

function viewLedger(site: Site, on: DayKey) {
  const numbers = site.numbers.map(({ line, row, papers }) => {
    const next = nextChange(row, on, (one) => addDays(one, 1));
    return {
      id: row.id,
      number: row.number,
      name: row.name,
      pattern: row.pattern,
      state: stateOn(row, on) ?? null,
      next: next === undefined ? null : { from: next.from, state: next.state ?? null },
      kpiLine: row.kpiLine,
      queueName: site.queues.get(row.queueId)?.name ?? row.queueId,
      former: papers.former,
      approval: papers.approval,
      line,
    };
  });
  return { day: on, numbers };
}
