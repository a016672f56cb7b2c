// 保密 over HTTP: who may seal, what is shown afterwards to every role, and how number and recording are opened by two people.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import { citizenNumber, openOffice } from './office.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();
const masked = '130****0001';
const minute = 60_000;

async function opened() {
  const office = await openOffice();
  const { world, call, logIn, talk, recordingsDir } = office;
  const id = await talk();
  const [supervisor, other, hotline, quality] = await Promise.all(
    ['1001', '1002', 'hotline', 'quality'].map(async (name) => (await logIn(name)).cookie),
  );
  const post = async (cookie: string | undefined, route: string, body?: unknown) =>
    call(`POST /api/v1/${route}`, { cookie: cookie ?? '', ...(body !== undefined && { body }) });
  const audited = (act: string) =>
    world.journal.flatMap((entry) =>
      entry.facts.filter((fact) => fact.type === 'Audited' && fact.act === act),
    );
  /** A recording as Asterisk would have left it. */
  const record = () => {
    const [stored] = world.journal.flatMap(({ facts }) =>
      facts.flatMap((fact) => (fact.type === 'RecordingStarted' ? [fact.file] : [])),
    );
    const file = path.join(recordingsDir, stored ?? '');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, 'RIFF and what follows it');
    return path.basename(file);
  };
  return { ...office, id, supervisor, other, hotline, quality, post, audited, record };
}

t.test('the agent of the contact seals it; then no answer of any role tells his number', async (t) => {
  const { id, post, supervisor, other, hotline, quality, call, world, audited } = await opened();
  const before = await call(`GET /api/v1/contacts/${id}`, { cookie: hotline ?? '' });
  t.match(before.payload, masked, 'until then it is shown masked');
  t.equal(json(await post('', `contacts/${id}/seal`))['code'], 'LOGIN_NEEDED');
  t.equal(json(await post(quality, `contacts/${id}/seal`, {}))['code'], 'FORBIDDEN');
  t.equal(json(await post(other, `contacts/${id}/seal`, {}))['code'], 'CONTACT_NOT_YOURS');
  t.match(json(await post(supervisor, `contacts/${id}/seal`, { aloud: true })), { sealed: 'confidential' });
  t.match(
    json(await post(supervisor, `contacts/${id}/seal`, {})),
    { sealed: 'confidential' },
    'twice is once',
  );
  const sealed = world.journal.flatMap(({ facts }) => facts.filter(({ type }) => type === 'ContactSealed'));
  t.match(sealed, [{ kind: 'confidential', by: '1001' }]);
  t.match(audited('contact.seal'), [{ by: '1001', about: id }, { by: '1001' }]);

  const questions = [
    'live',
    'contacts',
    `contacts/${id}`,
    `contacts/${id}/same-caller`,
    `contacts/${id}/messages`,
  ];
  for (const cookie of [supervisor, other, hotline, quality])
    for (const question of [...questions, 'unreached', 'contacts?format=csv']) {
      const { payload } = await call(`GET /api/v1/${question}`, { cookie: cookie ?? '' });
      t.notMatch(payload, /13000|\*0001/, question);
    }
  const story = await call(`GET /api/v1/contacts/${id}`, { cookie: hotline ?? '' });
  t.match(json(story), { record: { callerMasked: '保密来电', sealed: 'confidential' } });
  const found = await post(hotline, 'contacts/search', { number: citizenNumber });
  t.same(json(found)['contacts'], [], 'his number does not find it');
});

t.test('nobody writes to him', async (t) => {
  const { id, post, supervisor } = await opened();
  await post(supervisor, `contacts/${id}/seal`, {});
  const refused = json(await post(supervisor, `contacts/${id}/messages`, { templateId: 'sms.scope' }));
  t.match(refused, { code: 'MESSAGE_REFUSED', details: { reason: 'confidential' } });
});

t.test('long after the call it is sealed all the same', async (t) => {
  const { id, post, hotline, world } = await opened();
  world.engine.actOnContact(id, { type: 'AgentReleased', agentId: '1001' as never });
  await world.runUntil(world.clock.nowMs() + 30 * minute);
  t.equal(world.engine.contacts().length, 0);
  t.match(json(await post(hotline, `contacts/${id}/seal`, { kind: 'minor' })), { sealed: 'minor' });
  const noted = world.journal.filter(({ facts }) => facts.some(({ type }) => type === 'ContactSealed'));
  t.match(noted, [{ stream: 'site', facts: [{ contactId: id, kind: 'minor', by: 'hotline' }] }]);
  t.equal(json(await post(hotline, 'contacts/none/seal', {}))['code'], 'CONTACT_UNKNOWN');
});

t.test('number and recording: a reason, a second person, once, in time; all of it audited', async (t) => {
  const { id, post, supervisor, other, hotline, quality, call, world, audited, record } = await opened();
  const wish = { what: 'number', reason: '核实险情地点' };
  t.equal(json(await post(quality, `contacts/${id}/openings`, wish))['code'], 'CONTACT_NOT_SEALED');
  await post(supervisor, `contacts/${id}/seal`, {});
  const file = record();
  const play = (cookie: string | undefined, opening = '') =>
    call(`GET /api/v1/contacts/${id}/recordings/${file}${opening && `?opening=${opening}`}`, {
      cookie: cookie ?? '',
    });
  t.equal(json(await play(hotline))['code'], 'OPENING_NEEDED', 'nobody listens without one');

  t.equal(json(await post(other, `contacts/${id}/openings`, wish))['code'], 'FORBIDDEN');
  t.equal(
    json(await post(quality, `contacts/${id}/openings`, { ...wish, reason: '看' }))['code'],
    'REQUEST_INVALID',
  );
  const asked = json(await post(quality, `contacts/${id}/openings`, wish));
  t.match(asked, { state: 'open', requestedBy: 'quality', what: 'number' });
  const opening = String(asked['openingId']);
  const number = (cookie: string | undefined, which = opening) => post(cookie, `openings/${which}/number`);
  t.equal(json(await number(quality))['code'], 'OPENING_NEEDED', 'nobody has agreed');
  t.equal(json(await post(quality, `openings/${opening}/agree`))['code'], 'FORBIDDEN');
  t.match(json(await post(supervisor, `openings/${opening}/agree`)), { state: 'agreed', decidedBy: '1001' });
  t.equal(json(await post(hotline, `openings/${opening}/refuse`))['code'], 'OPENING_OVER');
  t.equal(json(await number(supervisor))['code'], 'OPENING_NEEDED', 'who agreed does not see it');
  t.same(json(await number(quality)), { contactId: id, number: citizenNumber });
  t.equal(json(await number(quality))['code'], 'OPENING_OVER', 'once');
  t.equal(json(await play(quality, opening))['code'], 'OPENING_NEEDED', 'and for nothing else');

  const ofFile = { what: 'recording', file, reason: '复核通话内容' };
  const own = String(json(await post(hotline, `contacts/${id}/openings`, ofFile))['openingId']);
  t.equal(json(await post(hotline, `openings/${own}/agree`))['code'], 'OPENING_OWN');
  await world.runUntil(world.clock.nowMs() + 31 * minute);
  t.equal(json(await post(supervisor, `openings/${own}/agree`))['code'], 'OPENING_OVER', 'too late');
  const next = String(json(await post(hotline, `contacts/${id}/openings`, ofFile))['openingId']);
  await post(supervisor, `openings/${next}/agree`);
  t.equal((await play(supervisor, next)).statusCode, 403);
  t.equal((await play(hotline, next)).statusCode, 200);
  t.equal((await play(hotline, next)).statusCode, 200, 'a player asks again');
  await world.runUntil(world.clock.nowMs() + 31 * minute);
  t.equal(json(await play(hotline, next))['code'], 'OPENING_OVER');
  t.match(json(await call('GET /api/v1/openings', { cookie: hotline ?? '' }))['openings'], [
    { state: 'used' },
    { state: 'expired' },
    { state: 'used' },
  ]);
  t.match(audited('opening.request'), [{ by: 'quality', details: { reason: wish.reason } }, {}, {}]);
  t.match(audited('opening.agree'), [{ by: '1001', about: id, details: { requestedBy: 'quality' } }, {}]);
  t.match(audited('opening.number'), [{ by: 'quality', about: id, details: { openingId: opening } }]);
  t.match(audited('recording.listened'), [{ by: 'hotline', details: { openingId: next } }]);
});
