// What the end of a call brings about in writing, and what it never does.
import t from 'tap';
import type { Contact } from '../../src/contact/contact.js';
import type { ContactFact } from '../../src/contact/contact-signals.js';
import { messageAfter } from '../../src/engine/call-messages.js';
import { noonMs } from '../site/small-site.js';

const on = { missed: true, case: true, survey: true };
const survey = {
  ...{ enabled: true, minTalkMs: 10_000, limitMs: 60_000 },
  exempt: { tags: ['emergency'], categories: [], outcomes: ['abuse'] },
};
const policies = (messagePolicy: typeof on) =>
  ({ messagePolicy, contactPolicy: { survey } }) as unknown as Parameters<typeof messageAfter>[2];
const contact = (more: object = {}, arrival: object = {}): Contact =>
  ({
    ...{ id: 'c1', lastAgentId: null, disposition: {} },
    arrival: { callerKey: 'key1', tag: 'main', ...arrival },
    ...more,
  }) as unknown as Contact;
const ended = (during: string, by = 'citizen', more: object = {}): readonly ContactFact[] =>
  [
    { type: 'TalkEnded', talkMs: 60_000 },
    { type: 'ContactEnded', by, during, reason: 'hungUp', causeCode: 16, inGap: false, ...more },
  ] as unknown as readonly ContactFact[];
const templateOf = (one: Contact, facts: readonly ContactFact[], messages = on) =>
  messageAfter(one, facts, policies(messages), noonMs)?.templateId;

t.test(
  'who gives up in line is written to, once a day; nobody where it is off, confidential or called out',
  (t) => {
    for (const during of ['waiting', 'offered']) t.equal(templateOf(contact(), ended(during)), 'sms.missed');
    const ids = [contact(), contact({ id: 'c2' })].map(
      (one) => messageAfter(one, ended('waiting'), policies(on), noonMs)?.id,
    );
    t.equal(ids[0], ids[1], 'the same message whatever call');
    t.not(ids[0], messageAfter(contact(), ended('waiting'), policies(on), noonMs + 86_400_000)?.id);
    const none: readonly (readonly [Contact, readonly ContactFact[], typeof on?])[] = [
      [contact(), ended('waiting'), { ...on, missed: false }],
      [contact({ sealed: 'confidential' }), ended('waiting')],
      [contact({}, { out: {} }), ended('waiting')],
      [contact({}, { callerKey: '' }), ended('waiting')],
      [contact({ lastAgentId: '1001' }), ended('waiting')],
      [contact(), ended('waiting', 'system')],
      [contact(), ended('flow')],
      [contact(), ended('waiting', 'citizen', { afterEvent: 'e1' })],
      [contact(), []],
    ];
    for (const [one, facts, messages] of none) t.equal(templateOf(one, facts, messages), undefined);
    t.end();
  },
);

t.test(
  'who hangs up before he could be asked is asked in writing, under the rules of the survey by voice',
  (t) => {
    const talked = (more: object = {}, arrival: object = {}) =>
      contact({ lastAgentId: '1001', ...more }, arrival);
    t.equal(templateOf(talked(), ended('talking')), 'sms.survey');
    const none: readonly (readonly [Contact, readonly ContactFact[], typeof on?])[] = [
      [talked(), ended('talking'), { ...on, survey: false }],
      [talked({ survey: 'offered' }), ended('talking')],
      [talked({ sealed: 'minor' }), ended('talking')],
      [talked({ disposition: { outcome: 'abuse' } }), ended('talking')],
      [talked({}, { tag: 'emergency' }), ended('talking')],
      [
        talked(),
        [
          ...ended('talking'),
          { type: 'ConsultEnded', targetId: 'police', outcome: 'callerGone' } as ContactFact,
        ],
      ],
      [talked(), ended('talking').slice(1)],
      [talked(), ended('survey')],
    ];
    for (const [one, facts, messages] of none) t.equal(templateOf(one, facts, messages), undefined);
    t.end();
  },
);
