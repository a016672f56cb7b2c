// The survey after a talk, with the shipped flow: who is asked, what each key leads to, and that it ends in time, once, whatever comes.
import fc from 'fast-check';
import t from 'tap';
import { offerOutcome } from '../../src/acd/offer-outcome.js';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { playedPrompt } from '../../src/contact/contact-code.js';
import { withoutEntries } from '../../src/contact/contact-flow.js';
import { contactStep, newContact } from '../../src/contact/contact-life.js';
import type { Arrival, Contact, ContactTimer } from '../../src/contact/contact.js';
import type { ContactEffect, ContactFact, ContactSignal } from '../../src/contact/contact-signals.js';
import type { ContactContext } from '../../src/contact/contact-step.js';
import { earliestDeadline } from '../../src/contact/deadlines.js';
import type { AgentId, ContactId, DeviceId, OfferId } from '../../src/contact/ids.js';
import type { SurveyPolicy } from '../../src/contact/survey.js';
import { noonMs, siteOf, viewAt } from '../site/small-site.js';

const site = siteOf(await readSiteFiles('ivr-flows'));
const agentId = '1001' as AgentId;
const offerId = 'o1' as OfferId;
const shipped = site.contactPolicy.survey;

const arrival = { arrivedAtMs: noonMs, tag: 'main', channelId: 'ch1', bootId: 'b1' } as unknown as Arrival;

/** One contact lived through; its own deadlines fire when they are due. */
function life(
  survey: SurveyPolicy = shipped,
  tag = 'main',
  { limit, words }: Pick<Partial<Arrival>, 'limit' | 'words'> = {},
) {
  let nowMs = noonMs;
  let contact: Contact = newContact('c1' as ContactId, {
    ...{ ...arrival, tag },
    ...(limit && { limit }),
    ...(words && { words }),
  });
  const facts: ContactFact[] = [];
  const effects: ContactEffect[] = [];
  const context = (): ContactContext => ({
    nowMs,
    policy: { ...site.contactPolicy, survey },
    beginFlow: () => site.beginFlow('12345', viewAt(nowMs)),
    beginSurvey: () => site.beginSurvey(viewAt(nowMs)),
    flow: (cursor, input) => site.flowTurn(cursor, input, viewAt(nowMs)),
    nextTurn: 1,
    queue: () => ({ waiting: 0, signedIn: 1, limit: 100, timeoutMs: 600_000, nobodyMs: 60_000 }),
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
  const take = (signal: ContactSignal) => {
    const step = contactStep(contact, signal, context());
    ({ contact } = step);
    facts.push(...step.facts);
    effects.push(...step.effects);
  };
  const due = () => earliestDeadline<ContactTimer>(contact.deadlines);
  const one = {
    take,
    facts,
    effects,
    contact: () => contact,
    nowMs: () => nowMs,
    types: () => facts.map(({ type }) => type),
    said: () => effects.flatMap((effect) => (effect.do === 'play' ? [effect.part.prompt.id] : [])),
    /** Lets time pass; deadlines fire on their way. */
    pass(ms: number) {
      const untilMs = nowMs + ms;
      for (let next = due(); next !== undefined && next.atMs <= untilMs; next = due()) {
        nowMs = Math.max(nowMs, next.atMs);
        take({ type: 'TimerFired', timer: next.timer });
        if (contact.stage.at === 'leaving' && contact.stage.hangingUp) break;
      }
      nowMs = untilMs;
    },
    key: (digit: string) => take({ type: 'Digit', digit }),
    heard: () => {
      const { playing } = contact.voice;
      if (playing !== null) take({ type: 'PlayEnded', playId: playing.playId, ok: true });
    },
    hangsUp: () => take({ type: 'CallerGone', causeCode: 16, inGap: false }),
  };
  take({ type: 'Arrived' });
  take({ type: 'OfferMade', offerId, agentId, deviceId: 'd1001' as DeviceId, decision: {} as never });
  take({ type: 'LegAnswered', offerId });
  one.heard();
  take({ type: 'Joined', offerId });
  nowMs += 60_000;
  return one;
}

type Life = ReturnType<typeof life>;
const agentHangsUp: ContactSignal = { type: 'LegGone', offerId, causeCode: 16, phoneLost: false };
const asked = (one: Life = life()): Life => {
  one.take(agentHangsUp);
  return one;
};
const keyed = (one: Life, ...digits: readonly string[]): Life => {
  for (const digit of digits) one.key(digit);
  return one;
};
const surveyFacts = (one: Life) => one.facts.filter(({ type }) => type.startsWith('Survey'));

t.test('the agent’s hang-up, by phone or page, asks the citizen; the agent is free at once', async (t) => {
  for (const signal of [agentHangsUp, { type: 'AgentReleased', agentId } as const]) {
    const one = life();
    one.take(signal);
    t.equal(one.contact().stage.at, 'survey');
    t.equal(one.said().at(-1), 'survey.ask');
    t.match(
      one.effects.find((effect) => effect.do === 'tellAgent' && effect.signal.type === 'Released'),
      { agentId },
    );
    t.same(surveyFacts(one), [{ type: 'SurveyOffered', agentId }]);
    t.notOk(one.effects.some((effect) => effect.do === 'hangUp'));
  }
});

t.test(
  'a query code is told twice before the survey, or the goodbye, and stands in no image or fact',
  async (t) => {
    const code = '8241';
    const twice = [
      'case.code',
      ...[0, 1, 2, 3].map(String),
      'case.again',
      ...[0, 1, 2, 3].map(String),
      'case.keep',
    ];
    for (const [survey, last] of [
      [shipped, 'survey.ask'],
      [{ ...shipped, enabled: false }, 'bye'],
    ] as const) {
      const one = life(survey);
      one.take({ type: 'TellCode', code });
      one.take(agentHangsUp);
      const begun = one.effects.length;
      for (let left = 20; left > 0 && one.said().at(-1) !== last; left -= 1) one.heard();
      const played = one.effects
        .slice(begun - 1)
        .flatMap((effect) => (effect.do === 'play' ? [effect.part.prompt] : []));
      t.same(
        played.map(({ id, slots }) => (id === 'case.digit' ? String(slots?.['at']) : id)),
        [...twice, last],
      );
      t.same(
        played
          .filter(({ id }) => id === 'case.digit')
          .slice(0, 4)
          .map((prompt) => playedPrompt(one.contact(), prompt).slots?.['d']),
        [...code],
      );
      t.notMatch(JSON.stringify([withoutEntries(one.contact()), one.facts]), /8241|"code"/);
      one.hangsUp();
    }
    const over = asked();
    over.take({ type: 'TellCode', code });
    t.equal(over.contact().queryCode, undefined, 'the talk is over');
  },
);

t.test(
  'a code that a restart cut is told anew from its beginning, and there is time for all of it',
  async (t) => {
    const back: ContactSignal = {
      ...{ type: 'Resynced', citizenUp: true, leg: 'gone', joined: false, nodeRestarted: false },
    };
    for (const [survey, last] of [
      [shipped, 'menu.resume'],
      [{ ...shipped, enabled: false }, undefined],
    ] as const) {
      const one = life(survey);
      one.take({ type: 'TellCode', code: '8241' });
      one.take(agentHangsUp);
      for (let words = 4; words > 0; words -= 1) one.heard();
      const before = one.said().length;
      one.take(back);
      t.notOk(
        one.effects.slice(-1).some((effect) => effect.do === 'hangUp'),
        'not hung up on',
      );
      for (let words = 10; words > 0; words -= 1) one.heard();
      t.same(one.said().slice(before, before + 2), ['case.code', 'case.digit']);
      t.ok(one.said().slice(before).includes('case.keep'), 'to its end');
      if (last !== undefined) one.heard();
      t.equal(one.said().at(-1), last ?? 'case.keep');
      one.hangsUp();
    }
    const leaving = life({ ...shipped, enabled: false });
    leaving.take({ type: 'TellCode', code: '824193' });
    leaving.take(agentHangsUp);
    const begunMs = leaving.facts.length > 0 ? leaving.nowMs() : 0;
    t.ok(
      (leaving.contact().deadlines.leavingOver ?? 0) - begunMs >= 45_000,
      'twelve figures take their time',
    );
  },
);

t.test('each key is its grade; the two below 基本满意 are asked why', async (t) => {
  for (const [key, grade] of [
    ['1', 5],
    ['2', 4],
    ['3', 3],
    ['4', 2],
    ['5', 1],
  ] as const) {
    const one = asked();
    one.key(key);
    t.match(surveyFacts(one)[1], { type: 'SurveyAnswered', grade });
    t.equal(one.said().at(-1), grade < 3 ? 'survey.why' : 'survey.bye');
    if (grade < 3) one.key('2');
    one.heard();
    t.ok(one.effects.some((effect) => effect.do === 'hangUp'));
    one.hangsUp();
    const end = { type: 'ContactEnded', by: 'agent', reason: 'surveyed' };
    t.match(one.facts.at(-1), end);
    const reason = grade < 3 ? [{ type: 'SurveyReason', reason: 'unclear' }] : [];
    t.match(surveyFacts(one).slice(2), [...reason, { type: 'SurveyEnded', by: 'system' }]);
  }
});

t.test('nothing, or a key that is none: asked once more, then the goodbye; * ends it at once', async (t) => {
  for (const miss of [
    (one: Life) => one.key('8'),
    (one: Life) => one.key('0'),
    (one: Life) => one.pass(6_000),
  ]) {
    const one = asked();
    one.heard();
    miss(one);
    t.same(one.said().slice(-2), ['survey.ask', 'survey.ask'], 'once more');
    one.heard();
    miss(one);
    t.equal(one.said().at(-1), 'bye');
    t.match(surveyFacts(one).at(-1), { type: 'SurveyEnded', by: 'system' });
  }
  const one = asked();
  one.key('*');
  t.equal(one.said().at(-1), 'bye');
  t.match(surveyFacts(one).at(-1), { type: 'SurveyEnded', by: 'citizen' });
});

t.test('who hangs up in the middle leaves what he keyed', async (t) => {
  const one = asked();
  one.key('5');
  one.hangsUp();
  t.same(surveyFacts(one).slice(1), [
    { type: 'SurveyAnswered', grade: 1 },
    { type: 'SurveyEnded', by: 'citizen' },
  ]);
  t.match(one.facts.at(-1), { type: 'ContactEnded', by: 'citizen', during: 'survey' });
});

t.test('not asked: switched off, too short, cut off, run out of time, already gone', async (t) => {
  const goodbye = (one: Life, by: ContactSignal = agentHangsUp) => {
    one.take(by);
    t.equal(one.contact().stage.at, 'leaving');
    t.equal(one.said().at(-1), 'bye');
    t.same(surveyFacts(one), []);
  };
  goodbye(life({ ...shipped, enabled: false }));
  goodbye(life({ ...shipped, minTalkMs: 60_001 }));
  goodbye(life(), { type: 'TimerFired', timer: 'talkOver' });
  goodbye(life(), { type: 'Resynced', citizenUp: true, leg: 'gone', joined: false, nodeRestarted: false });
  const cutOff = life();
  cutOff.take({ ...agentHangsUp, phoneLost: true });
  t.equal(cutOff.contact().stage.at, 'waiting', 'a fault: he goes back in line');
  const gone = life();
  gone.hangsUp();
  t.same([...surveyFacts(cutOff), ...surveyFacts(gone)], []);
});

t.test(
  'a number’s own farewell is what every end says last, once: rated, not rated, broken off, not asked',
  async (t) => {
    const words = { farewell: { id: 'trans.after' } };
    const merged = (survey = shipped, tag = 'main') => life(survey, tag, { words });
    const silent = (one: Life) => {
      one.heard();
      one.pass(6_000);
    };
    const ends: Readonly<Record<string, () => Life>> = {
      content: () => keyed(asked(merged()), '1'),
      'not content, with a reason': () => keyed(asked(merged()), '5', '2'),
      'not content, without one': () => {
        const one = keyed(asked(merged()), '4');
        for (const again of [silent, silent]) again(one);
        return one;
      },
      'no key': () => {
        const one = asked(merged());
        for (const again of [silent, silent]) again(one);
        return one;
      },
      'let go by *': () => keyed(asked(merged()), '*'),
      'out of time': () => {
        const one = asked(merged({ ...shipped, limitMs: 2_000 }));
        one.pass(2_000);
        return one;
      },
      'broken off by the note': () => {
        const one = asked(merged());
        one.take({ type: 'SetDisposition', agentId, disposition: { outcome: 'abuse' } });
        return one;
      },
      exempt: () => asked(merged(shipped, 'minors')),
      'too short': () => asked(merged({ ...shipped, minTalkMs: 60_001 })),
      off: () => asked(merged({ ...shipped, enabled: false })),
    };
    for (const [what, end] of Object.entries(ends)) {
      const one = end();
      t.equal(one.contact().stage.at, 'leaving', what);
      const last = one.said().filter((id) => ['bye', 'survey.bye', 'trans.after'].includes(id));
      t.same(last, ['trans.after'], what);
      one.heard();
      t.ok(
        one.effects.some((effect) => effect.do === 'hangUp'),
        `${what}: then the end`,
      );
    }
  },
);

t.test('exempt by tag, by a note before, by a note in the middle, by a note afterwards', async (t) => {
  const abuse: ContactSignal = { type: 'SetDisposition', agentId, disposition: { outcome: 'abuse' } };
  const byTag = asked(life(shipped, 'minors'));
  t.same(surveyFacts(byTag), [{ type: 'SurveyExempt', reason: 'minors' }]);
  const before = life();
  before.take(abuse);
  asked(before);
  t.same(surveyFacts(before), [{ type: 'SurveyExempt', reason: 'abuse' }]);
  t.equal(before.said().at(-1), 'bye');
  const middle = asked();
  middle.take(abuse);
  t.match(surveyFacts(middle).slice(1), [{ type: 'SurveyExempt' }, { type: 'SurveyEnded', by: 'agent' }]);
  t.equal(middle.said().at(-1), 'bye');
  const after = asked();
  after.key('1');
  after.hangsUp();
  after.take(abuse);
  after.take(abuse);
  t.match(surveyFacts(after).at(-1), { type: 'SurveyExempt', reason: 'abuse' });
  t.equal(surveyFacts(after).length, 4, 'once');
});

t.test(
  'after a restart the question is asked from its start, and the recording is over for sure',
  async (t) => {
    const one = asked();
    one.key('4');
    one.take({ type: 'Resynced', citizenUp: true, leg: 'gone', joined: false, nodeRestarted: false });
    t.equal(one.said().at(-1), 'menu.resume');
    one.heard();
    t.equal(one.said().at(-1), 'survey.why', 'the second question, not the first again');
    t.ok(one.effects.filter((effect) => effect.do === 'stopRecording').length >= 1);
    one.key('1');
    t.same(
      surveyFacts(one).map(({ type }) => type),
      ['SurveyOffered', 'SurveyAnswered', 'SurveyReason', 'SurveyEnded'],
    );
  },
);

const anyInput: fc.Arbitrary<(one: Life) => void> = fc.oneof(
  fc.constantFrom(...'0123456789*#').map((digit) => (one: Life) => one.key(digit)),
  fc.constant((one: Life) => one.heard()),
  fc.integer({ min: 1, max: 20_000 }).map((ms) => (one: Life) => one.pass(ms)),
  fc.constant((one: Life) =>
    one.take({ type: 'Resynced', citizenUp: true, leg: 'gone', joined: false, nodeRestarted: false }),
  ),
  fc
    .constantFrom('direct', 'abuse')
    .map((outcome) => (one: Life) => one.take({ type: 'SetDisposition', agentId, disposition: { outcome } })),
  fc.constant((one: Life) => one.take(agentHangsUp)),
);

t.test('from any point, whatever comes, it ends within its bound, and once', async () => {
  const { limitMs } = shipped;
  const { leavingMs } = site.contactPolicy;
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 25 }), (inputs) => {
      const one = asked();
      const beganAtMs = one.nowMs();
      const isOver = () => one.effects.some((effect) => effect.do === 'hangUp');
      for (const input of inputs) if (!isOver()) input(one);
      while (!isOver()) {
        if (earliestDeadline(one.contact().deadlines) === undefined) throw new Error('no deadline');
        one.pass(1_000);
        if (one.nowMs() - beganAtMs > 25 * 20_000 + limitMs + leavingMs) throw new Error('it never ends');
      }
      const count = (type: string) => one.types().filter((each) => each === type).length;
      if (count('SurveyOffered') !== 1 || count('SurveyEnded') !== 1) throw new Error(one.types().join(' '));
      if (count('SurveyAnswered') > 1 || count('SurveyReason') > 1) throw new Error('answered twice');
      if (count('ContactQueued') !== 1) throw new Error('back in line');
    }),
    { numRuns: 500 },
  );
  // Nothing happens but restarts: the bound holds all the same.
  const one = asked();
  const beganAtMs = one.nowMs();
  while (one.contact().stage.at === 'survey') {
    one.pass(3_000);
    one.take({ type: 'Resynced', citizenUp: true, leg: 'gone', joined: false, nodeRestarted: false });
  }
  t.ok(one.nowMs() - beganAtMs <= limitMs + 3_000);
});

t.test('a caller under a limit answers 0: no key for help any more', (t) => {
  const one = asked(life(shipped, 'main', { limit: { level: 'last', untilMs: noonMs + 86_400_000 } }));
  one.key('0');
  t.notOk(one.types().includes('LimitSetAside'));
  t.end();
});
