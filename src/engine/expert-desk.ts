// Experts for consults, and the numbers of emergency lines and utilities: who is free, who gets whom, and who waits for one. A reservation stands in the consult's own state; the live
// store holds it besides as a lease, so that no other engine gives the same expert away.
import { isOfferable } from '../contact/agent.js';
import { expertCallsIn, type Consult, type ExpertLine, type ExpertWish } from '../contact/consult.js';
import type { Contact } from '../contact/contact.js';
import type { ContactFact } from '../contact/contact-signals.js';
import type { HandOverMode, HandOverTarget } from '../contact/hand-over-target.js';
import type { AgentId, ChannelId, ConsultId, ContactId } from '../contact/ids.js';
import { chooseExperts, consultWaitMs, isWanted, type ExpertNow } from '../workforce/expert-choice.js';
import { expertsOnDuty, type Expert } from '../workforce/experts.js';
import type { DutyView } from '../workforce/duty.js';
import type { Target } from '../site/target.js';
import type { ActRefusal } from './act-refusal.js';
import type { Agents } from './agents.js';
import type { Contacts } from './contacts.js';
import type { ExpertEffect } from './effect-runner.js';
import type { Clock, Ids, LiveStore, Sites, Timers } from './ports.js';
import type { RunQueue } from './run-queue.js';

/** What the desk needs. */
export interface ExpertDeskParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: Ids;
  readonly runQueue: RunQueue;
  readonly sites: Sites;
  readonly store: Pick<LiveStore, 'reserveExpert' | 'releaseExpert'>;
  readonly contacts: () => Contacts;
  readonly agents: () => Agents;
  /** Who is on duty, by the files and what was changed since. */
  readonly duty: (site: ReturnType<Sites['current']>) => DutyView;
}

/** A consult with the contact it is in. */
export interface ConsultShown {
  readonly contact: Contact;
  readonly agentId: AgentId;
  readonly consult: Consult;
  /** 1 = next of those who wait for one of the same experts; null = it does not wait. */
  readonly place: number | null;
  readonly expectedMs: number | null;
}

/** Whom an agent hands over, and to whom. */
export interface HandOverWish {
  readonly contactId: ContactId;
  readonly agentId: AgentId;
  readonly targetId: string;
  readonly mode: HandOverMode;
  /** Place and matter, in his words; may be empty. */
  readonly note: string;
}

/** Consults of the site. */
export interface ExpertDesk {
  /** An agent asks for an expert in this talk of his. */
  begin(contactId: ContactId, agentId: AgentId, wish: ExpertWish, note: string): ActRefusal | undefined;
  /** An agent hands the citizen of this talk of his over to an emergency line or a utility. */
  handOver(wish: HandOverWish): ActRefusal | undefined;
  /** The target has what is known of the matter. */
  packetTaken(contactId: ContactId, consultId: ConsultId): void;
  act(contactId: ContactId, effect: ExpertEffect): void;
  /** How long consults last is learned from what is journaled. */
  learn(facts: readonly ContactFact[]): void;
  /** Everybody on duty, as he is now. */
  onDuty(): readonly ExpertNow[];
  all(): readonly ConsultShown[];
}

/** Consults that wait are looked at so often: somebody may be free, come on duty, or have gone. */
const lookMs = 1_000;
/** Taken for the mean of a consult until some were seen. ASSUMED */
const assumedMeanMs = 180_000;
const meanOf = 50;
/** Beyond ringing, the key, the notice and the joining a reservation lapses by itself; the talk itself is in the contact's state. */
const leaseMarginMs = 30_000;

/** A desk without consults. */
export function createExpertDesk(parts: ExpertDeskParts): ExpertDesk {
  const { clock, timers, ids, runQueue, sites, store } = parts;
  /** Asked for in the store, and not in a consult yet. */
  const pending = new Set<string>();
  const calledAtMs = new Map<string, number>();
  const lastedMs: number[] = [];
  let isLooking = false;

  const inHand = () =>
    new Set(
      parts
        .contacts()
        .all()
        .flatMap(({ stage }) => expertCallsIn(stage))
        .map(({ expertId }) => expertId),
    );

  function onDuty(): readonly ExpertNow[] {
    const site = sites.current();
    const experts = [...site.expertSeats.experts.values()];
    const reserved = inHand();
    return expertsOnDuty(parts.duty(site), experts, clock.nowMs()).map(({ expert }) => ({
      expert,
      ...nowOf(expert, reserved.has(expert.id) || pending.has(expert.id)),
    }));
  }

  function nowOf({ id, phone }: Expert, isReserved: boolean): Omit<ExpertNow, 'expert'> {
    const calledMs = calledAtMs.get(id) ?? 0;
    if (!('agentId' in phone)) return { standing: isReserved ? 'busy' : 'free', idleSinceMs: calledMs };
    const agent = parts.agents().get(phone.agentId);
    const idleSinceMs = Math.max(calledMs, agent?.idleSinceMs ?? 0);
    if (isReserved) return { standing: 'busy', idleSinceMs };
    if (agent === undefined || !agent.reachable) return { standing: 'away', idleSinceMs };
    if (isOfferable(agent)) return { standing: 'free', idleSinceMs };
    const isComing = agent.activity.is !== 'break' && agent.activity.is !== 'offline';
    return { standing: isComing ? 'busy' : 'away', idleSinceMs };
  }

  function lineOf({ phone }: Expert): ExpertLine | undefined {
    if (!('agentId' in phone)) return { outside: true };
    const deviceId = parts.agents().get(phone.agentId)?.deviceId ?? null;
    return deviceId === null ? undefined : { agentId: phone.agentId, deviceId };
  }

  function begin(
    contactId: ContactId,
    agentId: AgentId,
    wish: ExpertWish,
    note: string,
  ): ActRefusal | undefined {
    const { experts, departments } = sites.current().expertSeats;
    const known =
      'departmentId' in wish
        ? departments.has(wish.departmentId)
        : [...experts.values()].some((one) => isWanted(one, wish));
    if (!known) return 'EXPERT_UNKNOWN';
    const isThere = onDuty().some(({ expert, standing }) => isWanted(expert, wish) && standing !== 'away');
    if (!isThere) return 'EXPERTS_OFF_DUTY';
    const consultId = ids.next() as ConsultId;
    return parts.contacts().step(contactId, { type: 'SeekExpert', consultId, agentId, wish, note });
  }

  function handOver({ contactId, agentId, targetId, mode, note }: HandOverWish): ActRefusal | undefined {
    const row = sites.current().targets.get(targetId);
    if (row === undefined) return 'TARGET_UNKNOWN';
    const target: HandOverTarget = {
      ...{ targetId, kind: row.kind, mode, ringMs: row.ringMs, asksKey: row.accept === 'key' },
      releaseAfterMs: mode === 'oneKey' ? releaseAfterMs(row) : null,
      ...{ packet: row.webhook !== null, packetTaken: false },
    };
    const consultId = ids.next() as ConsultId;
    const wish = { targetId };
    return parts.contacts().step(contactId, { type: 'SeekExpert', consultId, agentId, wish, note, target });
  }

  function act(contactId: ContactId, effect: ExpertEffect): void {
    if (effect.do === 'reserveExperts') return void reserve(contactId, effect);
    const { legId, expertId, line } = effect.call;
    // Nobody is kept from a target's number.
    if ('outside' in line && line.target !== undefined) return;
    calledAtMs.set(expertId, clock.nowMs());
    store.releaseExpert({ legId, expertId, agentId: 'agentId' in line ? line.agentId : null });
  }

  async function reserve(
    contactId: ContactId,
    { consultId, wish, tried }: Extract<ExpertEffect, { do: 'reserveExperts' }>,
  ): Promise<void> {
    if ('targetId' in wish)
      return runQueue.post(() => chooseNumber(contactId, consultId, wish.targetId, tried));
    const { departments } = sites.current().expertSeats;
    const { chosen, mayCome } = chooseExperts(wish, onDuty(), { tried, departments });
    const wanted = chosen.flatMap((expert) => {
      const line = lineOf(expert);
      const { id: expertId, departmentId } = expert;
      return line === undefined ? [] : [{ legId: ids.next() as ChannelId, expertId, departmentId, line }];
    });
    for (const { expertId } of wanted) pending.add(expertId);
    const { ringMs, acceptMs } = sites.current().contactPolicy.consult;
    const leaseMs = ringMs + acceptMs + leaseMarginMs;
    const got = await Promise.all(
      wanted.map(async ({ legId, expertId, line }) =>
        store
          .reserveExpert({ legId, expertId, agentId: 'agentId' in line ? line.agentId : null, leaseMs })
          .catch(() => false),
      ),
    );
    runQueue.post(() => {
      for (const { expertId } of wanted) pending.delete(expertId);
      const reserved = wanted.filter((_, at) => got[at] === true);
      // Between choosing and reserving an agent may have been given a call.
      const experts = reserved.filter(({ line }) => isStillFree(line));
      for (const { legId, expertId, line } of reserved.filter((one) => !experts.includes(one)))
        store.releaseExpert({ legId, expertId, agentId: 'agentId' in line ? line.agentId : null });
      const contacts = parts.contacts();
      if (experts.length > 0)
        return void contacts.step(contactId, { type: 'ExpertsReserved', consultId, experts });
      const expectedMs = waitOf(wish, aheadOf(consultId, wish));
      // Who was chosen and not got is somebody else's for now.
      const isHope = mayCome || wanted.length > 0;
      contacts.step(contactId, { type: 'ExpertsBusy', consultId, mayCome: isHope, expectedMs });
      look();
    });
  }

  /** The next of its numbers that is not full: what was tried is over, and nobody waits for it. */
  function chooseNumber(
    contactId: ContactId,
    consultId: ConsultId,
    targetId: string,
    tried: readonly string[],
  ): void {
    const row = sites.current().targets.get(targetId);
    const numbers = row?.numbers.map((_, at) => numberId(targetId, at + 1)) ?? [];
    const inCall = parts
      .contacts()
      .all()
      .flatMap(({ stage }) => expertCallsIn(stage))
      .map(({ expertId }) => expertId);
    const isOpen = (id: string) => inCall.filter((one) => one === id).length < (row?.atOnce ?? 0);
    const at = numbers.findIndex((id) => !tried.includes(id) && isOpen(id));
    const expertId = numbers[at];
    const contacts = parts.contacts();
    if (expertId === undefined)
      return void contacts.step(contactId, {
        type: 'ExpertsBusy',
        consultId,
        mayCome: false,
        expectedMs: null,
      });
    const line: ExpertLine = { outside: true, target: { targetId, nth: at + 1 } };
    const experts = [{ legId: ids.next() as ChannelId, expertId, departmentId: targetId, line }];
    contacts.step(contactId, { type: 'ExpertsReserved', consultId, experts });
  }

  function isStillFree(line: ExpertLine): boolean {
    if (!('agentId' in line)) return true;
    const agent = parts.agents().get(line.agentId);
    return agent !== undefined && isOfferable(agent);
  }

  function waiting(): readonly { contact: Contact; agentId: AgentId; consult: Consult }[] {
    return consults()
      .filter(({ consult }) => consult.phase === 'queued')
      .sort((a, b) => a.consult.soughtAtMs - b.consult.soughtAtMs);
  }

  function consults() {
    return parts
      .contacts()
      .all()
      .flatMap((contact) => {
        const { stage } = contact;
        if (stage.at !== 'talking' || stage.talk.consult === undefined) return [];
        return [{ contact, agentId: stage.talk.agentId, consult: stage.talk.consult }];
      });
  }

  /** Consults before this one that some of the same experts could take. */
  function aheadOf(consultId: ConsultId, wish: ExpertWish): number {
    const line = waiting();
    const at = line.findIndex(({ consult }) => consult.consultId === consultId);
    const before = at < 0 ? line : line.slice(0, at);
    const mine = onDuty().filter(({ expert }) => isWanted(expert, wish));
    return before.filter(({ consult }) => mine.some(({ expert }) => isWanted(expert, consult.wish))).length;
  }

  function waitOf(wish: ExpertWish, ahead: number): number | null {
    const mine = onDuty().filter(({ expert, standing }) => isWanted(expert, wish) && standing !== 'away');
    const sum = lastedMs.reduce((all, one) => all + one, 0);
    const meanMs = lastedMs.length === 0 ? assumedMeanMs : sum / lastedMs.length;
    return consultWaitMs({ ahead, experts: mine.length, meanMs });
  }

  /** In their order, so that nobody is passed by who could have had the same expert. */
  function lookNow(): void {
    isLooking = false;
    const { departments } = sites.current().expertSeats;
    for (const { contact, consult } of waiting()) {
      const { consultId, wish, tried } = consult;
      const { chosen, mayCome } = chooseExperts(wish, onDuty(), { tried, departments });
      if (chosen.length > 0 || !mayCome)
        parts.contacts().step(contact.id, { type: 'ExpertMayBeFree', consultId });
    }
    look();
  }

  function look(): void {
    if (isLooking || waiting().length === 0) return;
    isLooking = true;
    timers.at(clock.nowMs() + lookMs, () => runQueue.post(lookNow));
  }

  return {
    begin,
    handOver,
    packetTaken: (contactId, consultId) =>
      runQueue.post(() => void parts.contacts().step(contactId, { type: 'PacketTaken', consultId })),
    act,
    learn(facts) {
      for (const fact of facts) {
        if ('targetId' in fact) continue;
        if ((fact.type === 'ConsultEnded' || fact.type === 'ExpertReleased') && fact.talkMs > 0) {
          lastedMs.push(fact.talkMs);
          if (lastedMs.length > meanOf) lastedMs.shift();
        }
      }
    },
    onDuty,
    all() {
      return consults().map(({ contact, agentId, consult }) => {
        const ahead = consult.phase === 'queued' ? aheadOf(consult.consultId, consult.wish) : null;
        return {
          ...{ contact, agentId, consult, place: ahead === null ? null : ahead + 1 },
          expectedMs: ahead === null ? null : waitOf(consult.wish, ahead),
        };
      });
    },
  };
}

/** Such as `police.2`. */
const numberId = (targetId: string, nth: number) => `${targetId}.${String(nth)}`;

/** A key is an acceptance: he hears that they are joined, and goes. */
const afterKeyMs = 3_000;

function releaseAfterMs({ accept, acceptAfterMs }: Target): number | null {
  if (accept === 'agent') return null;
  return accept === 'key' ? Math.min(acceptAfterMs, afterKeyMs) : acceptAfterMs;
}
