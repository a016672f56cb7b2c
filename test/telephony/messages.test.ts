// A short message on the whole station: ordered by the agent in the talk, sent once though gateway and service fail, told and answered.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { signedHeaders } from '../../src/adapters/messages/signature.js';
import { startGatewayReceiver } from '../conformance/gateway-receiver.js';
import { startStation } from './station.js';

/** A mobile that belongs to nobody. */
const mobile = '13000000001';
const portBase = 19_600;
const station = await startStation({ portBase, sipPort: 19_610, rtpStart: 31_400 });
t.teardown(() => station.close());

const secret = (await readFile(join(station.home, 'secrets', 'sms-gateway'), 'utf8')).trim();
const gateway = await startGatewayReceiver(secret);
t.teardown(() => gateway.close());

/** What the gateway tells the service. */
async function tell(what: 'reports' | 'replies', word: object): Promise<number> {
  const body = JSON.stringify(word);
  const headers = { 'content-type': 'application/json', ...signedHeaders(secret, body, Date.now()) };
  const url = `http://127.0.0.1:${String(portBase)}/api/v1/messages/${what}`;
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(5_000) });
  await response.body?.cancel();
  return response.status;
}

t.test('ordered in the talk, it is sent once, and its way is in the contact’s story', async (t) => {
  await gateway.setDown(true);
  await station.restartService({ YIHAO_SMS_URL: gateway.url });
  await station.seat('1001');
  const citizen = await station.citizen('0001', { number: mobile });
  const call = await citizen.call('12345');
  const connected = await station.until(
    'the talk',
    async () => (await station.facts('AgentConnected'))[0],
    20_000,
  );
  const api = await station.apiAs('1001');
  const contact = `/api/v1/contacts/${connected.id}`;
  const ordered = await api('POST', `${contact}/messages`, { templateId: 'sms.text' });
  t.equal(ordered.status, 202);
  const { messageId } = ordered.body as { messageId: string };
  const refused = await api('POST', `${contact}/messages`, { templateId: 'sms.case', slots: { no: '1' } });
  t.match(refused, { status: 409, body: { code: 'MESSAGE_REFUSED', details: { reason: 'slotsWrong' } } });

  const listed = async () => {
    const { body } = await api('GET', `${contact}/messages`);
    return (body as { messages: { state: string; attempts: number; code: string | null }[] }).messages[0];
  };
  const tried = async () => {
    const message = await listed();
    return message?.code === null ? undefined : message;
  };
  t.match(await station.until('a try in vain', tried), { state: 'queued', code: 'network' });
  await call.hangUp();
  await station.parts.service.kill('SIGKILL');
  await gateway.setDown(false);
  await station.restartService({ YIHAO_SMS_URL: gateway.url });
  await station.until('it is sent', async () => gateway.taken[0], 75_000);
  const [taken] = gateway.taken;
  t.match(taken, { id: messageId, to: mobile, templateId: 'sms.text', text: /^【12345热线】.*12110。$/ });

  const report = { id: 'r1', messageId, status: 'delivered' };
  t.same([await tell('reports', report), await tell('reports', report)], [200, 200]);
  t.equal(await tell('replies', { id: 'p1', from: `+86${mobile}`, text: '和平路停水' }), 200);
  const { journal } = await station.until('the story', async () => {
    const record = await station.closedRecord(connected.id);
    return record.journal.some(({ type }) => type === 'MessageReplied') ? record : undefined;
  });
  t.same(
    journal.map(({ type }) => type).filter((type) => type.startsWith('Message')),
    ['MessageQueued', 'MessageSent', 'MessageDelivered', 'MessageReplied'],
  );
  t.equal(gateway.taken.length, 1);
  t.equal(gateway.badSignatures(), 0);
  for (const file of ['log/service.log', 'spool/000000000000001.jsonl'])
    t.notMatch(await readFile(join(station.home, file), 'utf8').catch(() => ''), mobile, file);
});
