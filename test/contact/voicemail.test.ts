// 留言 in a contact's life: after the words and the tone, kept however it ends, never promised when nothing was kept.
import t from 'tap';
import { offerOutcome } from '../../src/acd/offer-outcome.js';
import type { Arrival, Contact, ContactTimer } from '../../src/contact/contact.js';
import { contactStep, newContact } from '../../src/contact/contact-life.js';
import type { ContactEffect, ContactFact, ContactSignal } from '../../src/contact/contact-signals.js';
import type { ContactContext } from '../../src/contact/contact-step.js';
import { earliestDeadline } from '../../src/contact/deadlines.js';
import type { ContactId } from '../../src/contact/ids.js';
import { noonMs, siteOf, smallSite, viewAt } from '../site/small-site.js';

const flow = `start: line
nodes:
  line:
    enqueue: general
    say:
      - { prompt: greet.main, short: greet.short, mustHear: true }
    onTimeout: leave
    onNobody: leave
    onOverload: leave
  leave:
    voicemail: 2m
    say: [msg.record]
    next: saved
    otherwise: sorry
  saved:
    hangup: voicemail
    say: [msg.saved]
  sorry:
    hangup: nobody
    say: [exit.timeout]
`;
const words = ['msg.record', 'msg.saved'].map((id) => `  - { id: ${id}, text: 您好。, when: 测试 }`);
const site = siteOf(
  smallSite({ 'flows/main.yaml': flow, 'prompts/voicemail.yaml': `prompts:\n${words.join('\n')}\n` }),
);

/** A caller whom nobody can serve, up to the tone. */
function life() {
  let nowMs = noonMs;
  const arrival = { arrivedAtMs: noonMs, entryId: '12345', tag: 'main', bootId: 'b1' } as unknown as Arrival;
  let contact: Contact = newContact('c1' as ContactId, arrival);
  const facts: ContactFact[] = [];
  const effects: ContactEffect[] = [];
  const context = (): ContactContext => ({
    nowMs,
    policy: site.contactPolicy,
    beginFlow: () => site.beginFlow('12345', viewAt(nowMs)),
    beginSurvey: () => site.beginSurvey(viewAt(nowMs)),
    flow: (cursor, input) => site.flowTurn(cursor, input, viewAt(nowMs)),
    nextTurn: 1,
    queue: () => ({ waiting: 9, signedIn: 0, limit: 1, timeoutMs: 600_000, nobodyMs: 60_000 }),
    seat: () => undefined,
    holdsSeat: () => false,
    placeIn: () => 1,
    expectedWait: () => undefined,
    comesFree: () => false,
    city: () => undefined,
    takesBack: () => false,
    treatment: (told) => ({ say: [], told, nextAtMs: nowMs + 30_000 }),
    events: () => [],
    offerOutcome,
    whisper: { prompt: { id: 'a.w.entry' }, mayDelay: false },
  });
  const one = {
    facts,
    contact: () => contact,
    asked: () => effects.map((effect) => effect.do),
    said: () => effects.flatMap((effect) => (effect.do === 'play' ? [effect.part.prompt.id] : [])),
    left: () => facts.filter(({ type }) => type === 'VoicemailLeft'),
    take(signal: ContactSignal) {
      const step = contactStep(contact, signal, context());
      ({ contact } = step);
      facts.push(...step.facts);
      effects.push(...step.effects);
    },
    heard() {
      const { playing } = contact.voice;
      if (playing !== null) one.take({ type: 'PlayEnded', playId: playing.playId, ok: true });
    },
    pass(ms: number) {
      const untilMs = nowMs + ms;
      const due = () => earliestDeadline<ContactTimer>(contact.deadlines);
      for (let next = due(); next !== undefined && next.atMs <= untilMs; next = due()) {
        nowMs = Math.max(nowMs, next.atMs);
        one.take({ type: 'TimerFired', timer: next.timer });
      }
      nowMs = untilMs;
    },
    /** The tone is over and the recording runs. */
    speaks() {
      while (contact.voice.playing !== null) one.heard();
      one.take({ type: 'VoicemailStarted', count: 1, file: '2026/06/10/c1-m1.wav' });
    },
  };
  one.take({ type: 'Arrived' });
  return one;
}

t.test('the words, the tone, the recording; # ends it, and only then it is said to be kept', async (t) => {
  const one = life();
  t.notOk(one.asked().includes('takeVoicemail'), 'not before the tone');
  one.speaks();
  t.same(one.said().slice(-2), ['msg.record', 'msg.tone']);
  t.equal(one.asked().filter((what) => what === 'takeVoicemail').length, 1);
  one.pass(20_000);
  one.take({ type: 'Digit', digit: '5' });
  t.same(one.left(), [], 'another key is none');
  one.take({ type: 'Digit', digit: '#' });
  t.match(one.left(), [{ file: '2026/06/10/c1-m1.wav', lastingMs: 20_000, end: 'key' }]);
  t.ok(one.asked().indexOf('stopRecording') > one.asked().indexOf('takeVoicemail'));
  t.equal(one.said().at(-1), 'msg.saved');
  one.heard();
  one.take({ type: 'CallerGone', causeCode: 16, inGap: false });
  t.match(one.facts.at(-1), { type: 'ContactEnded', reason: 'voicemail' });
});

t.test('he may just hang up; the longest message ends by itself', async (t) => {
  const hangs = life();
  hangs.speaks();
  hangs.pass(8_000);
  hangs.take({ type: 'CallerGone', causeCode: 16, inGap: false });
  t.match(hangs.left(), [{ lastingMs: 8_000, end: 'hungUp' }]);
  t.equal(hangs.facts.at(-1)?.type, 'ContactEnded');
  const long = life();
  long.speaks();
  long.pass(121_000);
  t.match(long.left(), [{ lastingMs: 120_000, end: 'longest' }]);
  t.ok(long.said().includes('msg.saved'));
});

t.test('nothing said, or nothing that could be kept: nobody is told that it was', async (t) => {
  const short = life();
  short.speaks();
  short.pass(1_000);
  short.take({ type: 'Digit', digit: '#' });
  t.same(short.left(), []);
  t.equal(short.said().at(-1), 'exit.timeout');
  const full = life();
  while (full.contact().voice.playing !== null) full.heard();
  full.take({ type: 'VoicemailFailed', count: 1, reason: 'RECORDING_DISK_LOW' });
  t.match(full.facts.at(-2), { type: 'RecordingFailed', reason: 'RECORDING_DISK_LOW' });
  t.equal(full.said().at(-1), 'exit.timeout');
  const mute = life();
  while (mute.contact().voice.playing !== null) mute.heard();
  mute.pass(126_000);
  t.equal(mute.said().at(-1), 'exit.timeout', 'a recorder that never answers is not waited for for ever');
});

t.test(
  'a restart in the middle keeps what was said and asks for the rest into a file of its own',
  async (t) => {
    const one = life();
    one.speaks();
    one.pass(15_000);
    one.take({ type: 'Resynced', citizenUp: true, leg: 'gone', joined: false, nodeRestarted: false });
    t.match(one.left(), [{ lastingMs: 15_000, end: 'fault' }]);
    while (one.contact().voice.playing !== null) one.heard();
    t.same(one.said().slice(-3), ['menu.resume', 'msg.record', 'msg.tone']);
    t.equal(one.contact().voicemail?.count, 2);
    const before = one.contact();
    one.take({ type: 'VoicemailStarted', count: 1, file: '2026/06/10/c1-m1.wav' });
    one.take({ type: 'VoicemailFailed', count: 1, reason: 'notStarted' });
    t.same(one.contact(), before, 'late word of the first one changes nothing of the second');
    const lost = life();
    lost.speaks();
    lost.pass(5_000);
    lost.take({ type: 'Resynced', citizenUp: false, leg: 'gone', joined: false, nodeRestarted: true });
    t.match(lost.left(), [{ lastingMs: 5_000, end: 'fault' }]);
  },
);
