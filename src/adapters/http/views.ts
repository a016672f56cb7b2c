// What the API shows of agents, contacts and queues: schemas, and the live state put into them. Numbers only masked.
import { Type, type Static } from 'typebox';
import { mayServe } from '../../acd/rings.js';
import { breakReasons, forcedActs, shownState, type Agent } from '../../contact/agent.js';
import { callPurposes } from '../../contact/call-purpose.js';
import { expertThere, type ConsultPhase } from '../../contact/consult.js';
import { isHeld, sealKinds, supervisionModes, type Contact, type Talk } from '../../contact/contact.js';
import { dispositionCategories, dispositionOutcomes } from '../../contact/disposition.js';
import type { AgentId } from '../../contact/ids.js';
import type { Engine, EngineCondition } from '../../engine/engine.js';
import type { SupervisedTalk } from '../../engine/supervisions.js';
import { cityNames } from '../../site/legal-route.js';
import { agentRoles, type NamedRow, type Queue, type Site } from '../../site/site.js';

/** A value that may be null. */
export const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** One of these texts, as an `enum`: its refusal then names the allowed values. */
export function oneOf<const Values extends readonly string[]>(values: Values) {
  return Type.Unsafe<Values[number]>({ type: 'string', enum: [...values] });
}

/** Text of one line. Control characters are in no name, and the database refuses a NUL with a fault. */
export function lineOfText(maxLength: number) {
  return Type.String({ pattern: `^\\P{Cc}{1,${maxLength}}$` });
}

/** Rows by their ids: what each is called. */
export const namesView = Type.Array(
  Type.Object({ id: Type.String(), name: Type.String(), en: Type.String() }),
);

/** Queues, skills and the like. */
export function namesOf(rows: Iterable<NamedRow>): Static<typeof namesView> {
  return [...rows].map(({ id, name, en }) => ({ id, name, en }));
}

/** Agents by 工号; a person's name is the same in every language. */
export function agentNames({ agents }: Site): Static<typeof namesView> {
  return [...agents.values()].map(({ id, name }) => ({ id, name, en: name }));
}

/** Other cities by area code, which have one name in every language. */
export function cityViews({ legalRoutes }: Site): Static<typeof namesView> {
  return [...cityNames(legalRoutes)].map(([id, name]) => ({ id, name, en: name }));
}

/** The states a board shows. */
export const agentStates = [
  'offline',
  'ready',
  'ringing',
  'outbound',
  'talking',
  'hold',
  'wrapup',
  'break',
  'missed',
  'unreachable',
  'busyOwnCall',
] as const;

export const agentView = Type.Object({
  agentId: Type.String(),
  name: Type.String(),
  teamId: Type.String(),
  role: oneOf(agentRoles),
  state: oneOf(agentStates),
  sinceMs: Type.Integer(),
  reason: nullable(oneOf(breakReasons)),
  deviceId: nullable(Type.String()),
  contactId: nullable(Type.String()),
  /** Asked for during the talk, done after it: a break's reason, or `signOut`. */
  plan: nullable(Type.String()),
  /** 小休排队: he waits for a place, and takes calls meanwhile. */
  breakWish: nullable(Type.Object({ reason: oneOf(breakReasons), sinceMs: Type.Integer() })),
  /** 求助班长: since when. */
  helpSinceMs: nullable(Type.Integer()),
  /** What somebody else did with him, until he acts himself. */
  forced: nullable(
    Type.Object({
      act: oneOf(forcedActs),
      by: Type.String(),
      reason: Type.String(),
      atMs: Type.Integer(),
    }),
  ),
});
export type AgentView = Static<typeof agentView>;

export const dispositionView = Type.Object({
  category: Type.Optional(oneOf(dispositionCategories)),
  outcome: Type.Optional(oneOf(dispositionOutcomes)),
  district: Type.Optional(Type.String()),
  matterNumber: Type.Optional(Type.String()),
});

/** The stages of a contact's way. */
export const contactStages = [
  'flow',
  'led',
  'calling',
  'waiting',
  'offered',
  'talking',
  'expert',
  'survey',
  'leaving',
  'ended',
] as const;

/** Where a consult stands, as pages have it. */
export const consultStates = ['queued', 'ringing', 'joining', 'talking', 'conference', 'handedOver'] as const;
export type ConsultState = (typeof consultStates)[number];

/** The state of a phase. */
export function consultStateOf(phase: ConsultPhase): ConsultState {
  switch (phase) {
    case 'seeking':
    case 'queued':
      return 'queued';
    case 'noticed':
    case 'joining':
    case 'gathering':
      return 'joining';
    default:
      return phase;
  }
}

function viewConsult({ stage, deadlines }: Contact): ContactView['consult'] {
  if (stage.at === 'expert') {
    const { call, sinceMs } = stage.talk;
    const { expertId, departmentId } = call;
    const targetId = stage.talk.target?.targetId ?? null;
    return { state: 'handedOver', expertId, departmentId, targetId, releaseAtMs: null, sinceMs };
  }
  const consult = stage.at === 'talking' ? stage.talk.consult : undefined;
  if (consult === undefined) return null;
  const call = expertThere(consult) ?? consult.calls[0];
  return {
    state: consultStateOf(consult.phase),
    expertId: call?.expertId ?? null,
    departmentId: call?.departmentId ?? null,
    targetId: consult.target?.targetId ?? null,
    releaseAtMs: consult.phase === 'conference' ? (deadlines.consultOver ?? null) : null,
    sinceMs: consult.sinceMs,
  };
}

export const contactView = Type.Object({
  contactId: Type.String(),
  stage: oneOf(contactStages),
  entryId: Type.String(),
  dnis: Type.String(),
  callerMasked: Type.String(),
  arrivedAtMs: Type.Integer(),
  queueId: nullable(Type.String()),
  queuedAtMs: nullable(Type.Integer()),
  place: nullable(Type.Integer()),
  agentId: nullable(Type.String()),
  held: Type.Boolean(),
  /** `phone`: only the phone takes him back. */
  heldBy: nullable(oneOf(['phone', 'page'])),
  heldSinceMs: nullable(Type.Integer()),
  helpSinceMs: nullable(Type.Integer()),
  /** `kept`: the talk is over, and was recorded. */
  recording: oneOf(['off', 'on', 'paused', 'kept']),
  /** 保密: nobody is shown who called. */
  sealed: nullable(oneOf(sealKinds)),
  /** 外呼: what for, and the contact it is about; null = somebody called us. */
  out: nullable(Type.Object({ purpose: oneOf(callPurposes), about: nullable(Type.String()) })),
  /** 专家座席咨询; `handedOver`: he is in talk with the expert, or being joined to him. */
  consult: nullable(
    Type.Object({
      state: oneOf(consultStates),
      expertId: nullable(Type.String()),
      departmentId: nullable(Type.String()),
      /** An emergency line or a utility: not an expert. */
      targetId: nullable(Type.String()),
      /** The agent is released by himself then. */
      releaseAtMs: nullable(Type.Integer()),
      sinceMs: Type.Integer(),
    }),
  ),
  disposition: dispositionView,
});
export type ContactView = Static<typeof contactView>;

/** A supervisor in a talk. Never shown to the agent. */
export const supervisionView = Type.Object({
  contactId: Type.String(),
  agentId: Type.String(),
  supervisorId: Type.String(),
  mode: oneOf(supervisionModes),
  /** `ringing`: his phone; `paused`: the recording is, and so is his hearing. */
  state: oneOf(['ringing', 'connecting', 'on', 'paused']),
  sinceMs: nullable(Type.Integer()),
});
export type SupervisionView = Static<typeof supervisionView>;

export const queueView = Type.Object({
  queueId: Type.String(),
  name: Type.String(),
  en: Type.String(),
  waiting: Type.Integer(),
  longestWaitMs: Type.Integer(),
  signedIn: Type.Integer(),
  ready: Type.Integer(),
});
export type QueueView = Static<typeof queueView>;

export const conditionView = Type.Object({
  telephony: oneOf(['connected', 'disconnected', 'sick', 'replaced']),
  store: oneOf(['up', 'away']),
  alarms: Type.Array(Type.Object({ alarm: Type.String(), about: Type.String(), sinceMs: Type.Integer() })),
  trunks: Type.Array(
    Type.Object({
      trunkId: Type.String(),
      linesInUse: Type.Integer(),
      lines: nullable(Type.Integer()),
      registration: oneOf(['none', 'registered', 'failed']),
    }),
  ),
});

function planOf(agent: Agent | undefined): string | null {
  const plan = agent?.plan ?? null;
  if (plan === null) return null;
  return plan.is === 'break' ? plan.reason : plan.is;
}

/** What works and what does not. */
export function viewCondition({
  telephony,
  store,
  alarms,
  trunks,
}: EngineCondition): Static<typeof conditionView> {
  return { telephony, store, alarms: [...alarms], trunks: [...trunks] };
}

/** An agent of the files; `live` is undefined until his first sign-in, `talk` is the one he is in. */
export function viewAgent(
  site: Site,
  agentId: AgentId,
  live: Agent | undefined,
  talk?: Talk,
): AgentView | undefined {
  const profile = site.agents.get(agentId);
  if (profile === undefined) return undefined;
  const activity = live?.activity;
  return {
    agentId,
    name: profile.name,
    teamId: profile.teamId,
    role: profile.role,
    state: live === undefined ? 'offline' : shownState(live),
    sinceMs: live?.sinceMs ?? 0,
    reason: activity?.is === 'break' ? activity.reason : null,
    deviceId: live?.deviceId ?? null,
    contactId: activity !== undefined && 'contactId' in activity ? activity.contactId : null,
    plan: planOf(live),
    breakWish: live?.breakWish ?? null,
    helpSinceMs: talk?.helpSinceMs ?? null,
    forced: live?.forced ?? null,
  };
}

/** The talk an agent is in. */
export function ownTalk(contacts: readonly Contact[], agentId: AgentId): Talk | undefined {
  return contacts
    .flatMap(({ stage }) => (stage.at === 'talking' ? [stage.talk] : []))
    .find((talk) => talk.agentId === agentId);
}

/** Every agent of the files, by 工号. */
export function viewAgents(site: Site, engine: Engine): readonly AgentView[] {
  const live = new Map(engine.agents().map((agent) => [agent.id, agent]));
  const talks = new Map(
    engine
      .contacts()
      .flatMap(({ stage }) => (stage.at === 'talking' ? [[stage.talk.agentId, stage.talk] as const] : [])),
  );
  return [...site.agents.keys()]
    .sort()
    .flatMap((id) => viewAgent(site, id, live.get(id), talks.get(id)) ?? []);
}

/** A live contact. */
export function viewContact(contact: Contact, place: number | null): ContactView {
  const { stage, arrival } = contact;
  const talk = stage.at === 'talking' ? stage.talk : null;
  const offer = stage.at === 'offered' ? stage.offer : stage.at === 'calling' ? stage.call : null;
  return {
    contactId: contact.id,
    stage: stage.at,
    entryId: arrival.entryId,
    dnis: arrival.dnis,
    callerMasked: arrival.callerMasked,
    arrivedAtMs: arrival.arrivedAtMs,
    queueId: contact.place?.request.queueId ?? null,
    queuedAtMs: contact.place?.queuedAtMs ?? null,
    place,
    agentId: (talk ?? offer)?.agentId ?? null,
    held: talk !== null && isHeld(talk),
    heldBy: holderOf(talk),
    heldSinceMs: talk?.heldSinceMs ?? null,
    helpSinceMs: talk?.helpSinceMs ?? null,
    recording: talk?.recording ?? (isOver(contact) && contact.recorded === true ? 'kept' : 'off'),
    sealed: contact.sealed ?? null,
    out:
      arrival.out === undefined ? null : { purpose: arrival.out.purpose, about: arrival.out.about ?? null },
    consult: viewConsult(contact),
    disposition: contact.disposition as ContactView['disposition'],
  };
}

function isOver({ stage }: Contact): boolean {
  return stage.at === 'leaving' || stage.at === 'ended';
}

/** Where both hold, the phone has to let go first. */
function holderOf(talk: Talk | null): ContactView['heldBy'] {
  if (talk === null || !isHeld(talk)) return null;
  return talk.heldBy.includes('phone') ? 'phone' : 'page';
}

/** A supervision where it stands. */
export function viewSupervision({ contact, talk, supervision }: SupervisedTalk): SupervisionView {
  const { supervisorId, mode, answered, sinceMs } = supervision;
  const hearing = talk.recording === 'paused' ? 'paused' : sinceMs === null ? 'connecting' : 'on';
  return {
    contactId: contact.id,
    agentId: talk.agentId,
    supervisorId,
    mode,
    state: answered ? hearing : 'ringing',
    sinceMs,
  };
}

/** A queue now; `longestSinceMs` is the arrival of the one who has waited longest. */
export type QueueState = Omit<QueueView, 'longestWaitMs'> & { readonly longestSinceMs: number | null };

/** Every queue as it stands. `waiting` holds the ringing, too. */
export function queueStates(site: Site, engine: Engine): readonly QueueState[] {
  const waiting = engine.contacts().filter(({ stage }) => stage.at === 'waiting' || stage.at === 'offered');
  return [...site.queues.values()].map((queue) => {
    const here = waiting.filter(({ place }) => place?.request.queueId === queue.id);
    const arrivals = here.map(({ arrival }) => arrival.arrivedAtMs);
    const served = engine.agents().filter(({ id }) => serves(site, id, queue));
    return {
      queueId: queue.id,
      name: queue.name,
      en: queue.en,
      waiting: here.length,
      longestSinceMs: arrivals.length === 0 ? null : Math.min(...arrivals),
      signedIn: served.filter(({ activity }) => activity.is !== 'offline').length,
      ready: served.filter((agent) => shownState(agent) === 'ready').length,
    };
  });
}

/** The same with the wait in ms. */
export function viewQueues(site: Site, engine: Engine, nowMs: number): readonly QueueView[] {
  return queueStates(site, engine).map(({ longestSinceMs, ...queue }) => ({
    ...queue,
    longestWaitMs: longestSinceMs === null ? 0 : Math.max(0, nowMs - longestSinceMs),
  }));
}

function serves(site: Site, agentId: AgentId, queue: Queue): boolean {
  const skills = site.skillLevels.get(agentId);
  return skills !== undefined && mayServe(skills, queue);
}
