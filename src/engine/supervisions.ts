// Supervisors who hear a talk: who may begin, at which phone, and where it stands.
import type { Contact, Supervision, SupervisionMode, Talk } from '../contact/contact.js';
import type { AgentId, ContactId, SupervisionId } from '../contact/ids.js';
import type { ActRefusal } from './act-refusal.js';
import type { Agents } from './agents.js';
import type { Contacts } from './contacts.js';
import type { OutsideEffect } from './effect-runner.js';
import type { Ids, Sites, SupervisorRing } from './ports.js';

/** What supervisions need. */
export interface SupervisionsParts {
  readonly ids: Ids;
  readonly contacts: Contacts;
  readonly agents: Agents;
}

/** The talk to be heard: by itself, or the one an agent is in. */
export type SuperviseTarget = { readonly contactId: ContactId } | { readonly agentId: AgentId };

/** A supervision with the talk it is in. */
export interface SupervisedTalk {
  readonly contact: Contact;
  readonly talk: Talk;
  readonly supervision: Supervision;
}

/** All supervisions. */
export interface Supervisions {
  /** Rings the supervisor's own phone; the same talk again only changes the mode. */
  begin(supervisorId: AgentId, target: SuperviseTarget, mode: SupervisionMode): ActRefusal | undefined;
  change(supervisorId: AgentId, mode: SupervisionMode): ActRefusal | undefined;
  end(supervisorId: AgentId): ActRefusal | undefined;
  /** The one this supervisor is in, or is being rung for. */
  of(supervisorId: AgentId): SupervisedTalk | undefined;
  all(): readonly SupervisedTalk[];
}

const modeWords: Readonly<Record<SupervisionMode, string>> = { listen: '监听', whisper: '耳语' };

/** Supervisions over the contacts that hold them. */
export function createSupervisions({ ids, contacts, agents }: SupervisionsParts): Supervisions {
  const all = () => contacts.all().flatMap(supervisedTalk);
  const of = (supervisorId: AgentId) =>
    all().find(({ supervision }) => supervision.supervisorId === supervisorId);

  function contactFor(target: SuperviseTarget): Contact | ActRefusal {
    if ('contactId' in target) return contacts.get(target.contactId) ?? 'CONTACT_UNKNOWN';
    const talking = contacts.all().find(({ stage }) => talksWith(stage, target.agentId));
    return talking ?? 'CONTACT_NOT_TALKING';
  }

  function begin(
    supervisorId: AgentId,
    target: SuperviseTarget,
    mode: SupervisionMode,
  ): ActRefusal | undefined {
    const contact = contactFor(target);
    if (typeof contact === 'string') return contact;
    const present = of(supervisorId);
    if (present?.contact.id === contact.id) return change(supervisorId, mode);
    const supervisor = agents.get(supervisorId);
    if (present !== undefined) return 'SUPERVISOR_BUSY';
    if (supervisor === undefined || supervisor.deviceId === null || !supervisor.reachable)
      return 'SUPERVISOR_NO_PHONE';
    const { activity, deviceId, ownCalls } = supervisor;
    if (
      activity.is === 'talking' ||
      activity.is === 'outbound' ||
      activity.is === 'ringing' ||
      ownCalls.length > 0
    )
      return 'SUPERVISOR_BUSY';
    const supervisionId = ids.next() as SupervisionId;
    return contacts.step(contact.id, { type: 'Supervise', supervisionId, supervisorId, deviceId, mode });
  }

  function change(supervisorId: AgentId, mode: SupervisionMode): ActRefusal | undefined {
    const present = of(supervisorId);
    if (present === undefined) return 'SUPERVISION_NONE';
    return contacts.step(present.contact.id, { type: 'ChangeSupervision', supervisorId, mode });
  }

  function end(supervisorId: AgentId): ActRefusal | undefined {
    const present = of(supervisorId);
    if (present === undefined) return 'SUPERVISION_NONE';
    const { supervisionId } = present.supervision;
    return contacts.step(present.contact.id, {
      type: 'SupervisionOver',
      supervisionId,
      reason: 'supervisor',
    });
  }

  return { begin, change, end, of, all };
}

/** How the supervisor's phone is rung: it shows whom he will hear. */
export function supervisorRing(
  sites: Sites,
  { stage }: Contact,
  { supervision, ringMs }: Extract<OutsideEffect, { do: 'ringSupervisor' }>,
): SupervisorRing {
  const { supervisionId, supervisorId, deviceId, mode } = supervision;
  const agentId = stage.at === 'talking' ? stage.talk.agentId : '';
  return {
    supervisionId,
    deviceId,
    ringMs,
    displayName: `${modeWords[mode]}|${agentId}`,
    displayNumber: agentId,
    autoAnswer: sites.current().agents.get(supervisorId)?.autoAnswer ?? false,
  };
}

function supervisedTalk(contact: Contact): readonly SupervisedTalk[] {
  const { stage } = contact;
  if (stage.at !== 'talking' || stage.talk.supervision === null) return [];
  return [{ contact, talk: stage.talk, supervision: stage.talk.supervision }];
}

function talksWith(stage: Contact['stage'], agentId: AgentId): boolean {
  return stage.at === 'talking' && stage.talk.agentId === agentId;
}
