// Sends emergency lines and utilities what is known of the citizens handed over to them: until they have it, and once.
import { AppError } from '../errors.js';
import type { CallerKey, ConsultId, ContactId } from '../contact/ids.js';
import type { Target } from '../site/target.js';
import { startDueRows, type DueRows, type Worth } from './due-rows.js';
import { stepAfterTry, type RetryPace } from './message-life.js';
import type { NumberBook } from './messages.js';
import type {
  Packet,
  PacketAnswer,
  PacketBody,
  PacketFact,
  PacketStep,
  PacketStore,
  PacketWay,
} from './packets.js';
import type { Clock, Log, Sites, Timers } from './ports.js';

/** What is known of a contact now, alive or in the records. */
export interface PacketContact {
  readonly callerKey: CallerKey;
  readonly callerShown: boolean;
  readonly isSealed: boolean;
  readonly dnis: string;
  readonly entryId: string;
  readonly district: string | null;
  readonly category: string | null;
  readonly matterNumber: string | null;
}

export interface PacketSenderParts {
  readonly store: PacketStore;
  readonly numbers: NumberBook;
  readonly way: PacketWay;
  /** Undefined = not written yet. @throws DATABASE_UNAVAILABLE */
  readonly contactOf: (contactId: ContactId) => Promise<PacketContact | undefined>;
  /** The secret of this name; undefined = there is none. */
  readonly secretOf: (name: string) => Promise<string | undefined>;
  readonly sites: Sites;
  readonly clock: Clock;
  readonly timers: Timers;
  /** 0 to below 1. */
  readonly chance: () => number;
  readonly note: (fact: PacketFact) => void;
  /** The talk learns that they have it. */
  readonly taken: (contactId: ContactId, consultId: ConsultId) => void;
  /** Raises or clears the alarm of this target. */
  readonly alarm: (targetId: string, stands: boolean) => void;
  readonly log: Log;
  readonly pace?: RetryPace;
  readonly idleMs?: number;
  readonly leaseMs?: number;
  readonly outsideMs?: number;
}

/** Seconds count at first; about half an hour in all. ASSUMED */
export const packetPace: RetryPace = { tries: 40, firstMs: 1_000, longestMs: 60_000 };

/** Not taken by then, the alarm stands. */
const alarmTries = 4;

/** The sender at work. */
export function startPacketSender(parts: PacketSenderParts): DueRows {
  const { store, numbers, way, contactOf, secretOf, sites, clock, timers, chance, note, alarm, log } = parts;
  const { pace = packetPace, idleMs = 500, leaseMs = 30_000, outsideMs = 5_000 } = parts;

  async function send(packet: Packet, worth: Worth): Promise<void> {
    const tried = await attempt(packet, worth);
    if (tried === undefined || !worth.ending()) return;
    const step = stepOf(packet, tried);
    if (!(await store.settle(packet, step))) return;
    const { packetId, targetId, attempts } = packet;
    const contactId = packet.contactId as ContactId;
    const whose = { packetId, contactId, targetId, attempts };
    if (step.state === 'taken') {
      const { theirId, tookMs, numberTold } = step;
      note({ type: 'PacketTaken', ...whose, theirId, tookMs, numberTold });
      parts.taken(contactId, packetId as ConsultId);
    } else if (step.state !== 'queued')
      note({ type: 'PacketFailed', ...whose, code: step.code, refused: step.state === 'refused' });
    const fails = failing(step, attempts);
    if (fails !== undefined) alarm(targetId, fails);
  }

  function stepOf(packet: Packet, { answer, numberTold }: Tried): PacketStep {
    if (answer.is === 'taken') {
      const tookMs = Math.max(0, clock.nowMs() - packet.orderedAtMs);
      return { state: 'taken', theirId: answer.theirId, tookMs, numberTold };
    }
    // What is not taken is sent again, refused or given up exactly as a short message is.
    return stepAfterTry(answer, packet.attempts, chance(), pace) as PacketStep;
  }

  /** Undefined = too late under this lease: the next holder sends it. */
  async function attempt(packet: Packet, worth: Worth): Promise<Tried | undefined> {
    const target = sites.current().targets.get(packet.targetId);
    if (target === undefined || target.webhook === null) return untold({ is: 'refused', code: 'noWebhook' });
    const contact = await contactOf(packet.contactId as ContactId);
    if (contact === undefined) return untold({ is: 'retry', code: 'contactUnknown' });
    const secret = await secretOf(target.webhook.secret);
    if (secret === undefined) return untold({ is: 'retry', code: 'noSecret' });
    const withheld = withheldFrom(target, contact);
    const number = withheld === null ? await numberOf(contact.callerKey) : undefined;
    // A call of a moment ago: its number may still be on the way to its table. They are told what there is.
    const caller = { number: number ?? null, withheld };
    if (!worth.beginning()) return undefined;
    const { webhook } = target;
    const answer = await way.deliver({ url: webhook.url, secret }, bodyOf(packet, contact, caller));
    return { answer, numberTold: caller.number !== null };
  }

  /** One that cannot be opened keeps back nothing else. @throws DATABASE_UNAVAILABLE */
  async function numberOf(callerKey: CallerKey): Promise<string | undefined> {
    try {
      return await numbers.find(callerKey);
    } catch (error) {
      if (error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE') throw error;
      log.warn({ error: String(error) }, 'the number of a packet cannot be opened');
      return undefined;
    }
  }

  function bodyOf(packet: Packet, contact: PacketContact, caller: PacketBody['caller']): PacketBody {
    const site = sites.current();
    const { packetId: id, targetId: target, contactId, mode, agentId, note: words, orderedAtMs } = packet;
    const { dnis: dialled, entryId, district, category, matterNumber } = contact;
    const region = site.numbers.find(({ entry }) => entry.id === entryId)?.row.region ?? '';
    return {
      ...{ id, target, contactId, orderedAtMs, mode, agentId, caller },
      place: { areaCode: site.areaCode, region, district },
      ...{ dialled, words, category, matterNumber },
    };
  }

  return startDueRows({
    ...{ what: 'packets to emergency lines and utilities', claim: store.claim, see: send },
    ...{ clock, timers, log, idleMs, leaseMs, outsideMs },
  });
}

/** Somebody has to know long before it is given up. */
function failing(step: PacketStep, attempts: number): boolean | undefined {
  if (step.state === 'taken') return false;
  if (step.state === 'queued') return attempts >= alarmTries ? true : undefined;
  return true;
}

interface Tried {
  readonly answer: PacketAnswer;
  readonly numberTold: boolean;
}

const untold = (answer: PacketAnswer): Tried => ({ answer, numberTold: false });

/** Why this target is not told who called; null = it is. */
export function withheldFrom(
  { tellsCaller, tellsConfidential }: Pick<Target, 'tellsCaller' | 'tellsConfidential'>,
  { callerShown, isSealed }: Pick<PacketContact, 'callerShown' | 'isSealed'>,
): PacketBody['caller']['withheld'] {
  if (isSealed && !tellsConfidential) return 'confidential';
  if (!tellsCaller) return 'policy';
  return callerShown ? null : 'notShown';
}
