// Tells a contact's facts in words: which words, and what fills their slots. Total: a fact nobody told us of is shown by its name.
import type { AgentFact } from '../../contact/agent.js';
import type { ContactFact } from '../../contact/contact-signals.js';
import type { MessageFact } from '../../engine/messages.js';
import type { PacketFact } from '../../engine/packets.js';
import type { CallMissedFact } from '../../engine/ports.js';
import type { ReachedFact } from '../../metrics/reached.js';
import { zh, type WordKey } from '../words/zh.js';

/** A fact as the API gives it. */
export interface StoryFact {
  readonly stream: string;
  /** Of an agent's stream: his 工号. */
  readonly id: string;
  readonly seq: number;
  readonly atMs: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What fills a slot: text, a word of the lists, a duration, a queue or an agent by its id, a city by its area code, or several of them. */
export type Slot =
  | string
  | number
  | { readonly word: WordKey }
  | { readonly ms: number }
  | { readonly queue: string }
  | { readonly agent: string }
  | { readonly city: string }
  | { readonly list: readonly Slot[] };

/** One line of the story. */
export interface StoryLine {
  readonly word: WordKey;
  readonly slots: Readonly<Record<string, Slot>>;
  /** A detail that may stand back. */
  readonly minor: boolean;
}

type FactType = (ContactFact | AgentFact | CallMissedFact | ReachedFact | MessageFact | PacketFact)['type'];
type Told = readonly [word: WordKey, slots?: StoryLine['slots']];
type Teller = (fact: Fact) => Told;

/** The data of a fact, whose fields nobody has checked since they were journaled. */
interface Fact {
  readonly who: string;
  text(field: string): string;
  /** A text of a field that has fields of its own. */
  inside(field: string, name: string): string;
  ms(field: string): Slot;
  is(field: string): boolean;
  /** The word `prefix.value` of the lists, or the value where there is none. */
  word(prefix: string, field: string): Slot;
  has(field: string): boolean;
}

const minorTypes: ReadonlySet<string> = new Set([
  'FlowStepped',
  'PlaceTold',
  'WaitTold',
  'NoticeHeard',
  'AgentActivityChanged',
  'AgentHeldContact',
]);

const agentOf = (fact: Fact): Slot => ({
  agent: fact.has('agentId') ? fact.text('agentId') : fact.who,
});
const selfOf = ({ who }: Fact): Slot => ({ agent: who });
/** A 工号, or an account's name. */
const byWhom = (fact: Fact): Slot => ({ agent: fact.text('by') });
const onOff = (
  name: 'ContactHeld' | 'AgentHeldContact' | 'AgentPhoneReachable' | 'AgentOwnCall',
  on: boolean,
) => `story.${name}.${on ? 'on' : 'off'}` as const;

/** Types of today must have their words; those of tomorrow may have them already. */
const tellers: Readonly<Record<FactType, Teller>> & Readonly<Partial<Record<string, Teller>>> = {
  ContactArrived: arrivalWords,
  CallMissedByService: (fact) => [
    fact.text('reason') === 'full' ? 'story.CallMissedByService.full' : 'story.CallMissedByService.away',
  ],
  FlowStepped: (fact) => [
    fact.has('digit') ? 'story.FlowStepped.digit' : 'story.FlowStepped',
    { node: fact.text('nodeId'), digit: fact.text('digit') },
  ],
  CaseLookedUp: (fact) => ['story.CaseLookedUp', { result: fact.word('caseResult', 'result') }],
  ContactQueued: (fact) => [
    fact.has('overflowed') ? 'story.ContactQueued.overflowed' : 'story.ContactQueued',
    { queue: { queue: fact.text('queueId') }, from: { queue: fact.inside('overflowed', 'from') } },
  ],
  CalleeDialled: () => ['story.CalleeDialled'],
  CalleeAnswered: (fact) => ['story.CalleeAnswered', { rang: fact.ms('rangMs') }],
  CallOutEnded: (fact) => [
    'story.CallOutEnded',
    { agent: agentOf(fact), outcome: fact.word('callOut', 'outcome') },
  ],
  CentreDialled: (fact) => ['story.CentreDialled', { number: fact.text('number') }],
  CentreConnected: (fact) => ['story.CentreConnected', { waited: fact.ms('waitedMs') }],
  CentreLeft: (fact) => [
    'story.CentreLeft',
    { outcome: fact.word('led', 'outcome'), talk: fact.ms('talkMs') },
  ],
  CitySought: (fact) => ['story.CitySought', { agent: agentOf(fact), city: { city: fact.text('areaCode') } }],
  CityDialled: (fact) => ['story.CityDialled', { number: fact.text('number') }],
  CityConnected: (fact) => ['story.CityConnected', { rang: fact.ms('rangMs') }],
  CityLeft: (fact) => ['story.CityLeft', { outcome: fact.word('led', 'outcome'), talk: fact.ms('talkMs') }],
  ConsultSought: (fact) => {
    const agent = agentOf(fact);
    if (!fact.has('targetId')) return ['story.ConsultSought', { agent, wish: wishOf(fact) }];
    const isThree = fact.text('mode') === 'threeParty';
    return [
      isThree ? 'story.TargetSought.threeParty' : 'story.TargetSought.oneKey',
      { agent, target: fact.text('targetId') },
    ];
  },
  ConsultQueued: () => ['story.ConsultQueued'],
  CitizenParked: (fact) => [fact.is('parked') ? 'story.CitizenParked.on' : 'story.CitizenParked.off'],
  ExpertRung: (fact) => [toldOf(fact, 'story.ExpertRung', 'story.TargetRung'), partyOf(fact)],
  ExpertAnswered: (fact) => [
    toldOf(fact, 'story.ExpertAnswered', 'story.TargetAnswered'),
    { ...partyOf(fact), waited: fact.ms('waitedMs') },
  ],
  ExpertMissed: (fact) => [
    toldOf(fact, 'story.ExpertMissed', 'story.TargetMissed'),
    { ...partyOf(fact), outcome: fact.word('expertMiss', 'outcome') },
  ],
  ConsultJoined: (fact) => ['story.ConsultJoined', { expert: fact.text('expertId') }],
  ConferenceJoined: (fact) => [toldOf(fact, 'story.ConferenceJoined', 'story.TargetJoined'), partyOf(fact)],
  ExpertConnected: (fact) => [
    toldOf(fact, 'story.ExpertConnected', 'story.TargetConnected'),
    { ...partyOf(fact), agent: agentOf(fact) },
  ],
  ExpertReleased: (fact) => [
    toldOf(fact, 'story.ExpertReleased', 'story.TargetReleased'),
    {
      ...partyOf(fact),
      by: fact.has('targetId') ? fact.word('targetBy', 'by') : fact.word('by', 'by'),
      talk: fact.ms('talkMs'),
    },
  ],
  ConsultEnded: (fact) => [
    toldOf(fact, 'story.ConsultEnded', 'story.TargetEnded'),
    { ...partyOf(fact), outcome: consultEnd(fact), talk: fact.ms('talkMs') },
  ],
  PacketTaken: (fact) => [
    fact.is('numberTold') ? 'story.PacketTaken' : 'story.PacketTaken.noNumber',
    { target: fact.text('targetId'), took: fact.ms('tookMs'), id: fact.text('theirId') },
  ],
  PacketFailed: (fact) => ['story.PacketFailed', { target: fact.text('targetId'), code: fact.text('code') }],
  ConsultRecordingStarted: () => ['story.ConsultRecordingStarted'],
  PlaceTold: (fact) => ['story.PlaceTold', { place: fact.text('place') }],
  WaitTold: (fact) => ['story.WaitTold', { from: fact.text('fromMinutes'), to: fact.text('toMinutes') }],
  NoticeHeard: () => ['story.NoticeHeard'],
  PromptFailed: (fact) => ['story.PromptFailed', { prompt: fact.text('promptId') }],
  OfferMade: (fact) => ['story.OfferMade', { agent: agentOf(fact) }],
  OfferAnswered: (fact) => ['story.OfferAnswered', { agent: agentOf(fact), rang: fact.ms('rangMs') }],
  OfferEnded: (fact) => [
    'story.OfferEnded',
    { agent: agentOf(fact), outcome: fact.word('offer', 'outcome') },
  ],
  AgentConnected: (fact) => ['story.AgentConnected', { agent: agentOf(fact), waited: fact.ms('waitedMs') }],
  ContactHeld: (fact) => [onOff('ContactHeld', fact.is('held'))],
  RecordingStarted: () => ['story.RecordingStarted'],
  RecordingFailed: (fact) => ['story.RecordingFailed', { reason: fact.text('reason') }],
  RecordingPaused: (fact) => [
    fact.is('paused') ? 'story.RecordingPaused.on' : 'story.RecordingPaused.off',
    { by: fact.word('by', 'by') },
  ],
  OneWayAudio: (fact) => ['story.OneWayAudio', { silent: fact.word('silent', 'silent') }],
  TalkEnded: (fact) => [
    fact.has('interrupted') ? 'story.TalkEnded.interrupted' : 'story.TalkEnded',
    {
      agent: agentOf(fact),
      by: fact.word('by', 'by'),
      cause: fact.word('cut', 'interrupted'),
      talk: fact.ms('talkMs'),
    },
  ],
  ContactRequeued: (fact) => [
    fact.has('preferAgentId') ? 'story.ContactRequeued' : 'story.ContactRequeued.anybody',
    { agent: { agent: fact.text('preferAgentId') } },
  ],
  QueueExited: exitWords,
  DispositionSet: (fact) => [
    'story.DispositionSet',
    {
      agent: agentOf(fact),
      list: {
        list: [
          fact.word('kind', 'category'),
          fact.word('out', 'outcome'),
          fact.text('district'),
          fact.text('matterNumber'),
        ].filter((one) => one !== ''),
      },
    },
  ],
  VoicemailLeft: (fact) => ['story.VoicemailLeft', { t: fact.ms('lastingMs') }],
  EventTold: () => ['story.EventTold'],
  SurveyOffered: (fact) => ['story.SurveyOffered', { agent: agentOf(fact) }],
  SurveyAnswered: (fact) => ['story.SurveyAnswered', { grade: fact.word('rate', 'grade') }],
  SurveyReason: (fact) => ['story.SurveyReason', { reason: fact.word('unhappy', 'reason') }],
  SurveyEnded: (fact) => ['story.SurveyEnded', { by: fact.word('by', 'by') }],
  SurveyExempt: (fact) => ['story.SurveyExempt', { reason: exemptWord(fact) }],
  WarningGiven: (fact) => ['story.WarningGiven', { agent: agentOf(fact), n: fact.text('count') }],
  LimitSetAside: () => ['story.LimitSetAside'],
  RouteGiven: (fact) => ['story.RouteGiven', { agent: agentOf(fact), kind: fact.word('scope', 'kind') }],
  ContactSealed: (fact) => [
    fact.text('kind') === 'minor' ? 'story.ContactSealed.minor' : 'story.ContactSealed',
    { by: fact.word('sealedBy', 'by') },
  ],
  ContactEnded: (fact) => [
    'story.ContactEnded',
    { by: fact.word('by', 'by'), during: fact.word('stage', 'during') },
  ],
  ContactReached: (fact) => [
    fact.text('note') === '' ? 'story.ContactReached' : 'story.ContactReached.note',
    { by: byWhom(fact), how: fact.word('reached', 'how'), note: fact.text('note') },
  ],
  MessageQueued: (fact) => [
    'story.MessageQueued',
    { by: fact.word('by', 'by'), template: fact.text('templateId') },
  ],
  MessageSent: () => ['story.MessageSent'],
  MessageDelivered: () => ['story.MessageDelivered'],
  MessageFailed: (fact) => [
    fact.is('refused') ? 'story.MessageFailed.refused' : 'story.MessageFailed',
    { code: fact.word('message', 'code') },
  ],
  MessageReplied: () => ['story.MessageReplied'],

  HoldOverdue: (fact) => ['story.HoldOverdue', { held: fact.ms('heldMs') }],
  SilentCallerAsked: (fact) => ['story.SilentCallerAsked', { agent: agentOf(fact) }],
  SilentCallerAnswered: (fact) => [
    'story.SilentCallerAnswered',
    { answer: fact.word('silentAnswer', 'answer') },
  ],
  SilentCallerTexted: (fact) => [
    fact.is('sent') ? 'story.SilentCallerTexted' : 'story.SilentCallerTexted.not',
  ],
  WishKept: (fact) => [
    fact.has('wish') ? 'story.WishKept' : 'story.WishKept.none',
    { by: fact.word('wishBy', 'by'), wish: fact.text('wish') },
  ],
  RegionPicked: (fact) => ['story.RegionPicked', { region: fact.text('region') }],
  SeatSought: (fact) => [
    fact.is('found') ? 'story.SeatSought' : 'story.SeatSought.none',
    { agent: agentOf(fact), seat: fact.word('seatKind', 'seat') },
  ],
  SeatMissed: (fact) => ['story.SeatMissed', { seat: fact.word('seatKind', 'seat') }],
  HelpAsked: (fact) => ['story.HelpAsked', { agent: agentOf(fact) }],
  HelpOver: (fact) => ['story.HelpOver', { agent: agentOf(fact), lasted: fact.ms('lastedMs') }],
  SupervisionStarted: (fact) => ['story.SupervisionStarted', supervisionOf(fact)],
  SupervisionModeChanged: (fact) => ['story.SupervisionModeChanged', supervisionOf(fact)],
  SupervisionEnded: (fact) => [
    'story.SupervisionEnded',
    { ...supervisionOf(fact), lasted: fact.ms('lastedMs') },
  ],

  AgentSignedIn: (fact) => ['story.AgentSignedIn', { agent: selfOf(fact), device: fact.text('deviceId') }],
  AgentSignedOut: (fact) => ['story.AgentSignedOut', { agent: selfOf(fact) }],
  AgentPlanned: (fact) => [
    fact.text('plan').includes('signOut') ? 'story.AgentPlanned.signOut' : 'story.AgentPlanned.break',
    { agent: selfOf(fact) },
  ],
  AgentBreakWished: (fact) => [
    fact.has('reason') ? 'story.AgentBreakWished' : 'story.AgentBreakWished.over',
    { agent: selfOf(fact) },
  ],
  AgentActivityChanged: (fact) => [
    'story.AgentActivityChanged',
    {
      agent: selfOf(fact),
      from: fact.word('activity', 'from'),
      to: fact.word('activity', 'to'),
      lasted: fact.ms('lastedMs'),
    },
  ],
  AgentHeldContact: (fact) => [onOff('AgentHeldContact', fact.is('held')), { agent: selfOf(fact) }],
  AgentWrapUpExtended: (fact) => ['story.AgentWrapUpExtended', { agent: selfOf(fact) }],
  AgentPhoneReachable: (fact) => [
    onOff('AgentPhoneReachable', fact.is('reachable')),
    { agent: selfOf(fact) },
  ],
  AgentOwnCall: (fact) => [onOff('AgentOwnCall', fact.is('busy')), { agent: selfOf(fact) }],
  AgentBreakOverdue: (fact) => ['story.AgentBreakOverdue', { agent: selfOf(fact) }],
  AgentLeaseExpired: (fact) => [
    'story.AgentLeaseExpired',
    { agent: selfOf(fact), activity: fact.word('activity', 'activity') },
  ],
  AgentForced: (fact) => [
    'story.AgentForced',
    {
      agent: selfOf(fact),
      by: byWhom(fact),
      act: fact.word('forced', 'act'),
      reason: fact.text('reason'),
    },
  ],
};

/** The sub-centre that handed it over may have told where the matter is. */
function arrivalWords(fact: Fact): Told {
  const dnis = fact.text('dnis');
  if (fact.has('out'))
    return ['story.ContactArrived.out', { dnis, agent: { agent: fact.inside('out', 'agentId') } }];
  if (!fact.has('handedOver')) return ['story.ContactArrived', { dnis }];
  const region = fact.inside('handedOver', 'region');
  if (region === '') return ['story.ContactArrived.handedOver', { dnis }];
  return ['story.ContactArrived.handedOver.region', { dnis, region: { city: region } }];
}

/** Why a line was left; of an overflow with the threshold and what went above it. */
function exitWords(fact: Fact): Told {
  const queue = { queue: fact.text('queueId') };
  const figure = (name: string): string => fact.inside('because', name);
  const ms = (name: string): Slot => ({ ms: Number(figure(name)) || 0 });
  switch (figure('by')) {
    case 'place':
      return ['story.QueueExited.place', { queue, place: figure('place'), above: figure('above') }];
    case 'expectedWait':
      return ['story.QueueExited.expectedWait', { queue, wait: ms('expectedMs'), above: ms('aboveMs') }];
    case 'waited':
      return ['story.QueueExited.waited', { queue, waited: ms('waitedMs') }];
    default:
      return ['story.QueueExited', { exit: fact.word('missed', 'exit') }];
  }
}

/** An expert's words, or those of an emergency line or utility. */
function toldOf(fact: Fact, ofExpert: WordKey, ofTarget: WordKey): WordKey {
  return fact.has('targetId') ? ofTarget : ofExpert;
}

/** Who was consulted; of a target its id, and which of its numbers. */
function partyOf(fact: Fact): StoryLine['slots'] {
  const expert = fact.text('expertId');
  return { expert, target: fact.text('targetId'), n: expert.slice(expert.lastIndexOf('.') + 1) };
}

/** What is not said otherwise of a target is said as of an expert. */
function consultEnd(fact: Fact): Slot {
  const own = fact.has('targetId') ? fact.word('targetEnd', 'outcome') : '';
  return typeof own === 'string' ? fact.word('consultEnd', 'outcome') : own;
}

/** A department, a skill or a person, by its id. */
function wishOf(fact: Fact): string {
  return fact.text('departmentId') || fact.text('skill') || fact.text('expertId');
}

/** A disposition's word, or the ledger's tag as it is. */
function exemptWord(fact: Fact): Slot {
  const category = fact.word('kind', 'reason');
  return typeof category === 'string' ? fact.word('out', 'reason') : category;
}

function supervisionOf(fact: Fact): StoryLine['slots'] {
  return { supervisor: { agent: fact.text('supervisorId') }, mode: fact.word('mode', 'mode') };
}

/** Every type that has words. */
export const toldTypes: readonly string[] = Object.keys(tellers);

/** The line of a fact. */
export function storyLine({ type, id, data }: StoryFact): StoryLine {
  const teller = Object.hasOwn(tellers, type) ? tellers[type] : undefined;
  const [word, slots = {}] = teller?.(factOf(id, data)) ?? (['story.unknown', { type }] as const);
  return { word, slots, minor: minorTypes.has(type) };
}

function factOf(who: string, data: StoryFact['data']): Fact {
  const textOf = (value: unknown): string => {
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    return value === undefined || value === null ? '' : JSON.stringify(value);
  };
  const text = (field: string): string => textOf(data[field]);
  return {
    who,
    text,
    inside: (field, name) => textOf((Object(data[field]) as StoryFact['data'])[name]),
    ms: (field) => ({ ms: Number(data[field]) || 0 }),
    is: (field) => data[field] === true,
    word: (prefix, field) => wordOr(prefix, text(field)),
    has: (field) => data[field] !== undefined && data[field] !== null,
  };
}

/** The word `prefix.value`, or the value itself where the lists have none. */
export function wordOr(prefix: string, value: string): Slot {
  const key = `${prefix}.${value}`;
  return Object.hasOwn(zh, key) ? { word: key as WordKey } : value;
}
