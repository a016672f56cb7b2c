// What the HTTP server is given, and the small things every route shares.
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Finding } from '../../contact/finding.js';
import type { Engine } from '../../engine/engine.js';
import type { AccountStore } from '../../engine/account.js';
import type { Attempts } from '../../engine/attempts.js';
import type { PinCheck } from '../../engine/pin-check.js';
import type { Log, Sites } from '../../engine/ports.js';
import { AppError } from '../../errors.js';
import type { Site } from '../../site/site.js';
import { sessionOf, userOf, type KnownSession, type SessionUser, type User } from './access.js';
import type { AccountBook } from './account-book.js';
import type { AuditReader } from './audit-reader.js';
import type { OneTimeCodes } from './one-time-code.js';
import type { Passwords } from './password-hash.js';
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

/** Everything the server stands on. */
export interface HttpParts {
  readonly engine: Engine;
  readonly sites: SiteControl;
  readonly records: RecordReader;
  readonly pins: PinCheck;
  readonly accounts: AccountParts;
  readonly auditReader: AuditReader;
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
type WhoIsWho = Pick<HttpParts, 'sites' | 'accounts'>;

/** The user behind a request, or undefined; nobody, too, while he has a first password to change or codes to set up. */
export function userIn(request: FastifyRequest, parts: WhoIsWho): User | undefined {
  return userOf(request.session.user, parts.sites.current(), parts.accounts.book.standingOf);
}

/** Who is behind a request, whatever he still has to do. */
export function sessionIn(request: FastifyRequest, parts: WhoIsWho): KnownSession | undefined {
  return sessionOf(request.session.user, parts.sites.current(), parts.accounts.book.standingOf);
}

/** The user of a route that only somebody logged in can reach. @throws LOGIN_NEEDED */
export function knownUser(request: FastifyRequest, parts: WhoIsWho): User {
  const user = userIn(request, parts);
  if (user === undefined) throw new AppError('LOGIN_NEEDED');
  return user;
}
