// 保密: after a contact is sealed its state tells its caller no more, whatever it told before; the fold agrees.
import fc from 'fast-check';
import t from 'tap';
import { confidentialText, seal, sealedArrival } from '../../src/contact/confidential.js';
import { sealKinds, type Arrival } from '../../src/contact/contact.js';
import { newContact } from '../../src/contact/contact-life.js';
import { still } from '../../src/contact/contact-step.js';
import type { AgentId, CallerKey, ContactId } from '../../src/contact/ids.js';
import { maskNumber } from '../../src/contact/masking.js';
import { emptyRecord, sealedRecord } from '../../src/metrics/contact-record.js';
import { unreachedReason } from '../../src/metrics/unreached.js';

const numbers = fc.oneof(
  fc.integer({ min: 0, max: 9999 }).map((n) => `0311000${String(n).padStart(5, '0')}`),
  fc.integer({ min: 0, max: 9999 }).map((n) => `1380000${String(n).padStart(4, '0')}`),
  fc.integer({ min: 0, max: 9999 }).map((n) => `+852000${String(n).padStart(5, '0')}`),
);
const arrivalBy = (ani: string, forwarder: string): Arrival =>
  ({
    callerKey: 'k' as CallerKey,
    callerMasked: maskNumber(ani),
    redirectedFrom: maskNumber(forwarder),
    dnis: '12345',
  }) as Arrival;
const [agent, other] = ['1001' as AgentId, '1002' as AgentId];
const contactBy = (ani: string, forwarder = '') => ({
  ...newContact('c1' as ContactId, arrivalBy(ani, forwarder)),
  lastAgentId: agent,
});

t.test('nothing of a number is left, neither in the state nor in the record', async (t) => {
  fc.assert(
    fc.property(numbers, numbers, fc.constantFrom(...sealKinds), (ani, forwarder, kind) => {
      const wish = { kind, by: '1001', agentId: agent };
      const { contact, facts } = seal(still(contactBy(ani, forwarder)), wish);
      t.same(facts, [{ type: 'ContactSealed', kind, by: '1001' }]);
      const record = sealedRecord(
        {
          ...emptyRecord('c1', 0),
          ...arrivalBy(ani, forwarder),
          sealed: null,
          missed: true,
          missedCause: 'abandoned',
          endedAtMs: 1,
        },
        kind,
      );
      const text = JSON.stringify([contact, record]);
      t.notOk(text.includes('*'), text);
      t.notOk(text.includes(ani.slice(-4)) && !'12345'.includes(ani.slice(-4)), text);
      t.match([contact.arrival, record], [{ callerMasked: confidentialText }, { sealed: kind }]);
      t.equal(unreachedReason(record), null, 'nobody follows him up');
    }),
  );
});

t.test('a service that forwarded the call is no secret', async (t) => {
  t.equal(sealedArrival(arrivalBy('031100000001', '12315')).redirectedFrom, '12315');
});

t.test('the agent of the contact alone; twice is once; a minor stays a minor', async (t) => {
  const begun = still(contactBy('031100000001'));
  t.equal(seal(begun, { kind: 'confidential', by: '1002', agentId: other }).refused, 'CONTACT_NOT_YOURS');
  const once = seal(begun, { kind: 'confidential', by: 'hotline', agentId: null });
  t.equal(once.facts.length, 1);
  t.equal(seal(once, { kind: 'confidential', by: '1001', agentId: agent }).facts.length, 1);
  const minor = seal(once, { kind: 'minor', by: '1001', agentId: agent });
  t.equal(minor.contact.sealed, 'minor');
  t.equal(seal(minor, { kind: 'confidential', by: '1001', agentId: agent }).contact.sealed, 'minor');
});
