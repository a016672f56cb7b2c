// The life of an agent: one pure step per signal, from sign-in to sign-out.
//
// Deadlines and exits (every state has one; offline alone waits for a person):
//   ready, missed, break   forgotten -> signed out;  break also: breakOver -> told, stays
//   missed                 rest      -> ready, but for one too many in a row
//   resting                rest      -> ready
//   ringing                lease     -> ready (nothing was heard of the offer)
//   outbound               lease     -> wrap-up (nothing was heard of the call)
//   talking                longTalk  -> asks the engine to compare with Asterisk
//   wrapup                 wrapUp    -> ready (or break or signed out, if that was planned); so does an extended one when the note is saved
//                          its citizen comes back -> ready
import type {
  Activity,
  ActedBy,
  Agent,
  AgentFact,
  AgentPlan,
  AgentPolicy,
  AgentRefusal,
  AgentSignal,
  AgentTimer,
  ForcedAct,
  Order,
} from './agent.js';
import { isServing } from './agent.js';
import { withoutTimers, type Deadlines } from './deadlines.js';
import type { AgentId, ContactId, OfferId } from './ids.js';
import type { OfferOutcome } from './offer.js';

/** The result of one signal: `refused` is told to the person who asked and changes nothing. */
export interface AgentStep {
  readonly agent: Agent;
  readonly facts: readonly AgentFact[];
  readonly refused?: AgentRefusal;
  /** The state outlived its belief: the engine should compare it with Asterisk now. */
  readonly verify?: true;
  /** The offer's lease ran out here: its contact must not go on with it. */
  readonly lapsed?: { readonly contactId: ContactId; readonly offerId: OfferId };
}

/** An agent before his first sign-in. */
export function newAgent(id: AgentId, nowMs: number): Agent {
  return {
    id,
    version: 0,
    activity: { is: 'offline' },
    sinceMs: nowMs,
    deviceId: null,
    reachable: false,
    ownCalls: [],
    idleSinceMs: nowMs,
    forced: null,
    plan: null,
    deadlines: {},
  };
}

/** One signal into an agent's state; pure. Signals that no longer fit (a late offer's end) change nothing. */
export function agentStep(agent: Agent, signal: AgentSignal, nowMs: number, policy: AgentPolicy): AgentStep {
  const step = heed(agent, signal, nowMs, policy);
  if (step.refused !== undefined || !('by' in signal)) return step;
  if ('order' in signal && signal.order !== undefined)
    return ordered(step, agent, signal.type, signal.order, nowMs);
  const own = signal.by === 'agent' || signal.by === 'phone';
  return own ? { ...step, agent: actedHimself(step.agent) } : step;
}

/** He is there: what others did with him and what he missed before is over. */
function actedHimself(agent: Agent): Agent {
  const { missedInRow, ...rest } = agent;
  if (missedInRow === undefined && agent.forced === null) return agent;
  return { ...rest, forced: null };
}

/** The order stands before what came of it, and with the agent until he acts himself. */
function ordered(step: AgentStep, before: Agent, act: ForcedAct, order: Order, nowMs: number): AgentStep {
  if (step.agent === before) return step;
  const { by, reason } = order;
  const agent = { ...step.agent, version: step.agent.version + 1, forced: { act, by, reason, atMs: nowMs } };
  return { ...step, agent, facts: [{ type: 'AgentForced', act, by, reason }, ...step.facts] };
}

function heed(agent: Agent, signal: AgentSignal, nowMs: number, policy: AgentPolicy): AgentStep {
  switch (signal.type) {
    case 'SignIn':
      return signIn(agent, signal, nowMs, policy);
    case 'SignOut':
      return signOut(agent, signal.by, nowMs);
    case 'GoReady':
      return goReady(agent, signal.by, nowMs, policy);
    case 'GoBreak':
      return goBreak(agent, signal, nowMs, policy);
    case 'WishBreak':
      return wishBreak(agent, signal, nowMs);
    case 'GrantBreak':
      return grantBreak(agent, nowMs, policy);
    case 'EndWrapUp':
      return agent.activity.is === 'wrapup' ? afterContact(agent, signal.by, nowMs, policy) : refuse(agent);
    case 'ExtendWrapUp':
      return extendWrapUp(agent, signal, policy);
    case 'NoteSaved':
      return noteSaved(agent, signal, nowMs, policy);
    case 'CallOut':
      return callOut(agent, signal, nowMs, policy);
    case 'OfferMade':
      return enter(
        agent,
        { is: 'ringing', offerId: signal.offerId, contactId: signal.contactId },
        nowMs,
        policy,
        {
          by: 'system',
          offerId: signal.offerId,
          leaseMs: signal.ringMs + policy.leaseMarginMs,
        },
      );
    case 'OfferHeld':
      return isRinging(agent, signal.offerId)
        ? same({ ...agent, deadlines: { lease: nowMs + signal.leaseMs + policy.leaseMarginMs } })
        : same(agent);
    case 'OfferClosed':
      return isRinging(agent, signal.offerId)
        ? offerClosed(agent, signal.outcome, nowMs, policy)
        : same(agent);
    case 'Connected':
      return connected(agent, signal, nowMs, policy);
    case 'Held':
      return held(agent, signal.contactId, signal.held);
    case 'Released':
      return released(agent, signal, nowMs, policy);
    case 'CameBack':
      return cameBack(agent, signal.contactId, nowMs, policy);
    case 'PhoneReachable':
      return phoneReachable(agent, signal, nowMs);
    case 'OwnCall':
      return ownCalls(
        agent,
        signal.up
          ? [...agent.ownCalls.filter((id) => id !== signal.channelId), signal.channelId]
          : agent.ownCalls.filter((id) => id !== signal.channelId),
      );
    case 'OwnCallsSeen':
      return ownCalls(agent, signal.channelIds);
    case 'TimerFired':
      return timerFired(agent, signal.timer, nowMs, policy);
  }
}

const same = (agent: Agent): AgentStep => ({ agent, facts: [] });

function refuse(agent: Agent, code: AgentRefusal = 'AGENT_WRONG_STATE'): AgentStep {
  return { agent, facts: [], refused: agent.activity.is === 'offline' ? 'AGENT_NOT_SIGNED_IN' : code };
}

function isRinging(agent: Agent, offerId: OfferId): boolean {
  return agent.activity.is === 'ringing' && agent.activity.offerId === offerId;
}

function withFacts(agent: Agent, ...facts: readonly AgentFact[]): AgentStep {
  return { agent: { ...agent, version: agent.version + facts.length }, facts };
}

interface Entering {
  readonly by: ActedBy;
  readonly offerId?: OfferId;
  readonly outcome?: OfferOutcome;
  readonly leaseMs?: number;
}

/** Changes the activity, arms its deadline and records how long the last one lasted. */
function enter(
  agent: Agent,
  activity: Activity,
  nowMs: number,
  policy: AgentPolicy,
  how: Entering,
): AgentStep {
  const contactId = contactOf(activity) ?? contactOf(agent.activity);
  const fact: AgentFact = {
    type: 'AgentActivityChanged',
    from: agent.activity.is,
    to: activity.is,
    lastedMs: nowMs - agent.sinceMs,
    by: how.by,
    ...(activity.is === 'break' && { reason: activity.reason }),
    ...(contactId !== undefined && { contactId }),
    ...(how.offerId !== undefined && { offerId: how.offerId }),
    ...(how.outcome !== undefined && { outcome: how.outcome }),
    ...(activity.is === 'talking' && activity.outbound && { outbound: true }),
  };
  const next = { ...agent, activity, sinceMs: nowMs };
  return withFacts({ ...next, deadlines: deadlinesOf(next, nowMs, policy, how.leaseMs) }, fact);
}

function contactOf(activity: Activity): ContactId | undefined {
  return 'contactId' in activity ? activity.contactId : undefined;
}

/** The one table of deadlines; see the head of this file. */
function deadlinesOf(
  { activity, missedInRow = 0 }: Pick<Agent, 'activity' | 'missedInRow'>,
  nowMs: number,
  policy: AgentPolicy,
  leaseMs: number | undefined,
): Deadlines<AgentTimer> {
  const forgotten = nowMs + policy.forgottenMs;
  switch (activity.is) {
    case 'offline':
      return {};
    case 'ready':
      return { forgotten };
    case 'missed': {
      const restMs = policy.missedRestsMs[missedInRow - 1];
      return { forgotten, ...(restMs !== undefined && { rest: nowMs + restMs }) };
    }
    case 'resting':
      return { rest: nowMs + policy.restMs };
    case 'ringing':
    case 'outbound':
      return { lease: nowMs + (leaseMs ?? policy.leaseMarginMs) };
    case 'talking':
      return { longTalk: nowMs + policy.talkMs };
    case 'wrapup':
      return { wrapUp: nowMs + policy.wrapUpMs };
    case 'break':
      return { breakOver: nowMs + policy.breakMs, forgotten };
  }
}

function signIn(
  agent: Agent,
  signal: Extract<AgentSignal, { type: 'SignIn' }>,
  nowMs: number,
  policy: AgentPolicy,
): AgentStep {
  if (isServing(agent.activity) || agent.activity.is === 'wrapup') {
    return refuse(agent);
  }
  if (agent.activity.is !== 'offline' && agent.deviceId === signal.deviceId) return same(agent);
  // Not ready until he says so: a break with reason "other" would count as his; 离线 would not show him.
  const activity: Activity = { is: 'break', reason: 'other' };
  const signedIn: Agent = {
    ...agent,
    activity,
    sinceMs: nowMs,
    deviceId: signal.deviceId,
    reachable: signal.reachable,
    ownCalls: [],
    idleSinceMs: nowMs,
    plan: null,
    deadlines: deadlinesOf({ activity }, nowMs, policy, undefined),
  };
  return withFacts(signedIn, { type: 'AgentSignedIn', deviceId: signal.deviceId, by: signal.by });
}

function signOut(agent: Agent, by: ActedBy, nowMs: number): AgentStep {
  switch (agent.activity.is) {
    case 'offline':
      return refuse(agent);
    case 'ringing':
    case 'outbound':
    case 'talking':
      return plan(agent, { is: 'signOut' }, by);
    default: {
      const contactId = contactOf(agent.activity);
      const { breakWish: _wish, missedInRow: _missed, ...leaving } = agent;
      return withFacts(
        {
          ...leaving,
          activity: { is: 'offline' },
          sinceMs: nowMs,
          deviceId: null,
          reachable: false,
          ownCalls: [],
          plan: null,
          deadlines: {},
        },
        {
          type: 'AgentSignedOut',
          by,
          from: agent.activity.is,
          lastedMs: nowMs - agent.sinceMs,
          ...(contactId !== undefined && { contactId }),
        },
      );
    }
  }
}

function goReady(agent: Agent, by: ActedBy, nowMs: number, policy: AgentPolicy): AgentStep {
  switch (agent.activity.is) {
    case 'ready':
      return withoutWish(agent, by);
    case 'ringing':
    case 'outbound':
    case 'talking':
      return agent.breakWish === undefined ? refuse(agent) : withoutWish(agent, by);
    case 'break':
    case 'missed':
    case 'resting':
      return then(withoutWish(agent, by), (next) => enter(next, { is: 'ready' }, nowMs, policy, { by }));
    case 'wrapup':
      return then(withoutWish(agent, by), (next) => afterContact(next, by, nowMs, policy));
    case 'offline':
      return refuse(agent);
  }
}

/** He waits for a break no longer. */
function withoutWish(agent: Agent, by: ActedBy): AgentStep {
  const { breakWish, ...next } = agent;
  return breakWish === undefined
    ? same(agent)
    : withFacts(next, { type: 'AgentBreakWished', reason: null, by });
}

/** No place for a break now: he waits for one, and takes calls meanwhile. Who has a place keeps that. */
function wishBreak(
  agent: Agent,
  { reason, by }: Extract<AgentSignal, { type: 'WishBreak' }>,
  nowMs: number,
): AgentStep {
  const { activity, plan: planned, breakWish } = agent;
  if (activity.is === 'offline') return refuse(agent);
  if (activity.is === 'break' || planned?.is === 'break') return refuse(agent, 'BREAK_PLACES_TAKEN');
  if (breakWish?.reason === reason) return same(agent);
  return withFacts(
    { ...agent, plan: null, breakWish: { reason, sinceMs: nowMs } },
    { type: 'AgentBreakWished', reason, by },
  );
}

/** His turn: at once, or when his contact and its wrap-up are over. */
function grantBreak(agent: Agent, nowMs: number, policy: AgentPolicy): AgentStep {
  const { breakWish, ...free } = agent;
  if (breakWish === undefined) return same(agent);
  const { reason } = breakWish;
  switch (free.activity.is) {
    case 'ringing':
    case 'outbound':
    case 'talking':
    case 'wrapup':
      return plan(free, { is: 'break', reason }, 'system');
    case 'ready':
    case 'resting':
    case 'missed':
      return enter(free, { is: 'break', reason }, nowMs, policy, { by: 'system' });
    case 'break':
    case 'offline':
      return same(free);
  }
}

function goBreak(
  wishing: Agent,
  signal: Extract<AgentSignal, { type: 'GoBreak' }>,
  nowMs: number,
  policy: AgentPolicy,
): AgentStep {
  const { breakWish: _had, ...agent } = wishing;
  switch (agent.activity.is) {
    case 'ready':
    case 'resting':
    case 'missed':
    case 'wrapup':
      return enter({ ...agent, plan: null }, { is: 'break', reason: signal.reason }, nowMs, policy, {
        by: signal.by,
      });
    case 'ringing':
    case 'outbound':
    case 'talking':
      return plan(agent, { is: 'break', reason: signal.reason }, signal.by);
    case 'break':
      if (agent.activity.reason === signal.reason) return same(wishing);
      return enter(agent, { is: 'break', reason: signal.reason }, nowMs, policy, { by: signal.by });
    default:
      return refuse(wishing);
  }
}

function extendWrapUp(
  agent: Agent,
  { order }: Extract<AgentSignal, { type: 'ExtendWrapUp' }>,
  policy: AgentPolicy,
): AgentStep {
  const { activity } = agent;
  if (activity.is !== 'wrapup') return refuse(agent);
  if (order === undefined && activity.extensions >= policy.wrapUpExtensions)
    return refuse(agent, 'WRAP_UP_EXTENDED_ALREADY');
  const untilMs = (agent.deadlines.wrapUp ?? agent.sinceMs + policy.wrapUpMs) + policy.wrapUpExtendMs;
  const extended: Agent = {
    ...agent,
    activity: { ...activity, extensions: activity.extensions + 1 },
    deadlines: { ...agent.deadlines, wrapUp: untilMs },
  };
  return withFacts(extended, { type: 'AgentWrapUpExtended', untilMs });
}

/** The note was what the longer wrap-up was for. */
function noteSaved(
  agent: Agent,
  { contactId, by }: Extract<AgentSignal, { type: 'NoteSaved' }>,
  nowMs: number,
  policy: AgentPolicy,
): AgentStep {
  const { activity } = agent;
  if (activity.is !== 'wrapup' || activity.contactId !== contactId) return same(agent);
  const { noteEndsWrapUp } = policy;
  const ends = noteEndsWrapUp === 'always' || (noteEndsWrapUp === 'extended' && activity.extensions > 0);
  return ends ? afterContact(agent, by, nowMs, policy) : same(agent);
}

/** Out of anything but a citizen's call; who was on a break goes on with it afterwards. Nobody is offered to him meanwhile. */
function callOut(
  agent: Agent,
  { offerId, contactId, leaseMs, by }: Extract<AgentSignal, { type: 'CallOut' }>,
  nowMs: number,
  policy: AgentPolicy,
): AgentStep {
  const { activity, deviceId, reachable, ownCalls: own } = agent;
  const isFree = deviceId !== null && reachable && own.length === 0;
  if (activity.is === 'offline' || isServing(activity) || !isFree) return refuse(agent);
  const wish = activity.is === 'break' ? ({ is: 'break', reason: activity.reason } as const) : null;
  const { missedInRow: _over, ...calling } = agent;
  return enter(
    { ...calling, plan: agent.plan ?? wish },
    { is: 'outbound', offerId, contactId },
    nowMs,
    policy,
    {
      ...{ by, offerId, leaseMs },
    },
  );
}

/** The table of outcomes, seen from the agent (docs/outcomes.md). */
function offerClosed(agent: Agent, outcome: OfferOutcome, nowMs: number, policy: AgentPolicy): AgentStep {
  const how: Entering = { by: 'system', outcome };
  if (agent.plan !== null) return carryOut(agent, agent.plan, nowMs, policy, how);
  switch (outcome) {
    case 'rona':
      return enter(
        { ...agent, missedInRow: (agent.missedInRow ?? 0) + 1 },
        { is: 'missed' },
        nowMs,
        policy,
        how,
      );
    case 'busyOwnCall':
    case 'declined':
    // Ready at once, it would be rung again at once, for ever.
    case 'phoneFault':
      return enter(agent, { is: 'resting' }, nowMs, policy, how);
    case 'doNotDisturb':
      return enter(agent, { is: 'break', reason: 'other' }, nowMs, policy, how);
    case 'unreachable':
      return lostPhone(enter(agent, { is: 'ready' }, nowMs, policy, how));
    case 'misconfigured':
      // Ready again would draw the next citizen into the same fault.
      return enter(agent, { is: 'break', reason: 'system' }, nowMs, policy, how);
    case 'callerGone':
    case 'failed':
      return enter(agent, { is: 'ready' }, nowMs, policy, how);
  }
}

function lostPhone(step: AgentStep): AgentStep {
  return then(step, (agent) =>
    agent.reachable && agent.deviceId !== null
      ? withFacts(
          { ...agent, reachable: false },
          { type: 'AgentPhoneReachable', deviceId: agent.deviceId, reachable: false },
        )
      : same(agent),
  );
}

function then(first: AgentStep, next: (agent: Agent) => AgentStep): AgentStep {
  const second = next(first.agent);
  return { ...second, facts: [...first.facts, ...second.facts] };
}

function leave(step: AgentStep, nowMs: number): AgentStep {
  return then(step, (agent) => signOut(agent, 'system', nowMs));
}

function connected(
  agent: Agent,
  signal: Extract<AgentSignal, { type: 'Connected' }>,
  nowMs: number,
  policy: AgentPolicy,
): AgentStep {
  if (agent.activity.is === 'talking' && agent.activity.contactId === signal.contactId) return same(agent);
  const { missedInRow: _over, ...answering } = agent;
  return enter(
    answering,
    {
      ...{ is: 'talking', contactId: signal.contactId, legId: signal.legId, held: false },
      ...(agent.activity.is === 'outbound' && { outbound: true }),
    },
    nowMs,
    policy,
    { by: 'system', offerId: signal.offerId },
  );
}

function held(agent: Agent, contactId: ContactId, isHeld: boolean): AgentStep {
  const { activity } = agent;
  if (activity.is !== 'talking' || activity.contactId !== contactId || activity.held === isHeld)
    return same(agent);
  return withFacts(
    { ...agent, activity: { ...activity, held: isHeld } },
    { type: 'AgentHeldContact', contactId, held: isHeld },
  );
}

function released(
  agent: Agent,
  { contactId, interrupted, backWithinMs }: Extract<AgentSignal, { type: 'Released' }>,
  nowMs: number,
  policy: AgentPolicy,
): AgentStep {
  const { activity } = agent;
  if (activity.is !== 'talking' && activity.is !== 'outbound') return same(agent);
  if (activity.contactId !== contactId) return same(agent);
  // Who has to leave at once leaves at once; the note can be written later.
  if (agent.plan?.is === 'break' && agent.plan.reason === 'urgent') {
    return carryOut(agent, agent.plan, nowMs, policy, { by: 'system' });
  }
  // Cut off from a citizen who still waits: no wrap-up, so that the two can be joined again.
  if (interrupted) return enter(agent, { is: 'ready' }, nowMs, policy, { by: 'system' });
  if (policy.wrapUpMs === 0 && backWithinMs === undefined)
    return afterContact(agent, 'system', nowMs, policy);
  const wrapping = enter(agent, { is: 'wrapup', contactId, extensions: 0 }, nowMs, policy, { by: 'system' });
  return backWithinMs === undefined ? wrapping : wrapUpAtLeast(wrapping, nowMs + backWithinMs);
}

/** Whoever may have to take his citizen back is given nobody else meanwhile, unless he says so himself. */
function wrapUpAtLeast({ agent, ...step }: AgentStep, untilMs: number): AgentStep {
  const wrapUp = Math.max(agent.deadlines.wrapUp ?? untilMs, untilMs);
  return { ...step, agent: { ...agent, deadlines: { ...agent.deadlines, wrapUp } } };
}

/** Free for his own citizen; what he planned comes after the talk that now follows. */
function cameBack(agent: Agent, contactId: ContactId, nowMs: number, policy: AgentPolicy): AgentStep {
  if (agent.activity.is !== 'wrapup' || agent.activity.contactId !== contactId) return same(agent);
  return enter(agent, { is: 'ready' }, nowMs, policy, { by: 'system' });
}

/** After wrap-up: ready, or out if he asked to leave. Idleness counts from here. */
function afterContact(agent: Agent, by: ActedBy, nowMs: number, policy: AgentPolicy): AgentStep {
  const rested = { ...agent, idleSinceMs: nowMs };
  if (agent.plan !== null) return carryOut(rested, agent.plan, nowMs, policy, { by });
  return enter(rested, { is: 'ready' }, nowMs, policy, { by });
}

/** The last wish counts; the same again is nothing new. */
function plan(agent: Agent, wish: AgentPlan, by: ActedBy): AgentStep {
  const known = agent.plan;
  const isSame =
    known?.is === wish.is && (known.is !== 'break' || wish.is !== 'break' || known.reason === wish.reason);
  return isSame ? same(agent) : withFacts({ ...agent, plan: wish }, { type: 'AgentPlanned', plan: wish, by });
}

/** The contact is over: does what was planned. */
function carryOut(
  agent: Agent,
  wish: AgentPlan,
  nowMs: number,
  policy: AgentPolicy,
  how: Entering,
): AgentStep {
  const free: Agent = { ...agent, plan: null };
  if (wish.is === 'break') return enter(free, { is: 'break', reason: wish.reason }, nowMs, policy, how);
  return leave(enter(free, { is: 'ready' }, nowMs, policy, how), nowMs);
}

function phoneReachable(
  agent: Agent,
  signal: Extract<AgentSignal, { type: 'PhoneReachable' }>,
  nowMs: number,
): AgentStep {
  if (agent.deviceId !== signal.deviceId || agent.reachable === signal.reachable) return same(agent);
  // A phone that was away is not "longest idle" for its absence.
  const idleSinceMs = signal.reachable && agent.activity.is === 'ready' ? nowMs : agent.idleSinceMs;
  return withFacts(
    { ...agent, reachable: signal.reachable, idleSinceMs },
    { type: 'AgentPhoneReachable', deviceId: signal.deviceId, reachable: signal.reachable },
  );
}

function ownCalls(agent: Agent, channelIds: Agent['ownCalls']): AgentStep {
  if (agent.activity.is === 'offline') return same(agent);
  const wasBusy = agent.ownCalls.length > 0;
  const busy = channelIds.length > 0;
  const next: Agent = { ...agent, ownCalls: channelIds };
  return wasBusy === busy ? same(next) : withFacts(next, { type: 'AgentOwnCall', busy });
}

/** Nothing was heard of his own call: he is let go, with his wrap-up. */
function callOutExpired(
  agent: Agent,
  { contactId, offerId }: Extract<Activity, { is: 'outbound' }>,
  nowMs: number,
  policy: AgentPolicy,
): AgentStep {
  const expired = withFacts(agent, { type: 'AgentLeaseExpired', activity: 'outbound' });
  const freed = then(expired, (next) =>
    released(next, { type: 'Released', contactId, interrupted: false }, nowMs, policy),
  );
  return { ...freed, lapsed: { contactId, offerId } };
}

function leaseExpired(
  agent: Agent,
  { contactId, offerId }: Extract<Activity, { is: 'ringing' }>,
  nowMs: number,
  policy: AgentPolicy,
): AgentStep {
  const expired = withFacts(agent, { type: 'AgentLeaseExpired', activity: 'ringing' });
  const freed = then(expired, (next) => offerClosed(next, 'failed', nowMs, policy));
  return { ...freed, lapsed: { contactId, offerId } };
}

/** A phone that rang out is not "longest idle" for that: others go first. */
function restOver(agent: Agent, nowMs: number, policy: AgentPolicy): AgentStep {
  const { activity } = agent;
  if (activity.is !== 'resting' && activity.is !== 'missed') return same(agent);
  const rested = activity.is === 'missed' ? { ...agent, idleSinceMs: nowMs } : agent;
  return enter(rested, { is: 'ready' }, nowMs, policy, { by: 'system' });
}

function timerFired(agent: Agent, timer: AgentTimer, nowMs: number, policy: AgentPolicy): AgentStep {
  const due = { ...agent, deadlines: withoutTimers(agent.deadlines, timer) };
  const { activity } = agent;
  if (agent.deadlines[timer] === undefined) return same(agent);
  switch (timer) {
    case 'lease':
      if (activity.is === 'outbound') return callOutExpired(due, activity, nowMs, policy);
      return activity.is === 'ringing' ? leaseExpired(due, activity, nowMs, policy) : same(due);
    case 'rest':
      return restOver(due, nowMs, policy);
    case 'wrapUp':
      return activity.is === 'wrapup' ? afterContact(due, 'system', nowMs, policy) : same(due);
    case 'breakOver':
      return activity.is === 'break'
        ? withFacts(due, { type: 'AgentBreakOverdue', reason: activity.reason })
        : same(due);
    case 'longTalk':
      return {
        ...same({ ...due, deadlines: deadlinesOf({ activity }, nowMs, policy, undefined) }),
        verify: true,
      };
    case 'forgotten':
      return signOut(due, 'system', nowMs);
  }
}
