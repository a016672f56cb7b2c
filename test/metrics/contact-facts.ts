// Facts of calls as the engine journals them: what the tests of records, spool and database feed on.
import type { AgentFact } from '../../src/contact/agent.js';
import type { ContactFact } from '../../src/contact/contact-signals.js';
import type {
  AgentId,
  CallerKey,
  ChannelId,
  ContactId,
  DeviceId,
  NodeId,
  OfferId,
  QueueId,
  SkillName,
} from '../../src/contact/ids.js';
import type { JournalEntry } from '../../src/engine/ports.js';

/** Monday 2026-11-23 10:00:00 in the site's time. */
export const tenOClockMs = 1_795_399_200_000;

const node = 'n1' as NodeId;
const offerId = 'offer-1' as OfferId;
const queueId = 'general' as QueueId;

export interface CallPlan {
  readonly arrivedAtMs?: number;
  readonly tag?: string;
  readonly callerKey?: string;
  readonly agentId?: string;
}

/** Arrival and queueing, 40 ms apart from Asterisk's own stamp. */
export function arrivalFacts({
  arrivedAtMs = tenOClockMs,
  tag = 'general',
  callerKey = 'key',
}: CallPlan = {}) {
  return [
    {
      atMs: arrivedAtMs + 40,
      fact: {
        type: 'ContactArrived',
        node,
        bootId: 'boot-1',
        channelId: '1795399200.1' as ChannelId,
        sipCallId: 'abc@127.0.0.2',
        trunkId: 'carrier',
        dnis: '12345',
        redirectedFrom: '12358',
        callerKey: callerKey as CallerKey,
        callerMasked: '138****8000',
        callerShown: true,
        entryId: 'price',
        kpiLine: '12345',
        tag,
        arrivedAtMs,
        siteVersion: 'v1',
        numberPattern: 'whole',
        numberState: 'transfer',
      },
    },
    {
      atMs: arrivedAtMs + 50,
      fact: { type: 'ContactQueued', queueId, requires: ['price' as SkillName], priority: 0 },
    },
  ] as const satisfies readonly At[];
}

export interface At {
  readonly atMs: number;
  readonly fact: ContactFact;
}

/** One offer to an agent. */
export function offerFact(atMs: number, agent = '1023'): At {
  const agentId = agent as AgentId;
  const decision = {
    contactId: 'c' as ContactId,
    agentId,
    queueId,
    requires: [],
    rule: 'longestIdle',
    waitedMs: 0,
    place: 1,
    eligible: [],
    eligibleCount: 1,
  } as const;
  return { atMs, fact: { type: 'OfferMade', offerId, agentId, deviceId: '8001' as DeviceId, decision } };
}

/** An answered call: offered after 1 s, joined after 6 s, 20 s on hold, ended by the citizen 90 s after the arrival. */
export function answeredCall(plan: CallPlan = {}): readonly At[] {
  const { arrivedAtMs = tenOClockMs, agentId: agent = '1023' } = plan;
  const agentId = agent as AgentId;
  return [
    ...arrivalFacts(plan),
    offerFact(arrivedAtMs + 1000, agent),
    { atMs: arrivedAtMs + 4000, fact: { type: 'NoticeHeard' } },
    {
      atMs: arrivedAtMs + 6000,
      fact: { type: 'AgentConnected', agentId, offerId, waitedMs: 6000, queuedMs: 5950 },
    },
    { atMs: arrivedAtMs + 6100, fact: { type: 'RecordingStarted', file: '2026/11/23/c-1.wav' } },
    { atMs: arrivedAtMs + 30_000, fact: { type: 'ContactHeld', held: true, by: 'phone' } },
    { atMs: arrivedAtMs + 50_000, fact: { type: 'ContactHeld', held: false, by: 'phone' } },
    {
      atMs: arrivedAtMs + 90_000,
      fact: { type: 'TalkEnded', agentId, by: 'citizen', talkMs: 84_000, causeCode: 16 },
    },
    { atMs: arrivedAtMs + 90_000, fact: endedFact('talking') },
    {
      atMs: arrivedAtMs + 95_000,
      fact: { type: 'DispositionSet', agentId, category: 'consult', outcome: 'direct' },
    },
  ];
}

/** A call given up after 20 s in line. */
export function abandonedCall(plan: CallPlan = {}): readonly At[] {
  const { arrivedAtMs = tenOClockMs } = plan;
  return [...arrivalFacts(plan), { atMs: arrivedAtMs + 20_000, fact: endedFact('waiting') }];
}

export function endedFact(
  during: Extract<ContactFact, { type: 'ContactEnded' }>['during'],
  change: Partial<Extract<ContactFact, { type: 'ContactEnded' }>> = {},
): Extract<ContactFact, { type: 'ContactEnded' }> {
  return {
    type: 'ContactEnded',
    by: 'citizen',
    during,
    reason: 'hungUp',
    causeCode: 16,
    inGap: false,
    ...change,
  };
}

/** The agent's way through wrap-up of one contact: 30 s, ended by himself. */
export function wrapUpFact(contactId: string): AgentFact {
  return {
    type: 'AgentActivityChanged',
    from: 'wrapup',
    to: 'ready',
    lastedMs: 30_000,
    by: 'phone',
    contactId: contactId as ContactId,
  };
}

/** Facts as one journal entry each, numbered from 0. */
export function entriesOf(contactId: string, facts: readonly At[]): readonly JournalEntry[] {
  return facts.map(({ atMs, fact }, seq) => ({
    stream: 'contact',
    id: contactId,
    seq,
    atMs,
    node,
    epoch: 1,
    facts: [fact],
    image: null,
  }));
}
