// Event prompts in a contact's life: who is told, when, once, and what a hang-up after it counts as.
import fc from 'fast-check';
import path from 'node:path';
import t from 'tap';
import { offerOutcome } from '../../src/acd/offer-outcome.js';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { Arrival, Contact, ContactTimer } from '../../src/contact/contact.js';
import { contactStep, newContact } from '../../src/contact/contact-life.js';
import type { ContactEffect, ContactFact, ContactSignal } from '../../src/contact/contact-signals.js';
import type { ContactContext } from '../../src/contact/contact-step.js';
import { earliestDeadline } from '../../src/contact/deadlines.js';
import { concerns, eventOf, isLive, type EventPrompt } from '../../src/contact/event-prompt.js';
import type { AgentId, ContactId, DeviceId, OfferId } from '../../src/contact/ids.js';
import { noonMs, siteOf } from '../site/small-site.js';

const files = await readSiteFiles(path.resolve(import.meta.dirname, '../../ivr-flows'));
const [plain, menu] = [false, true].map((on) => siteOf(files, on));
const [offerId, agentId] = ['o1' as OfferId, '1001' as AgentId];
const told = (id: string, when: EventPrompt['when'] = 'waiting') => ({ id, when });
type Told = ReturnType<typeof told>;

/** One contact lived through, with these events live from the beginning on. */
function life(live: readonly Told[], site = plain!) {
  let [nowMs, events] = [noonMs, live];
  const arrival = { arrivedAtMs: noonMs, entryId: '12345', tag: 'main' } as unknown as Arrival;
  let contact: Contact = newContact('c1' as ContactId, arrival);
  const facts: ContactFact[] = [];
  const effects: ContactEffect[] = [];
  const view = () => ({ nowMs, dnis: '12345', tag: 'main', callerShown: true, queues: {} });
  const context = (): ContactContext => ({
    nowMs,
    policy: site.contactPolicy,
    beginFlow: () => site.beginFlow('12345', view()),
    beginSurvey: () => site.beginSurvey(view()),
    flow: (cursor, input) => site.flowTurn(cursor, input, view()),
    nextTurn: 1,
    queue: () => ({ waiting: 0, signedIn: 1, limit: 100, timeoutMs: 600_000, nobodyMs: 60_000 }),
    seat: () => undefined,
    holdsSeat: () => false,
    placeIn: () => 1,
    expectedWait: () => undefined,
    comesFree: () => false,
    city: () => undefined,
    takesBack: () => false,
    treatment: (before) => ({
      say: before.busy ? [] : [{ id: 'queue.busy' }],
      told: { ...before, busy: true },
      nextAtMs: nowMs + 30_000,
    }),
    events: () => events,
    offerOutcome,
    whisper: { prompt: { id: 'a.w.entry' }, mayDelay: false },
  });
  const take = (signal: ContactSignal) => {
    const step = contactStep(contact, signal, context());
    ({ contact } = step);
    facts.push(...step.facts);
    effects.push(...step.effects);
  };
  take({ type: 'Arrived' });
  return {
    take,
    facts,
    contact: () => contact,
    /** What began to play, events by their id. */
    said: () =>
      effects.flatMap((effect) =>
        effect.do === 'play' ? [eventOf(effect.part.prompt) ?? effect.part.prompt.id] : [],
      ),
    goesLive(event: Told) {
      events = [...events, event];
      take({ type: 'EventWentLive' });
    },
    ends: () => (events = []),
    /** What plays ends after so long. */
    heard(afterMs = 4_000) {
      const { playing } = contact.voice;
      nowMs += afterMs;
      if (playing !== null) take({ type: 'PlayEnded', playId: playing.playId, ok: true });
    },
    pass(ms: number) {
      nowMs += ms;
      const due = earliestDeadline<ContactTimer>(contact.deadlines);
      if (due !== undefined && due.atMs <= nowMs) take({ type: 'TimerFired', timer: due.timer });
    },
    hangsUp: () => take({ type: 'CallerGone', causeCode: 16, inGap: false }),
  };
}

const end = (one: ReturnType<typeof life>) => one.facts.at(-1);

t.test('who waits is told after the greeting, before the words of the line, and only once', async (t) => {
  const one = life([told('flood')]);
  t.same(one.said(), ['greet.main'], 'the recording notice comes first');
  one.heard();
  one.heard();
  t.same(one.said(), ['greet.main', 'flood', 'queue.busy']);
  t.match(
    one.facts.filter(({ type }) => type === 'EventTold'),
    [{ eventId: 'flood' }],
  );
  one.heard();
  one.take({ type: 'EventWentLive' });
  one.pass(31_000);
  t.notOk(one.said().slice(3).includes('flood'));
});

t.test(
  'one that goes live reaches those who hear music at once, and others when their words are over',
  async (t) => {
    const one = life([]);
    one.heard();
    one.heard();
    t.ok(one.contact().voice.music);
    one.goesLive(told('power'));
    t.equal(one.said().at(-1), 'power');
    t.notOk(one.contact().voice.music);
    const other = life([]);
    other.goesLive(told('power'));
    t.same(other.said(), ['greet.main']);
    other.heard();
    t.same(other.said(), ['greet.main', 'power']);
  },
);

t.test(
  'told to everybody before the queue: the line is entered when it is over, and the menu goes on',
  async (t) => {
    const one = life([told('quake', 'first')]);
    t.equal(one.contact().stage.at, 'flow', 'not in line yet');
    one.heard();
    t.same(one.said(), ['greet.main', 'quake']);
    one.heard();
    t.equal(one.contact().stage.at, 'waiting');
    one.pass(300);
    t.same(one.said(), ['greet.main', 'quake', 'queue.busy'], 'no greeting again, no event again');
    const chooser = life([told('quake', 'first')], menu);
    chooser.heard();
    chooser.heard();
    t.same(chooser.said(), ['greet.main', 'quake', 'menu.main']);
    const hasty = life([told('quake', 'first')], menu);
    hasty.heard();
    hasty.take({ type: 'Digit', digit: '2' });
    t.equal(hasty.contact().stage.at, 'waiting', 'a key cuts it as it cuts the menu');
  },
);

t.test('听取提示后挂机: during it or right after it, by the citizen, before any talk', async (t) => {
  const during = life([told('flood')]);
  during.heard();
  during.hangsUp();
  t.match(end(during), { type: 'ContactEnded', by: 'citizen', afterEvent: 'flood' });
  const after = life([told('flood')]);
  after.heard();
  after.heard();
  after.pass(9_000);
  after.hangsUp();
  t.match(end(after), { afterEvent: 'flood' }, 'nine seconds later');
  const later = life([told('flood')]);
  later.heard();
  later.heard();
  later.pass(11_000);
  later.hangsUp();
  t.notOk('afterEvent' in end(later)!, 'eleven seconds later he gave up waiting');
  const none = life([]);
  none.heard();
  none.hangsUp();
  t.notOk('afterEvent' in end(none)!);
  const served = life([told('flood')]);
  served.heard();
  served.take({ type: 'OfferMade', offerId, agentId, deviceId: 'd1001' as DeviceId, decision: {} as never });
  served.take({ type: 'LegAnswered', offerId });
  served.take({ type: 'Joined', offerId });
  served.hangsUp();
  t.notOk('afterEvent' in end(served)!, 'he has talked with somebody');
});

t.test('an agent who answers cuts it; a restart does not tell it again', async (t) => {
  const one = life([told('flood')]);
  one.heard();
  one.take({ type: 'OfferMade', offerId, agentId, deviceId: 'd1001' as DeviceId, decision: {} as never });
  one.take({ type: 'LegAnswered', offerId });
  t.equal(one.contact().voice.playing, null, 'nobody waits for its end');
  const again = life([told('quake', 'first')]);
  again.heard();
  again.take({ type: 'Resynced', citizenUp: true, leg: 'gone', joined: false, nodeRestarted: false });
  for (let plays = 0; plays < 4; plays += 1) again.heard();
  t.equal(again.said().filter((id) => id === 'quake').length, 1);
  t.equal(again.contact().stage.at, 'waiting');
});

t.test(
  'property: whatever happens, each event begins at most once, and the notice is never cut for it',
  async () => {
    const acts = ['heard', 'live', 'first', 'end', 'pass', 'key', 'resync', 'offer', 'refuse'] as const;
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.constantFrom(...acts), { maxLength: 40 }), (on, list) => {
        const one = life([], on ? menu : plain);
        let made = 0;
        for (const act of list) {
          if (one.contact().stage.at === 'ended') break;
          if (act === 'heard') one.heard(1_000);
          if (act === 'live') one.goesLive(told(`e${String((made += 1))}`));
          if (act === 'first') one.goesLive(told(`e${String((made += 1))}`, 'first'));
          if (act === 'end') one.ends();
          if (act === 'pass') one.pass(5_000);
          if (act === 'key') one.take({ type: 'Digit', digit: '0' });
          if (act === 'resync')
            one.take({ type: 'Resynced', citizenUp: true, leg: 'gone', joined: false, nodeRestarted: false });
          if (act === 'offer')
            one.take({
              ...{ type: 'OfferMade', offerId, agentId, deviceId: 'd1001' as DeviceId },
              decision: {} as never,
            });
          if (act === 'refuse') one.take({ type: 'LegGone', offerId, causeCode: 21, phoneLost: false });
        }
        const events = one.said().filter((id) => /^e\d+$/.test(id));
        t.same(events, [...new Set(events)]);
        t.equal(events.length, one.facts.filter(({ type }) => type === 'EventTold').length);
      }),
      { numRuns: 300 },
    );
  },
);

t.test(
  'whom it is for: by number dialled and by area, where that is known; and only while it is live',
  async (t) => {
    const call = { entryId: '12358', callerMasked: '0311-****3456', region: null };
    const cases: readonly (readonly [string[], string[], boolean])[] = [
      [[], [], true],
      [['12358'], [], true],
      [['12345'], [], false],
      [[], ['0311'], true],
      [[], ['0312', '010'], false],
      [['12358'], ['0312'], false],
    ];
    for (const [entryIds, areaCodes, expected] of cases)
      t.equal(concerns({ entryIds, areaCodes }, call), expected, `${String(entryIds)} ${String(areaCodes)}`);
    t.ok(
      concerns({ entryIds: [], areaCodes: ['0312'] }, { ...call, callerMasked: '138****8000' }),
      'a mobile',
    );
    const [xinji, all] = [
      { entryIds: [], areaCodes: [], regions: ['辛集市'] },
      { entryIds: [], areaCodes: [] },
    ];
    t.ok(concerns(xinji, { ...call, region: { name: '辛集市' } }), 'the city he picked');
    t.notOk(concerns(xinji, { ...call, region: { name: '石家庄市' } }));
    t.ok(concerns(xinji, call), 'nobody knows where he is');
    t.notOk(concerns(xinji, { ...call, region: 'unasked' }), 'he is about to be asked');
    t.ok(concerns(all, { ...call, region: 'unasked' }), 'an event for everybody waits for no answer');
    const event = { state: 'live', untilMs: 100 } as EventPrompt;
    t.ok(isLive(event, 99));
    t.notOk(isLive(event, 100));
    t.notOk(isLive({ ...event, state: 'draft' }, 99));
  },
);
