// The way in for cases that citizens may ask about by voice; told by the order system, as often as it likes.
import { Type } from 'typebox';
import { parseDayKey } from '../../contact/civil-time.js';
import type { CaseStanding } from '../../contact/case-answer.js';
import type { CallerKey, ContactId } from '../../contact/ids.js';
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
    contactId: Type.Optional(lineOfText(64)),
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

  /** Number and code go to the caller of the contact in which the case was made: in writing, or by voice while he is talked with. */
  async function tell(contactId: ContactId, caseNumber: string, queryCode: string): Promise<string> {
    if (!parts.sites.current().messagePolicy.case) return 'off';
    const live = parts.engine.contacts().find(({ id }) => id === contactId);
    const callerKey = live?.arrival.callerKey ?? (await parts.records.contact(contactId))?.record.callerKey;
    if (callerKey === undefined) return 'CONTACT_UNKNOWN';
    const sent = await parts.messages.desk.send({
      // The order system tells its cases as often as it likes: the same code is sent once.
      id: `case.${hash(caseNumber, queryCode)}`,
      templateId: 'sms.case',
      slots: { no: caseNumber, code: queryCode },
      callerKey: callerKey as CallerKey,
      contactId,
    });
    if (sent.ok) return 'message';
    const refused = parts.engine.actOnContact(contactId, { type: 'TellCode', code: queryCode });
    return refused === undefined ? 'voice' : sent.code;
  }

  api.post(
    '/api/v1/cases',
    {
      schema: {
        summary: 'Cases that citizens may ask about by voice, new or changed; audited by their count',
        body,
        response: {
          200: Type.Object({
            cases: Type.Integer(),
            told: Type.Optional(
              Type.Array(
                Type.Object({
                  caseNumber: Type.String(),
                  how: Type.String({ description: 'message; voice: at the end of the talk; else why not' }),
                }),
              ),
            ),
          }),
        },
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
      const told = [];
      for (const { caseNumber, queryCode, contactId } of request.body.cases)
        if (contactId !== undefined)
          told.push({ caseNumber, how: await tell(contactId as ContactId, caseNumber, queryCode) });
      return { cases: rows.length, ...(told.length > 0 && { told }) };
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
