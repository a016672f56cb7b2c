// Short messages over HTTP: who may send, what is refused and audited, and the gateway's own door, which opens to its signature alone.
import fc from 'fast-check';
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import { citizenNumber, openOffice } from './office.js';
import { signed } from './office-messages.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();
const template = { templateId: 'sms.scope' };

async function opened() {
  const office = await openOffice();
  const { call, logIn, talk, world } = office;
  const id = await talk();
  const facts = () => world.journal.flatMap((entry) => entry.facts);
  /** What the gateway says, signed now unless told otherwise. */
  const tell = (what: 'reports' | 'replies', word: unknown, atMs = world.clock.nowMs()) => {
    const body = typeof word === 'string' ? word : JSON.stringify(word);
    return office.server.inject({
      method: 'POST',
      url: `/api/v1/messages/${what}`,
      headers: { host: 'hotline.test', ...signed(body, atMs) },
      payload: body,
    });
  };
  const supervisor = (await logIn('1001')).cookie;
  const other = (await logIn('1002')).cookie;
  const send = (cookie: string, body: unknown = template, contactId: string = id) =>
    call(`POST /api/v1/contacts/${contactId}/messages`, { cookie, body });
  return { ...office, id, facts, tell, supervisor, other, send };
}

t.test(
  'the agent of the contact and the supervisor send by template; it is audited, and in the contact’s messages',
  async (t) => {
    const { send, supervisor, other, call, id, facts, tell, logged, logIn } = await opened();
    t.equal((await send('')).statusCode, 401);
    t.equal(json(await send(other))['code'], 'CONTACT_UNKNOWN', 'it is not his call');
    t.equal(json(await send((await logIn('hotline')).cookie))['code'], 'FORBIDDEN');
    const sent = await send(supervisor);
    t.equal(sent.statusCode, 202);
    const messageId = String(json(sent)['messageId']);
    t.match(
      facts().filter(({ type }) => type === 'MessageQueued'),
      [{ messageId, templateId: 'sms.scope', contactId: id, by: '1001', callerMasked: '130****0001' }],
    );
    t.match(
      facts().filter((fact) => fact.type === 'Audited' && fact.act === 'message.send'),
      [{ by: '1001', about: id, details: { templateId: 'sms.scope', messageId } }],
    );
    t.equal((await tell('reports', { id: 'r1', messageId, status: 'delivered' })).statusCode, 200);
    const reply = { id: 'p1', from: citizenNumber, text: '请回电 13800138000，和平路' };
    t.equal((await tell('replies', reply)).statusCode, 200);
    const list = await call(`GET /api/v1/contacts/${id}/messages`, { cookie: supervisor });
    t.match(json(list)['messages'], [
      {
        messageId,
        templateId: 'sms.scope',
        state: 'delivered',
        replies: [{ text: /请回电 \*\*\*\*00.和平路/ }],
      },
    ]);
    t.notMatch(list.body, /key-|13800138000/);
    t.equal((await call(`GET /api/v1/contacts/${id}/messages`, { cookie: other })).statusCode, 404);
    const looks = () => facts().filter((fact) => fact.type === 'Audited' && fact.act === 'contact.seen');
    t.same(looks(), [], 'who talks with him himself leaves no audit, however often his strip asks');
    const another = (await logIn('1005')).cookie;
    t.equal((await call(`GET /api/v1/contacts/${id}/messages`, { cookie: another })).statusCode, 200);
    t.match(looks(), [{ by: '1005', about: id }]);
    t.notMatch(JSON.stringify(logged), citizenNumber);
  },
);

t.test('what cannot be sent says why', async (t) => {
  const { send, supervisor, call, facts } = await opened();
  const refusal = async (body: unknown) => {
    const { code, details } = json(await send(supervisor, body)) as {
      code: string;
      details: { reason?: string };
    };
    return [code, details.reason ?? ''].join(' ').trim();
  };
  t.equal(await refusal({ templateId: 'sms.none' }), 'MESSAGE_REFUSED templateUnknown');
  t.equal(await refusal({ templateId: 'sms.case', slots: { no: '1' } }), 'MESSAGE_REFUSED slotsWrong');
  t.equal(await refusal({ ...template, slots: { no: 1 } }), 'REQUEST_INVALID');
  t.equal(await refusal({ ...template, text: '您好' }), 'REQUEST_INVALID', 'no text but a template’s');
  t.equal(json(await send(supervisor, template, 'nothing'))['code'], 'CONTACT_UNKNOWN');

  const stop = (body: unknown) => call('POST /api/v1/stop-list', { cookie: supervisor, body });
  t.equal(json(await stop({ reason: '本人要求' }))['code'], 'REQUEST_INVALID');
  t.equal(json(await stop({ number: '不知道', reason: '本人要求' }))['code'], 'NUMBER_INVALID');
  t.equal(json(await stop({ number: citizenNumber, reason: '电 13800138000' }))['code'], 'TEXT_HOLDS_NUMBER');
  const past = await stop({ number: citizenNumber, reason: '本人要求', until: '2026-11-23' });
  t.match(json(past), { code: 'REQUEST_INVALID', details: { field: 'until' } });
  const row = json(await stop({ number: citizenNumber, reason: '本人要求', until: '2026-12-31' }));
  t.match(row, { kind: 'stopListed', callerMasked: '130****0001', enteredBy: '1001' });
  t.equal(await refusal(template), 'MESSAGE_REFUSED stopListed');
  const list = await call('GET /api/v1/stop-list', { cookie: supervisor });
  t.match(json(list), { rows: [{ stopId: row['stopId'], reason: '本人要求' }] });
  t.notMatch(list.body, new RegExp(`${citizenNumber}|callerKey`));
  const end = () => call(`DELETE /api/v1/stop-list/${String(row['stopId'])}`, { cookie: supervisor });
  t.equal((await end()).statusCode, 204);
  t.equal(json(await end())['code'], 'ROW_UNKNOWN');
  t.equal((await send(supervisor)).statusCode, 202);
  const acts = facts().flatMap((fact) => (fact.type === 'Audited' ? [fact.act] : []));
  t.same(
    acts.filter((act) => act.startsWith('stopList')),
    ['stopList.add', 'stopList.end'],
  );
  t.notMatch(JSON.stringify(facts().filter(({ type }) => type === 'Audited')), citizenNumber);
});

t.test(
  'the gateway’s door opens to its signature alone, within five minutes, and each word counts once',
  async (t) => {
    const { send, supervisor, tell, facts, server, world, call } = await opened();
    const messageId = String(json(await send(supervisor))['messageId']);
    const report = { id: 'r1', messageId, status: 'delivered' };
    const told = () => facts().filter(({ type }) => type === 'MessageDelivered').length;
    const refusal = async (response: Promise<LightMyRequestResponse>) => json(await response)['code'];

    t.equal(await refusal(call('POST /api/v1/messages/reports', { body: report })), 'SIGNATURE_WRONG');
    t.equal(
      await refusal(call('POST /api/v1/messages/reports', { body: report, cookie: supervisor })),
      'SIGNATURE_WRONG',
      'nobody’s session opens it',
    );
    t.equal(
      await refusal(tell('reports', report, world.clock.nowMs() - 301_000)),
      'SIGNATURE_WRONG',
      'an old copy',
    );
    t.equal(await refusal(tell('reports', report, world.clock.nowMs() + 301_000)), 'SIGNATURE_WRONG');
    const body = JSON.stringify(report);
    const headers = { host: 'hotline.test', ...signed(body, world.clock.nowMs()) };
    const forged = { method: 'POST', url: '/api/v1/messages/reports', headers, payload: `${body} ` } as const;
    t.equal(json(await server.inject(forged))['code'], 'SIGNATURE_WRONG');
    t.equal(await refusal(tell('reports', '{')), 'REQUEST_INVALID');
    t.equal(await refusal(tell('reports', '')), 'REQUEST_INVALID');
    t.equal(await refusal(tell('reports', { ...report, status: 'read' })), 'REQUEST_INVALID');
    t.equal(await refusal(tell('reports', { ...report, more: 1 })), 'REQUEST_INVALID');
    t.equal(await refusal(tell('replies', { id: '1', from: '没有', text: '好' })), 'NUMBER_INVALID');
    t.equal(told(), 0);

    const genuine = { ...forged, payload: body };
    for (let n = 0; n < 3; n += 1)
      t.equal((await server.inject(genuine)).statusCode, 200, 'a copy does no harm');
    t.equal(told(), 1);
    t.equal((await tell('reports', { ...report, id: 'r2', messageId: 'nobody' })).statusCode, 200);
    t.equal(told(), 1);

    const word = fc.oneof(fc.string(), fc.constantFrom('r1', messageId, 'delivered', citizenNumber));
    const field = fc.constantFrom('id', 'messageId', 'status', 'code', 'from', 'text', '__proto__');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<'reports' | 'replies'>('reports', 'replies'),
        fc.oneof(fc.dictionary(field, fc.oneof(word, fc.jsonValue())), fc.jsonValue()),
        async (what, value) => {
          const { statusCode } = await tell(what, JSON.stringify(value));
          return statusCode === 200 || statusCode === 400;
        },
      ),
      { numRuns: 200 },
    );
  },
);
