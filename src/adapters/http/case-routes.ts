// The way in for cases that citizens may ask about by voice; told by the order system, as often as it likes.
import { Type } from 'typebox';
import { parseDayKey } from '../../contact/civil-time.js';
import type { CaseStanding } from '../../contact/case-answer.js';
import { AppError } from '../../errors.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { lineOfText, oneOf } from './views.js';

const digits = (from: number, to: number) =>
  Type.String({ pattern: `^[0-9]{${String(from)},${String(to)}}$` });
const caseBody = Type.Object(
  {
    caseNumber: digits(6, 20),
    queryCode: digits(4, 12),
    state: oneOf(['handling', 'done']),
    department: Type.Optional(lineOfText(40)),
    due: Type.Optional(
      Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', description: 'the day it is due, 2026-12-01' }),
    ),
  },
  { additionalProperties: false },
);
const body = Type.Object(
  { cases: Type.Array(caseBody, { minItems: 1, maxItems: 500 }) },
  { additionalProperties: false },
);

export function addCaseRoutes(api: Api, parts: HttpParts): void {
  const { store, hash } = parts.cases;

  api.post(
    '/api/v1/cases',
    {
      schema: {
        summary: 'Cases that citizens may ask about by voice, new or changed; audited by their count',
        body,
        response: { 200: Type.Object({ cases: Type.Integer() }) },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const rows = request.body.cases.map(({ caseNumber, queryCode, state, department, due }, index) => ({
        caseNumber,
        codeHash: hash(caseNumber, queryCode),
        standing: state === 'done' ? { state } : handling(department, due, index),
      }));
      await store.put(rows);
      audit(parts, user, 'cases.put', 'cases', { count: rows.length });
      return { cases: rows.length };
    },
  );
}

/** @throws REQUEST_INVALID naming the row */
function handling(department: string | undefined, due: string | undefined, index: number): CaseStanding {
  const date = parseDayKey(due ?? '');
  if (department === undefined || date === undefined)
    throw new AppError('REQUEST_INVALID', {
      in: 'body',
      field: `cases/${String(index)}`,
      zh: '在办的须有 department 和 due',
      en: 'one in hand needs department and due',
    });
  return { state: 'handling', department, month: date.month, day: date.day };
}
