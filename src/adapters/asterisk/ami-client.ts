// The client of Asterisk's AMI, for what ARI lacks: actions with deadlines, events by name, log-in again for ever.

import { AppError } from '../../errors.js';
import { openAmiConnection, type AmiAnswer, type AmiConnection } from './ami-connection.js';
import type { AmiFields, AmiMessage } from './ami-protocol.js';
import { reconnectForEver, type BackoffLimits } from './reconnect-loop.js';

/** Where AMI is, and how patient the client is; the times have the values of operation by default. */
export interface AmiClientOptions extends Partial<BackoffLimits> {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The event classes wanted besides `system`, such as `reporting`; the user must be allowed to read them. */
  readonly events?: readonly string[];
  /** How long an action, or the log-in, may take. 2,000 by default. */
  readonly deadlineMs?: number;
  /** 5,000 by default; after two unanswered pings the connection is given up. */
  readonly pingEveryMs?: number;
}

/** What the owner of the client is told. */
export interface AmiHandlers {
  /** Logged in, and Asterisk has booted: before that it takes a log-in, but knows half of its actions and contacts. */
  onConnected?(): void;
  /** The connection of the last `onConnected` has ended: events are being lost from here on. */
  onDisconnected?(): void;
  onEvent?(event: AmiMessage): void;
  /** A failure the client deals with by itself (refused log-in, lost connection): for the log. */
  onTrouble(error: Error): void;
}

/** The client. */
export interface AmiClient {
  /** Connects, and reconnects for ever. */
  connect(handlers: AmiHandlers): void;
  /**
   * Sends an action and waits for its response, and for the end of its list.
   * @throws AppError UNSAFE_VALUE, AMI_REFUSED `{action, message}`, AMI_UNAVAILABLE, DEADLINE_EXCEEDED
   */
  action(name: string, fields?: AmiFields): Promise<AmiAnswer>;
  /**
   * Records what `channel` hears and says, mixed, through every bridge it comes into. Success says little: Asterisk
   * answers so for a path it cannot write as well.
   * @throws AppError UNSAFE_VALUE where `file` holds more than letters, digits, spaces and `/ . _ -`: a comma
   * would begin MixMonitor's next argument, and the third one is a shell command
   */
  mixMonitor(channel: string, file: string): Promise<void>;
  stopMixMonitor(channel: string): Promise<void>;
  /** Silence in place of both directions, the time kept. */
  mixMonitorMute(channel: string, muted: boolean): Promise<void>;
  /** Every registered contact: `Endpoint`, `Uri`, `Status` (Reachable, Unreachable, NonQualified, …), `ViaAddr`, … */
  contacts(): Promise<readonly AmiMessage[]>;
  /** Ends everything; actions under way reject with AMI_UNAVAILABLE. */
  close(): Promise<void>;
}

const DEFAULTS = {
  deadlineMs: 2_000,
  backoffMinMs: 100,
  backoffMaxMs: 5_000,
  pingEveryMs: 5_000,
  events: [] as readonly string[],
};

/** How long a logged-in client waits for a booting Asterisk. */
const BOOT_MS = 30_000;

const NOT_BOOTED = 'Asterisk does not say that it has booted: may the user read the class system?';

const SAFE_FILE = /^[\p{L}\p{N} _./-]+$/u;

/** Makes a client; opens no connection yet. */
export function createAmiClient(given: AmiClientOptions): AmiClient {
  const options = { ...DEFAULTS, ...given };
  const stop = new AbortController();
  let ended: Promise<void> | undefined;
  let connection: AmiConnection | undefined;

  async function action(name: string, fields: AmiFields = {}): Promise<AmiAnswer> {
    if (!connection) throw new AppError('AMI_UNAVAILABLE', { action: name });
    return connection.action(name, fields);
  }

  /** One connection from its log-in to its end; resolves with whether the log-in had worked. */
  async function session(handlers: AmiHandlers): Promise<boolean> {
    let booted: (worked: true) => void = () => undefined;
    const ready = new Promise<true>((resolve) => (booted = resolve));
    const opened = openAmiConnection(options, (event) => {
      if (event.Event === 'FullyBooted') booted(true);
      deliver(event, handlers);
    });
    const abort = () => opened.fail();
    stop.signal.addEventListener('abort', abort, { once: true });
    logIn(opened, options);
    const stuck = setTimeout(
      () => opened.fail(new AppError('AMI_UNAVAILABLE', { reason: NOT_BOOTED })),
      BOOT_MS,
    );
    const worked = await Promise.race([ready, opened.closed.then(() => false)]);
    clearTimeout(stuck);
    if (worked) {
      connection = opened;
      handlers.onConnected?.();
    }
    const failure = await opened.closed;
    connection = undefined;
    stop.signal.removeEventListener('abort', abort);
    if (failure && !stop.signal.aborted) handlers.onTrouble(failure);
    if (worked) handlers.onDisconnected?.();
    return worked;
  }

  return {
    action,
    connect(handlers) {
      if (ended) throw new Error('connect() was called already');
      ended = reconnectForEver(() => session(handlers), options, stop.signal);
    },
    async mixMonitor(channel, file) {
      if (!SAFE_FILE.test(file)) throw new AppError('UNSAFE_VALUE', { key: 'File' });
      await action('MixMonitor', { Channel: channel, File: file });
    },
    async stopMixMonitor(channel) {
      await action('StopMixMonitor', { Channel: channel });
    },
    async mixMonitorMute(channel, muted) {
      await action('MixMonitorMute', { Channel: channel, Direction: 'both', State: muted ? '1' : '0' });
    },
    async contacts() {
      return (await action('PJSIPShowContacts').catch(noneFound)).items;
    },
    async close() {
      stop.abort();
      await ended;
    },
  };
}

/** Logs in, or ends the connection with the reason. */
function logIn(connection: AmiConnection, options: typeof DEFAULTS & AmiClientOptions): void {
  const { user: Username, password: Secret } = options;
  const Events = ['system', ...options.events].join(',');
  connection.action('Login', { Username, Secret, Events }).catch((error: AppError) => connection.fail(error));
}

function deliver(event: AmiMessage, handlers: AmiHandlers): void {
  try {
    handlers.onEvent?.(event);
  } catch (error) {
    handlers.onTrouble(error as Error); // one event that cannot be dealt with must not end the service
  }
}

/** Asterisk calls it an error that there is no contact. */
function noneFound(error: unknown): AmiAnswer {
  if (error instanceof AppError && String(error.details.message).startsWith('No Contacts found'))
    return { response: {}, items: [] };
  throw error;
}
