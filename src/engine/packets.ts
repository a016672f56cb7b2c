// 随话推送: what an emergency line or a utility is told of a citizen who is handed over to it, beside the call. A row is what is owed to it.
import type { HandOverMode } from '../contact/hand-over-target.js';
import type { ContactId } from '../contact/ids.js';

/** `taken`: they have it, and have told their own id; `refused`: they will not have it; `failed`: given up. */
export const packetStates = ['queued', 'taken', 'refused', 'failed'] as const;
export type PacketState = (typeof packetStates)[number];

/** One of them. Who called, and where, is looked up when it is sent: the row holds neither. */
export interface Packet {
  /** The consult's: the same at every try, and theirs to know it by. */
  readonly packetId: string;
  readonly contactId: string;
  readonly targetId: string;
  readonly agentId: string;
  readonly mode: HandOverMode;
  /** In the agent's words. */
  readonly note: string;
  readonly state: PacketState;
  /** Their own id of it. */
  readonly theirId: string | null;
  /** Why it was not taken, the last time. */
  readonly code: string | null;
  /** They were told the caller's number. */
  readonly numberTold: boolean;
  /** Begun so far. */
  readonly attempts: number;
  readonly version: number;
  /** While queued: when it is next to be sent, or the end of the lease of whoever is sending it. */
  readonly dueAtMs: number;
  readonly orderedAtMs: number;
  /** From the asking until it was taken. */
  readonly tookMs: number | null;
}

/** What becomes of a row. */
export type PacketStep =
  | { readonly state: 'queued'; readonly code: string; readonly delayMs: number }
  | {
      readonly state: 'taken';
      readonly theirId: string;
      readonly tookMs: number;
      readonly numberTold: boolean;
    }
  | { readonly state: 'failed' | 'refused'; readonly code: string };

/** What is sent, as docs/emergency.md has it. */
export interface PacketBody {
  readonly id: string;
  readonly target: string;
  readonly contactId: string;
  /** Epoch ms. */
  readonly orderedAtMs: number;
  readonly mode: HandOverMode;
  readonly agentId: string;
  readonly caller: {
    /** Null = not told, and why. */
    readonly number: string | null;
    readonly withheld: 'confidential' | 'notShown' | 'policy' | null;
  };
  readonly place: { readonly areaCode: string; readonly region: string; readonly district: string | null };
  readonly dialled: string;
  readonly words: string;
  readonly category: string | null;
  readonly matterNumber: string | null;
}

/** What a receiver says. `retry`: it may take it later, not before `afterMs` where it says so. */
export type PacketAnswer =
  | { readonly is: 'taken'; readonly theirId: string }
  | { readonly is: 'refused'; readonly code: string }
  | { readonly is: 'retry'; readonly code: string; readonly afterMs?: number };

/** The way to a receiver. Settles within its deadline and never rejects; the same id twice is one packet. */
export interface PacketWay {
  deliver(to: { readonly url: string; readonly secret: string }, body: PacketBody): Promise<PacketAnswer>;
}

/** The rows. Every method @throws DATABASE_UNAVAILABLE. */
export interface PacketStore {
  /** Takes rows that are due and holds them for `leaseMs` by the database's clock. */
  claim(limit: number, leaseMs: number): Promise<readonly Packet[]>;
  /** Writes the step over the version that was claimed; false where somebody else has moved on. */
  settle(packet: Packet, step: PacketStep): Promise<boolean>;
  ofContact(contactId: string): Promise<readonly Packet[]>;
}

interface FactOfPacket {
  readonly packetId: string;
  readonly contactId: ContactId;
  readonly targetId: string;
  readonly attempts: number;
}

/** What is journaled of them, in the site's stream; that one is owed is `ConsultSought` itself. */
export type PacketFact =
  | (FactOfPacket & {
      readonly type: 'PacketTaken';
      readonly theirId: string;
      readonly tookMs: number;
      /** The caller's number was in it. */
      readonly numberTold: boolean;
    })
  | (FactOfPacket & { readonly type: 'PacketFailed'; readonly code: string; readonly refused: boolean });
