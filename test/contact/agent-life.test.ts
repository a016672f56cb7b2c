// The life of an agent: the table of deadlines and exits, refusals, and what holds whatever happens.
import fc from 'fast-check';
import t from 'tap';
import { agentStep, newAgent } from '../../src/contact/agent-life.js';
import {
  isOfferable,
  shownState,
  takesBack,
  type Agent,
  type AgentFact,
  type AgentPolicy,
  type AgentSignal,
  type AgentTimer,
} from '../../src/contact/agent.js';
import type { AgentId, ChannelId, ContactId, DeviceId, OfferId } from '../../src/contact/ids.js';

const policy: AgentPolicy = {
  wrapUpMs: 60_000,
  wrapUpExtendMs: 30_000,
  wrapUpExtensions: 1,
  noteEndsWrapUp: 'extended',
  restMs: 10_000,
  missedRestsMs: [30_000, 120_000],
  breakMs: 1_800_000,
  leaseMarginMs: 5_000,
  talkMs: 14_400_000,
  forgottenMs: 50_400_000,
};
const deviceId = 'd1001' as DeviceId;
const offerId = 'o1' as OfferId;
const contactId = 'c1' as ContactId;
const legId = 'o1' as ChannelId;

const signIn: AgentSignal = { type: 'SignIn', deviceId, reachable: true, by: 'phone' };
const ready: AgentSignal = { type: 'GoReady', by: 'agent' };
const offered: AgentSignal = { type: 'OfferMade', offerId, contactId, ringMs: 8_000 };
const connected: AgentSignal = { type: 'Connected', offerId, contactId, legId };
const released: AgentSignal = { type: 'Released', contactId, interrupted: false };
const fired = (timer: AgentTimer): AgentSignal => ({ type: 'TimerFired', timer });

function live(...signals: readonly (readonly [number, AgentSignal])[]) {
  let agent = newAgent('1001' as AgentId, 0);
  const facts: AgentFact[] = [];
  let refused: string | undefined;
  for (const [nowMs, signal] of signals) {
    const step = agentStep(agent, signal, nowMs, policy);
    agent = step.agent;
    facts.push(...step.facts);
    refused = step.refused;
  }
  return { agent, facts, refused };
}

const atWork = [
  [0, signIn],
  [1_000, ready],
] as const;
const inTalk = [...atWork, [5_000, offered], [8_000, connected]] as const;

t.test('after signing in an agent is not ready until he says so', async (t) => {
  const { agent } = live([0, signIn]);
  t.notOk(isOfferable(agent));
  t.ok(isOfferable(live(...atWork).agent));
});

t.test('a talk leads through wrap-up back to ready, and idleness counts from there', async (t) => {
  const wrapping = live(...inTalk, [60_000, released]).agent;
  t.equal(shownState(wrapping), 'wrapup');
  t.equal(wrapping.deadlines.wrapUp, 120_000);
  const { agent, facts } = live(...inTalk, [60_000, released], [120_000, fired('wrapUp')]);
  t.equal(shownState(agent), 'ready');
  t.equal(agent.idleSinceMs, 120_000);
  t.match(facts.at(-1), { type: 'AgentActivityChanged', from: 'wrapup', to: 'ready', lastedMs: 60_000 });
});

t.test('without a wrap-up a talk leads straight back to ready, or to what was planned', async (t) => {
  const none = { ...policy, wrapUpMs: 0 };
  const talking = live(...inTalk).agent;
  const { agent, facts } = agentStep(talking, released, 60_000, none);
  t.equal(shownState(agent), 'ready');
  t.equal(agent.idleSinceMs, 60_000);
  t.match(facts, [{ type: 'AgentActivityChanged', from: 'talking', to: 'ready' }]);
  const meal = { ...talking, plan: { is: 'break', reason: 'meal' } } as const;
  t.match(agentStep(meal, released, 60_000, none).agent.activity, { is: 'break', reason: 'meal' });
});

t.test('wrap-up can be extended once, and ended by the agent', async (t) => {
  const more = [...inTalk, [60_000, released], [70_000, { type: 'ExtendWrapUp', by: 'phone' }]] as const;
  t.equal(live(...more).agent.deadlines.wrapUp, 150_000);
  t.equal(live(...more, [71_000, { type: 'ExtendWrapUp', by: 'phone' }]).refused, 'WRAP_UP_EXTENDED_ALREADY');
  t.equal(shownState(live(...more, [72_000, { type: 'EndWrapUp', by: 'phone' }]).agent), 'ready');
});

t.test(
  'another one may order a wrap-up to end, or to last longer than the agent himself may have it',
  async (t) => {
    const order = { by: 'li', reason: '记录未完' };
    const more = [...inTalk, [60_000, released], [70_000, { type: 'ExtendWrapUp', by: 'phone' }]] as const;
    const { agent, facts } = live(...more, [71_000, { type: 'ExtendWrapUp', by: 'supervisor', order }]);
    t.equal(agent.deadlines.wrapUp, 180_000);
    t.match(agent.forced, { act: 'ExtendWrapUp', ...order, atMs: 71_000 });
    t.match(facts.slice(-2), [{ type: 'AgentForced', act: 'ExtendWrapUp', ...order }, { untilMs: 180_000 }]);
    const ended = live(...more, [71_000, { type: 'EndWrapUp', by: 'supervisor', order }]);
    t.equal(shownState(ended.agent), 'ready');
    t.match(ended.agent.forced, { act: 'EndWrapUp', ...order });
    t.same(
      live(...more, [71_000, { type: 'EndWrapUp', by: 'supervisor', order }], [72_000, ready]).agent.forced,
      null,
    );
    t.equal(
      live(...inTalk, [9_000, { type: 'EndWrapUp', by: 'supervisor', order }]).refused,
      'AGENT_WRONG_STATE',
    );
  },
);

t.test('saving the note ends a wrap-up that was extended, or as the site says', async (t) => {
  const extended = [...inTalk, [60_000, released], [70_000, { type: 'ExtendWrapUp', by: 'phone' }]] as const;
  const saved: AgentSignal = { type: 'NoteSaved', contactId, by: 'agent' };
  const { agent, facts } = live(...extended, [80_000, saved]);
  t.equal(shownState(agent), 'ready');
  t.equal(agent.idleSinceMs, 80_000);
  t.match(facts.at(-1), { from: 'wrapup', to: 'ready', lastedMs: 20_000, by: 'agent' });
  t.equal(shownState(live(...inTalk, [60_000, released], [70_000, saved]).agent), 'wrapup', 'not extended');
  const other = { ...saved, contactId: 'c0' as ContactId };
  t.equal(shownState(live(...extended, [80_000, other]).agent), 'wrapup', 'the note of another call');
  t.equal(shownState(live(...inTalk, [9_000, saved]).agent), 'talking');
  const rest: AgentSignal = { type: 'GoBreak', reason: 'rest', by: 'agent' };
  t.equal(shownState(live(...inTalk, [9_000, rest], ...extended.slice(4), [80_000, saved]).agent), 'break');
  const wrapping = live(...inTalk, [60_000, released]).agent;
  const under = (noteEndsWrapUp: AgentPolicy['noteEndsWrapUp'], from: Agent) =>
    shownState(agentStep(from, saved, 80_000, { ...policy, noteEndsWrapUp }).agent);
  t.equal(under('always', wrapping), 'ready');
  t.equal(under('never', live(...extended).agent), 'wrapup');
});

t.test('each outcome of an offer leaves the agent as the table says', async (t) => {
  const after = (outcome: Extract<AgentSignal, { type: 'OfferClosed' }>['outcome']) =>
    shownState(live(...atWork, [5_000, offered], [13_000, { type: 'OfferClosed', offerId, outcome }]).agent);
  t.same(
    {
      rona: after('rona'),
      declined: after('declined'),
      busyOwnCall: after('busyOwnCall'),
      doNotDisturb: after('doNotDisturb'),
      unreachable: after('unreachable'),
      misconfigured: after('misconfigured'),
      phoneFault: after('phoneFault'),
      callerGone: after('callerGone'),
      failed: after('failed'),
    },
    {
      rona: 'missed',
      declined: 'busyOwnCall',
      busyOwnCall: 'busyOwnCall',
      doNotDisturb: 'break',
      unreachable: 'unreachable',
      misconfigured: 'break',
      phoneFault: 'busyOwnCall',
      callerGone: 'ready',
      failed: 'ready',
    },
  );
});

const rangOut: AgentSignal = { type: 'OfferClosed', offerId, outcome: 'rona' };

t.test(
  'calls that ring out in a row rest the agent for longer each time, the last until he acts',
  async (t) => {
    const once = [...atWork, [5_000, offered], [13_000, rangOut]] as const;
    t.equal(live(...once).agent.deadlines.rest, 43_000);
    const twice = [...once, [43_000, fired('rest')], [50_000, offered], [58_000, rangOut]] as const;
    t.match(live(...once, [43_000, fired('rest')]).agent, { activity: { is: 'ready' }, idleSinceMs: 43_000 });
    t.equal(live(...twice).agent.deadlines.rest, 178_000);
    const thrice = [...twice, [178_000, fired('rest')], [180_000, offered], [188_000, rangOut]] as const;
    t.same(live(...thrice).agent.deadlines, { forgotten: 188_000 + policy.forgottenMs });
    t.equal(shownState(live(...thrice).agent), 'missed');

    const again = [[200_000, offered] as const, [208_000, rangOut] as const];
    for (const [name, here, restMs] of [
      ['his own deed', [190_000, ready], 30_000],
      [
        'an order of another one',
        [190_000, { ...ready, by: 'supervisor', order: { by: 'li', reason: '在岗' } }],
        undefined,
      ],
    ] as const)
      t.equal(live(...thrice, here, ...again).agent.deadlines.rest, restMs && 208_000 + restMs, name);
    const talked = [
      [60_000, offered],
      [61_000, connected],
      [70_000, released],
      [71_000, fired('wrapUp')],
    ] as const;
    const later = live(...once, [43_000, fired('rest')], ...talked, ...again).agent;
    t.equal(later.deadlines.rest, 238_000, 'after a talk the first again');
  },
);

t.test('who waits for a break goes on working, and goes when it is his turn', async (t) => {
  const wish: AgentSignal = { type: 'WishBreak', reason: 'meal', by: 'agent' };
  const grant: AgentSignal = { type: 'GrantBreak' };
  const waiting = live(...atWork, [2_000, wish]);
  t.ok(isOfferable(waiting.agent));
  t.same(waiting.agent.breakWish, { reason: 'meal', sinceMs: 2_000 });
  const left = live(...atWork, [2_000, wish], [9_000, grant]).agent;
  t.match(left, { activity: { is: 'break', reason: 'meal' } });
  t.equal(left.breakWish, undefined);

  const talking = [...inTalk, [9_000, wish], [10_000, grant]] as const;
  t.match(live(...talking).agent, { activity: { is: 'talking' }, plan: { is: 'break', reason: 'meal' } });
  t.equal(shownState(live(...talking, [60_000, released]).agent), 'wrapup', 'the wrap-up is not cut short');
  t.equal(shownState(live(...talking, [60_000, released], [70_000, fired('wrapUp')]).agent), 'break');

  for (const before of [atWork, inTalk, [...inTalk, [60_000, released]]] as const) {
    const over = live(...before, [61_000, wish], [62_000, ready]);
    t.equal(over.agent.breakWish, undefined, 'ready takes the wish back');
    t.equal(over.refused, undefined);
  }
  t.equal(
    live(...atWork, [2_000, wish], [3_000, { type: 'SignOut', by: 'agent' }]).agent.breakWish,
    undefined,
  );
  const rest: AgentSignal = { type: 'GoBreak', reason: 'rest', by: 'agent' };
  t.equal(
    live(...atWork, [2_000, rest], [3_000, wish]).refused,
    'BREAK_PLACES_TAKEN',
    'who has a place keeps it',
  );
  t.equal(live(...atWork, [2_000, wish], [3_000, rest], [4_000, grant]).agent.activity.is, 'break');
});

t.test('an offer nobody spoke of again lets the agent go when its lease ends', async (t) => {
  const { agent, facts } = live(...atWork, [5_000, offered], [18_000, fired('lease')]);
  t.ok(isOfferable(agent));
  t.same(
    facts.slice(-2).map(({ type }) => type),
    ['AgentLeaseExpired', 'AgentActivityChanged'],
  );
});

t.test('signing out during a talk waits for its end; elsewhere it is at once', async (t) => {
  const planned = [...inTalk, [9_000, { type: 'SignOut', by: 'phone' }]] as const;
  t.equal(shownState(live(...planned).agent), 'talking');
  t.equal(shownState(live(...planned, [60_000, released], [70_000, ready]).agent), 'offline');
  t.equal(shownState(live(...atWork, [2_000, { type: 'SignOut', by: 'phone' }]).agent), 'offline');
});

t.test(
  'a break asked for in a talk follows it; urgent leave does not even wait for the wrap-up',
  async (t) => {
    const meal: AgentSignal = { type: 'GoBreak', reason: 'meal', by: 'agent' };
    const planned = [...inTalk, [9_000, meal], [60_000, released]] as const;
    t.equal(shownState(live(...planned).agent), 'wrapup');
    t.match(live(...planned, [120_000, fired('wrapUp')]).agent.activity, { is: 'break', reason: 'meal' });

    const leave: AgentSignal = { type: 'GoBreak', reason: 'urgent', by: 'agent' };
    for (const before of [atWork, inTalk, [...inTalk, [60_000, released]]] as const) {
      t.equal(live(...before, [61_000, leave]).refused, undefined, 'never refused');
    }
    const left = live(...inTalk, [9_000, leave], [60_000, released]).agent;
    t.match(left, { activity: { is: 'break', reason: 'urgent' }, plan: null });
  },
);

t.test('a phone that is away is not offered to, and comes back by itself', async (t) => {
  const gone = [...atWork, [2_000, { type: 'PhoneReachable', deviceId, reachable: false }]] as const;
  t.equal(shownState(live(...gone).agent), 'unreachable');
  const { agent } = live(...gone, [9_000, { type: 'PhoneReachable', deviceId, reachable: true }]);
  t.ok(isOfferable(agent));
  t.equal(agent.idleSinceMs, 9_000, 'absence is not idleness');
});

t.test("the phone's own call makes the agent busy while it lasts", async (t) => {
  const own = (up: boolean): AgentSignal => ({ type: 'OwnCall', channelId: 'x' as ChannelId, up });
  t.equal(shownState(live(...atWork, [2_000, own(true)]).agent), 'busyOwnCall');
  t.ok(isOfferable(live(...atWork, [2_000, own(true)], [3_000, own(false)]).agent));
});

t.test('whose citizen is led elsewhere wraps up as long as he may be back, and is free for him', (t) => {
  const led: AgentSignal = { type: 'Released', contactId, interrupted: false, backWithinMs: 85_000 };
  const cameBack: AgentSignal = { type: 'CameBack', contactId };
  const wrapping = [...inTalk, [10_000, led]] as const;
  t.equal(live(...wrapping).agent.deadlines.wrapUp, 95_000, 'longer than his wrap-up would last');
  const short: AgentSignal = { ...led, backWithinMs: 30_000 };
  t.equal(live(...inTalk, [10_000, short]).agent.deadlines.wrapUp, 70_000, 'never shorter');
  t.ok(takesBack(live(...wrapping).agent, contactId));
  t.notOk(takesBack(live(...wrapping).agent, 'c2' as ContactId), 'not another one');

  const back = live(...wrapping, [40_000, cameBack]);
  t.ok(isOfferable(back.agent));
  t.match(back.facts.at(-1), {
    type: 'AgentActivityChanged',
    from: 'wrapup',
    to: 'ready',
    lastedMs: 30_000,
    contactId,
  });
  t.equal(
    live(...wrapping, [40_000, { ...cameBack, contactId: 'c2' as ContactId }]).agent.activity.is,
    'wrapup',
  );

  const leaving: AgentSignal = { type: 'SignOut', by: 'agent' };
  const planned = live(...inTalk, [9_000, leaving], [10_000, led], [40_000, cameBack]).agent;
  t.match(
    planned,
    { activity: { is: 'ready' }, plan: { is: 'signOut' } },
    'he leaves after the talk that follows',
  );
  const left = live(...wrapping, [20_000, { type: 'GoBreak', reason: 'meal', by: 'agent' }]);
  t.notOk(takesBack(left.agent, contactId));
  t.equal(
    live(...wrapping, [20_000, { type: 'GoBreak', reason: 'meal', by: 'agent' }], [40_000, cameBack]).agent
      .activity.is,
    'break',
  );
  const ended = live(...wrapping, [20_000, { type: 'EndWrapUp', by: 'agent' }]).agent;
  t.ok(takesBack(ended, contactId), 'free for anybody, and so for him');
  t.end();
});

const timers: readonly AgentTimer[] = ['lease', 'wrapUp', 'rest', 'breakOver', 'longTalk', 'forgotten'];

const anySignal: fc.Arbitrary<AgentSignal> = fc.oneof(
  fc.constantFrom<AgentSignal>(
    signIn,
    ready,
    offered,
    connected,
    released,
    { type: 'Released', contactId, interrupted: true },
    { type: 'Released', contactId, interrupted: false, backWithinMs: 85_000 },
    { type: 'CameBack', contactId },
    { type: 'SignOut', by: 'agent' },
    { type: 'GoBreak', reason: 'meal', by: 'agent' },
    { type: 'WishBreak', reason: 'rest', by: 'agent' },
    { type: 'GrantBreak' },
    { type: 'EndWrapUp', by: 'agent' },
    { type: 'ExtendWrapUp', by: 'agent' },
    { type: 'Held', contactId, held: true },
    { type: 'Held', contactId, held: false },
    { type: 'PhoneReachable', deviceId, reachable: true },
    { type: 'PhoneReachable', deviceId, reachable: false },
    { type: 'OwnCallsSeen', channelIds: [] },
    { type: 'OwnCallsSeen', channelIds: ['x' as ChannelId] },
  ),
  fc
    .constantFrom(
      ...([
        'rona',
        'declined',
        'busyOwnCall',
        'doNotDisturb',
        'unreachable',
        'callerGone',
        'failed',
      ] as const),
    )
    .map((outcome) => ({ type: 'OfferClosed' as const, offerId, outcome })),
  fc.constantFrom(...timers).map(fired),
);

t.test(
  'whatever comes in whatever order, every state but offline has a deadline and every fact a number',
  async () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 100_000 }), anySignal), { maxLength: 60 }),
        (plan) => {
          let nowMs = 0;
          let agent: Agent = newAgent('1001' as AgentId, 0);
          for (const [laterMs, signal] of plan) {
            nowMs += laterMs;
            // The engine offers only to who is offerable.
            if (signal.type === 'OfferMade' && !isOfferable(agent)) continue;
            if (signal.type === 'Connected' && agent.activity.is !== 'ringing') continue;
            const step = agentStep(agent, signal, nowMs, policy);
            if (step.agent.version !== agent.version + step.facts.length)
              throw new Error('a fact without a number');
            if (step.refused !== undefined && step.agent !== agent)
              throw new Error('refused, and yet changed');
            agent = step.agent;
            const armed = Object.keys(agent.deadlines).length > 0;
            if (agent.activity.is !== 'offline' && !armed)
              throw new Error(`no deadline in ${agent.activity.is}`);
            if (agent.activity.is === 'offline' && agent.deviceId !== null)
              throw new Error('offline at a device');
          }
        },
      ),
      { numRuns: 3_000 },
    );
  },
);
