// What the HTTP server is given, and the small things every route shares.
import { createHmac } from 'node:crypto';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { dayKeyAt } from '../../contact/civil-time.js';
import type { Finding } from '../../contact/finding.js';
import type { AgentId, DeviceId } from '../../contact/ids.js';
import type { Engine } from '../../engine/engine.js';
import type { AccountStore } from '../../engine/account.js';
import type { CaseStore, CodeHash } from '../../engine/case-desk.js';
import type { Attempts } from '../../engine/attempts.js';
import type { EventPrompts } from '../../engine/event-prompts.js';
import type { MessageDesk } from '../../engine/message-desk.js';
import type { NumberBook, MessageStore, StopList } from '../../engine/messages.js';
import type { PacketStore } from '../../engine/packets.js';
import type { LimitStore } from '../../engine/call-limit.js';
import type { DutyBook } from '../../engine/duty-book.js';
import type { DutyStore } from '../../engine/duty-change.js';
import type { OpeningStore } from '../../engine/opening.js';
import type { PinCheck } from '../../engine/pin-check.js';
import type { Log, Sites } from '../../engine/ports.js';
import { AppError } from '../../errors.js';
import type { SoundFigures } from '../../ivr/sound-measure.js';
import type { Site } from '../../site/site.js';
import type { SiteEdited, SiteWish } from '../../site/site-edited.js';
import { sessionOf, userOf, type KnownSession, type Proofs, type SessionUser, type User } from './access.js';
import type { AccountBook } from './account-book.js';
import type { AuditReader } from './audit-reader.js';
import type { OneTimeCodes } from './one-time-code.js';
import type { Passwords } from './password-hash.js';
import type { SitePublisher, TextSpeaker } from './publishing.js';
import type { RecordReader } from './record-reader.js';
import type { SessionRedis } from './session-store.js';

declare module 'fastify' {
  interface Session {
    user?: SessionUser;
  }
  interface FastifySchema {
    /** One line for the API's description. */
    readonly summary?: string;
    /** Left out of the API's description. */
    readonly hide?: boolean;
  }
}

/** How a reload went. */
export type SiteChange =
  | { readonly ok: true; readonly site: Site; readonly unchanged: boolean }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** The site in force, and the two ways to change it. */
export interface SiteControl extends Sites {
  reload(): Promise<SiteChange>;
  /** Switches the menu variant; undefined = what the files say. */
  setMenu(menu: boolean | undefined): Promise<SiteChange>;
}

/** What accounts prove themselves by, and where they are kept. */
export interface AccountParts {
  readonly store: AccountStore;
  readonly book: AccountBook;
  readonly passwords: Passwords;
  readonly codes: OneTimeCodes;
  /** Shared with the PINs. */
  readonly attempts: Attempts;
}

/** Cases that citizens may ask about. */
export interface CaseParts {
  readonly store: CaseStore;
  readonly hash: CodeHash;
}

/** A caller as he is looked up: the key for the records, the masked form for people. */
export interface AskedCaller {
  readonly callerKey: string;
  readonly callerMasked: string;
}

/** Changes the files of people and phones and puts them in force, all of it or nothing. */
export interface SiteEditor {
  /** Whether the service may write to them. */
  isWritable(): Promise<boolean>;
  /**
   * A row or a table of people, over what was seen.
   * @throws ROW_CHANGED, ROW_EXISTS, SITE_CHANGED, SITE_READ_ONLY
   */
  edit(wish: SiteWish): Promise<SiteEdited>;
}

/** Passwords of phones, and PINs given anew. */
export interface OfficeSecrets {
  passwordOf(deviceId: DeviceId): string | undefined;
  pinOf(agentId: AgentId): string | undefined;
  /** A new PIN, in force when this settles. */
  newPin(agentId: AgentId): Promise<string>;
}

/** One sound of a prompt. */
export interface StudioSound {
  readonly name: string;
  /** Which of the prompt's parts it is a sound of. */
  readonly part: number;
  readonly text: string;
  readonly spoken: string;
  readonly pinyin: string;
  readonly durationMs: number;
  readonly source: 'synthesized' | 'recorded' | 'uploaded';
  readonly uploaded: { readonly text: string; readonly sha256: string } | null;
}

/** What was measured of a sound, and what is wrong with it. */
export interface MeasuredSound {
  readonly figures: Pick<SoundFigures, 'speechDb' | 'clippedSamples'> | undefined;
  readonly faults: readonly { readonly zh: string; readonly en: string }[];
}

/** The prompts, heard and recorded; see prompt-studio.ts for how it is done. */
export interface PromptStudio {
  readonly soundsDir: string;
  readonly recordingsDir: string;
  prompts(): readonly {
    readonly id: string;
    readonly text: string;
    readonly when: string;
    readonly speed: 'normal' | 'slow';
    readonly language: 'zh' | 'en';
    readonly profile: 'citizen' | 'agent';
    readonly longestMs: number;
    readonly sounds: readonly StudioSound[];
  }[];
  /** @throws PROMPT_UNKNOWN */
  measure(promptId: string, name: string): Promise<MeasuredSound>;
  /** @throws PROMPT_UNKNOWN */
  judge(promptId: string, name: string, wav: Uint8Array): MeasuredSound;
  /** @throws PROMPT_UNKNOWN, RECORDING_REFUSED, SOUND_PROGRAM_MISSING, DEADLINE_EXCEEDED, PROMPTS_READ_ONLY */
  keep(
    promptId: string,
    name: string,
    bytes: Uint8Array,
  ): Promise<{ readonly sha256: string; readonly text: string; readonly durationMs: number }>;
  has(sha256: string): Promise<boolean>;
  measureKept(sha256: string): Promise<MeasuredSound>;
}

/** Short messages as the API has them. */
export interface MessageParts {
  readonly desk: MessageDesk;
  readonly store: Pick<MessageStore, 'ofContact'>;
  readonly stopList: StopList;
  /** Whether the gateway signed this body just now. */
  readonly isSigned: (
    word: Readonly<Record<'timestamp' | 'signature' | 'body', string>>,
    nowMs: number,
  ) => boolean;
}

/** Everything the server stands on. */
export interface HttpParts {
  readonly engine: Engine;
  readonly sites: SiteControl;
  readonly records: RecordReader;
  readonly pins: PinCheck;
  readonly accounts: AccountParts;
  readonly auditReader: AuditReader;
  /** Key and masked form of a number somebody asks for; undefined where it is none. Remembers nothing. */
  readonly callerOf: (number: string) => AskedCaller | undefined;
  /** Where recordings lie. */
  readonly recordingsDir: string;
  readonly editor: SiteEditor;
  /** Drafts and versions of all that citizens hear. */
  readonly publisher: SitePublisher;
  readonly speaker: TextSpeaker;
  readonly messages: MessageParts;
  readonly packets: Pick<PacketStore, 'ofContact'>;
  readonly openings: OpeningStore;
  readonly limits: LimitStore;
  /** Experts' duty: as it is, and its changes. */
  readonly duty: { readonly book: DutyBook; readonly store: DutyStore };
  /** Raw numbers: for an opening that two people stand for, and for nothing else. */
  readonly numbers: NumberBook;
  /** What is set about callers changed: calls that arrive from now on know of it. */
  readonly standingsChanged: () => Promise<void>;
  readonly cases: CaseParts;
  readonly secrets: OfficeSecrets;
  readonly studio: PromptStudio;
  readonly events: EventPrompts;
  /** Where the sound of an event prompt lies. */
  readonly eventSounds: { fileOf(id: string): string };
  /** What phones are told of the SIP server; host null = the address a page was asked at. */
  readonly sip: { readonly host: string | null; readonly port: number };
  /** Lets a screen watch the wall without a log-in. */
  readonly kioskToken: string;
  /** Where the built pages are. */
  readonly pagesDir: string;
  /** Signs the cookies; at least 32 characters. */
  readonly sessionSecret: string;
  readonly sessions: SessionRedis;
  /** Redis' key of a session. */
  readonly sessionKeyOf: (sessionId: string) => string;
  readonly version: string;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Journal that waits for the database. */
  readonly backlogBytes?: () => number;
  /** The cookie goes over TLS only: true wherever TLS stands in front. */
  readonly secureCookie?: boolean;
  /** Requests a minute from one address; 600. */
  readonly requestsPerMinute?: number;
}

/** The server with typed schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Where a user's role is looked up. */
type WhoIsWho = Pick<HttpParts, 'sites' | 'accounts' | 'secrets' | 'sessionSecret' | 'nowMs'>;

/** What sessions are held against now. */
export function proofsNow(parts: WhoIsWho): Proofs {
  return {
    accountOf: parts.accounts.book.standingOf,
    agentCredential: (agentId) => agentCredential(parts, agentId),
    todayKey: dayKeyAt(parts.nowMs()),
  };
}

/** A mark of an agent's PIN: another with every new one, and it tells nothing of it. Undefined without a PIN. */
export function agentCredential(
  { secrets, sessionSecret }: Pick<HttpParts, 'secrets' | 'sessionSecret'>,
  agentId: AgentId,
): string | undefined {
  const pin = secrets.pinOf(agentId);
  if (pin === undefined) return undefined;
  return createHmac('sha256', sessionSecret).update(`${agentId} ${pin}`).digest('base64url');
}

/** The user behind a request, or undefined; nobody, too, while he has a first password to change or codes to set up. */
export function userIn(request: FastifyRequest, parts: WhoIsWho): User | undefined {
  return userOf(request.session.user, parts.sites.current(), proofsNow(parts));
}

/** Who is behind a request, whatever he still has to do. */
export function sessionIn(request: FastifyRequest, parts: WhoIsWho): KnownSession | undefined {
  return sessionOf(request.session.user, parts.sites.current(), proofsNow(parts));
}

/** The user of a route that only somebody logged in can reach. @throws LOGIN_NEEDED */
export function knownUser(request: FastifyRequest, parts: WhoIsWho): User {
  const user = userIn(request, parts);
  if (user === undefined) throw new AppError('LOGIN_NEEDED');
  return user;
}
