// Short messages: their rows, facts and doors. A row is what is owed to a citizen; whoever sends it holds it for a while only.
import type { CallerKey } from '../contact/ids.js';

/** `sent`: the gateway has taken it; `refused`: never to be sent; `failed`: given up, or reported as not delivered. */
export const messageStates = ['queued', 'sent', 'delivered', 'failed', 'refused'] as const;
export type MessageState = (typeof messageStates)[number];

/** Why nobody gets this message. `notMobile`: the caller may have it spoken instead. */
export type MessageRefusal =
  | 'templateUnknown'
  | 'slotsWrong'
  | 'noNumber'
  | 'notMobile'
  | 'confidential'
  | 'stopListed'
  /** The number is in the database alone, and that is away. */
  | 'numbersAway';

/** A message as it is kept. What it says is forgotten once nobody has to send it any more. */
export interface Message {
  readonly messageId: string;
  readonly templateId: string;
  readonly slots: Readonly<Record<string, string>>;
  readonly callerKey: CallerKey;
  readonly callerMasked: string;
  readonly contactId: string | null;
  /** 工号, account, or `service`. */
  readonly sentBy: string;
  readonly state: MessageState;
  /** Why it is refused or failed, or was not taken the last time. */
  readonly code: string | null;
  /** Begun so far. */
  readonly attempts: number;
  readonly version: number;
  /** While queued: when it is next to be sent, or the end of the lease of whoever is sending it. */
  readonly dueAtMs: number;
  readonly queuedAtMs: number;
}

/** What becomes of a row; in the state `queued` it is due again after `delayMs`. */
export type MessageStep =
  | { readonly state: 'queued'; readonly code: string; readonly delayMs: number }
  | { readonly state: 'sent' | 'delivered' }
  | { readonly state: 'failed' | 'refused'; readonly code: string };

/** What a gateway says of a message. `retry`: it may take it later, not before `afterMs` where it says so. */
export type GatewayAnswer =
  | { readonly is: 'taken' }
  | { readonly is: 'refused'; readonly code: string }
  | { readonly is: 'retry'; readonly code: string; readonly afterMs?: number };

/** One message on its way out. The number stands nowhere else. */
export interface OutgoingMessage {
  /** The same at every try: the gateway's idempotency key. */
  readonly messageId: string;
  readonly templateId: string;
  readonly number: string;
  readonly callerMasked: string;
  readonly text: string;
}

/** The way to the carrier. Settles within its deadline and never rejects; the same id twice is one message. */
export interface MessageGateway {
  deliver(message: OutgoingMessage): Promise<GatewayAnswer>;
}

/** Raw numbers, wherever they are kept. */
export interface NumberBook {
  /** @throws DATABASE_UNAVAILABLE */
  find(callerKey: CallerKey): Promise<string | undefined>;
}

/** Who is not to be called or written to. `confidential`: he asked for 保密. */
export const stopKinds = ['stopListed', 'confidential'] as const;
export type StopKind = (typeof stopKinds)[number];

/** A row of the list 「不回拨、不发短信」. It stands from `sinceMs` on and before `untilMs`. */
export interface StopRow {
  readonly stopId: string;
  readonly callerKey: CallerKey;
  readonly callerMasked: string;
  readonly kind: StopKind;
  readonly reason: string;
  readonly sinceMs: number;
  readonly untilMs: number | null;
  readonly enteredBy: string;
}

/** The list. Every method @throws DATABASE_UNAVAILABLE. */
export interface StopList {
  add(row: StopRow): Promise<void>;
  /** Ends a row that stands; false where there is none. */
  end(stopId: string, atMs: number): Promise<boolean>;
  /** Rows that stand, newest first, at most 500. */
  standing(nowMs: number): Promise<readonly StopRow[]>;
  /** Everybody who is confidential now. */
  confidential(nowMs: number): Promise<readonly CallerKey[]>;
  /** The kind that stands for this caller, `confidential` before `stopListed`. */
  kindFor(callerKey: CallerKey, nowMs: number): Promise<StopKind | undefined>;
}

/** What a gateway tells of a message it took. */
export interface DeliveryReport {
  /** The gateway's own id of this report: told twice, it counts once. */
  readonly reportId: string;
  readonly messageId: string;
  readonly status: 'delivered' | 'failed';
  /** The carrier's reason. */
  readonly code: string | null;
  readonly atMs: number;
}

/** What a citizen wrote back, numbers in it masked. */
export interface MessageReply {
  readonly replyId: string;
  /** The message he answers, where the gateway knows it; else his latest. */
  readonly messageId: string | null;
  readonly callerKey: CallerKey;
  readonly callerMasked: string;
  readonly text: string;
  readonly atMs: number;
}

/** A message with what came back. */
export interface MessageWithReplies extends Omit<Message, 'slots' | 'version' | 'dueAtMs'> {
  readonly replies: readonly { readonly atMs: number; readonly text: string }[];
}

/** The rows. Every method @throws DATABASE_UNAVAILABLE. */
export interface MessageStore {
  /** Takes rows that are due and holds them for `leaseMs` by the database's clock: meanwhile nobody else gets them. */
  claim(limit: number, leaseMs: number): Promise<readonly Message[]>;
  /** Writes the step over the version that was claimed; false where somebody else has moved on. */
  settle(message: Message, step: MessageStep): Promise<boolean>;
  /**
   * Keeps a report once, and with it the step that `decide` gives for its message.
   * @returns the message as it was, where the report moved it
   */
  takeReport(
    report: DeliveryReport,
    decide: (message: Message) => MessageStep | undefined,
  ): Promise<{ readonly message: Message; readonly step: MessageStep } | undefined>;
  /** Keeps a reply once; undefined the second time, null for `message` where it answers none. */
  takeReply(reply: MessageReply): Promise<{ readonly message: Message | null } | undefined>;
  ofContact(contactId: string): Promise<readonly MessageWithReplies[]>;
}

interface FactOfMessage {
  readonly messageId: string;
  readonly contactId?: string;
}

/**
 * What is journaled, in the site's stream: most of it after the contact is over. `MessageQueued` is the order itself: the
 * carrier of the journal makes the row of it, and leaves its slots out of the journal.
 */
export type MessageFact =
  | (FactOfMessage & {
      readonly type: 'MessageQueued';
      readonly templateId: string;
      readonly slots: Readonly<Record<string, string>>;
      readonly callerKey: CallerKey;
      readonly callerMasked: string;
      readonly by: string;
    })
  | (FactOfMessage & { readonly type: 'MessageSent'; readonly attempts: number })
  | (FactOfMessage & { readonly type: 'MessageDelivered' })
  /** `refused`: it was not to be sent; else it was tried in vain. */
  | (FactOfMessage & { readonly type: 'MessageFailed'; readonly code: string; readonly refused: boolean })
  | (FactOfMessage & { readonly type: 'MessageReplied' });
