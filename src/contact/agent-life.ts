// The life of an agent: one pure step per signal, from sign-in to sign-out.
//
// Deadlines and exits (every state has one; offline alone waits for a person):
//   ready, missed, break   forgotten -> signed out;  break also: breakOver -> told, stays
//   resting                rest      -> ready
//   ringing                lease     -> ready (nothing was heard of the offer)
//   talking                longTalk  -> asks the engine to compare with Asterisk
//   wrapup                 wrapUp    -> ready (or break or signed out, if that was planned)
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
  return own && agent.forced !== null ? { ...step, agent: { ...step.agent, forced: null } } : step;
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
    case 'EndWrapUp':
      return agent.activity.is === 'wrapup' ? afterContact(agent, signal.by, nowMs, policy) : refuse(agent);
    case 'ExtendWrapUp':
      return extendWrapUp(agent, policy);
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
  };
  const deadlines = deadlinesOf(activity, nowMs, policy, how.leaseMs);
  return withFacts({ ...agent, activity, sinceMs: nowMs, deadlines }, fact);
}

function contactOf(activity: Activity): ContactId | undefined {
  return 'contactId' in activity ? activity.contactId : undefined;
}

/** The one table of deadlines; see the head of this file. */
function deadlinesOf(
  activity: Activity,
  nowMs: number,
  policy: AgentPolicy,
  leaseMs: number | undefined,
): Deadlines<AgentTimer> {
  const forgotten = nowMs + policy.forgottenMs;
  switch (activity.is) {
    case 'offline':
      return {};
    case 'ready':
    case 'missed':
      return { forgotten };
    case 'resting':
      return { rest: nowMs + policy.restMs };
    case 'ringing':
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
  if (agent.activity.is === 'ringing' || agent.activity.is === 'talking' || agent.activity.is === 'wrapup') {
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
    deadlines: deadlinesOf(activity, nowMs, policy, undefined),
  };
  return withFacts(signedIn, { type: 'AgentSignedIn', deviceId: signal.deviceId, by: signal.by });
}

function signOut(agent: Agent, by: ActedBy, nowMs: number): AgentStep {
  switch (agent.activity.is) {
    case 'offline':
      return refuse(agent);
    case 'ringing':
    case 'talking':
      return plan(agent, { is: 'signOut' }, by);
    default: {
      const contactId = contactOf(agent.activity);
      return withFacts(
        {
          ...agent,
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
      return same(agent);
    case 'break':
    case 'missed':
    case 'resting':
      return enter(agent, { is: 'ready' }, nowMs, policy, { by });
    case 'wrapup':
      return afterContact(agent, by, nowMs, policy);
    default:
      return refuse(agent);
  }
}

function goBreak(
  agent: Agent,
  signal: Extract<AgentSignal, { type: 'GoBreak' }>,
  nowMs: number,
  policy: AgentPolicy,
): AgentStep {
  switch (agent.activity.is) {
    case 'ready':
    case 'resting':
    case 'missed':
    case 'wrapup':
      return enter({ ...agent, plan: null }, { is: 'break', reason: signal.reason }, nowMs, policy, {
        by: signal.by,
      });
    case 'ringing':
    case 'talking':
      return plan(agent, { is: 'break', reason: signal.reason }, signal.by);
    case 'break':
      if (agent.activity.reason === signal.reason) return same(agent);
      return enter(agent, { is: 'break', reason: signal.reason }, nowMs, policy, { by: signal.by });
    default:
      return refuse(agent);
  }
}

function extendWrapUp(agent: Agent, policy: AgentPolicy): AgentStep {
  const { activity } = agent;
  if (activity.is !== 'wrapup') return refuse(agent);
  if (activity.extensions >= policy.wrapUpExtensions) return refuse(agent, 'WRAP_UP_EXTENDED_ALREADY');
  const untilMs = (agent.deadlines.wrapUp ?? agent.sinceMs + policy.wrapUpMs) + policy.wrapUpExtendMs;
  const extended: Agent = {
    ...agent,
    activity: { ...activity, extensions: activity.extensions + 1 },
    deadlines: { ...agent.deadlines, wrapUp: untilMs },
  };
  return withFacts(extended, { type: 'AgentWrapUpExtended', untilMs });
}

/** The table of outcomes, seen from the agent (docs/outcomes.md). */
function offerClosed(agent: Agent, outcome: OfferOutcome, nowMs: number, policy: AgentPolicy): AgentStep {
  const how: Entering = { by: 'system', outcome };
  if (agent.plan !== null) return carryOut(agent, agent.plan, nowMs, policy, how);
  switch (outcome) {
    case 'rona':
      return enter(agent, { is: 'missed' }, nowMs, policy, how);
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
  return enter(
    agent,
    { is: 'talking', contactId: signal.contactId, legId: signal.legId, held: false },
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
  { contactId, interrupted }: Extract<AgentSignal, { type: 'Released' }>,
  nowMs: number,
  policy: AgentPolicy,
): AgentStep {
  if (agent.activity.is !== 'talking' || agent.activity.contactId !== contactId) return same(agent);
  // Who has to leave at once leaves at once; the note can be written later.
  if (agent.plan?.is === 'break' && agent.plan.reason === 'urgent') {
    return carryOut(agent, agent.plan, nowMs, policy, { by: 'system' });
  }
  // Cut off from a citizen who still waits: no wrap-up, so that the two can be joined again.
  const activity: Activity = interrupted ? { is: 'ready' } : { is: 'wrapup', contactId, extensions: 0 };
  return enter(agent, activity, nowMs, policy, { by: 'system' });
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

function timerFired(agent: Agent, timer: AgentTimer, nowMs: number, policy: AgentPolicy): AgentStep {
  const due = { ...agent, deadlines: withoutTimers(agent.deadlines, timer) };
  const { activity } = agent;
  if (agent.deadlines[timer] === undefined) return same(agent);
  switch (timer) {
    case 'lease':
      return activity.is === 'ringing' ? leaseExpired(due, activity, nowMs, policy) : same(due);
    case 'rest':
      return activity.is === 'resting'
        ? enter(due, { is: 'ready' }, nowMs, policy, { by: 'system' })
        : same(due);
    case 'wrapUp':
      return activity.is === 'wrapup' ? afterContact(due, 'system', nowMs, policy) : same(due);
    case 'breakOver':
      return activity.is === 'break'
        ? withFacts(due, { type: 'AgentBreakOverdue', reason: activity.reason })
        : same(due);
    case 'longTalk':
      return {
        ...same({ ...due, deadlines: deadlinesOf(activity, nowMs, policy, undefined) }),
        verify: true,
      };
    case 'forgotten':
      return signOut(due, 'system', nowMs);
  }
}
