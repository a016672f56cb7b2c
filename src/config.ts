// Environment and secrets, read once into one frozen Config; a value that cannot be used names itself and what to write.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { NodeId } from './contact/ids.js';
import { AppError } from './errors.js';

/** Everything the service is told from outside. Paths are absolute, times in ms. */
export interface Config {
  readonly node: NodeId;
  readonly home: string;
  readonly flowsDir: string;
  readonly http: { readonly host: string; readonly port: number };
  /** TLS stands in front: the session's cookie goes over nothing else. */
  readonly secureCookie: boolean;
  readonly ari: { readonly url: string; readonly user: string; readonly password: string };
  readonly ami: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  };
  readonly redis: { readonly host: string; readonly port: number; readonly password: string };
  readonly databaseUrl: string;
  /** The address phones and trunks reach; RTP is bound to it. */
  readonly mediaAddress: string;
  /** What phones are told of the SIP server; host null = the address the page was asked at. */
  readonly sip: { readonly host: string | null; readonly port: number };
  readonly qualifyEveryMs: number;
  readonly qualifyTimeoutMs: number;
  /** No RTP from a phone for this long = the phone is lost. */
  readonly rtpTimeoutMs: number;
  /** The same on hold, where phones may fall silent. */
  readonly rtpTimeoutHeldMs: number;
  /** Key of the callers' HMAC. */
  readonly callerSecret: string;
  readonly sessionSecret: string;
  /** Seals the secrets of one-time codes. */
  readonly totpKey: string;
  /** Of the accounts of these names, until they are changed. */
  readonly firstPasswords: Readonly<Record<FirstAccountName, string>>;
  /** Lets a screen watch the wall. */
  readonly kioskToken: string;
  /** Where short messages go: a gateway, or a file where none is set. */
  readonly messages: {
    readonly gatewayUrl: string | null;
    readonly gatewaySecret: string;
    readonly outboxFile: string;
  };
  readonly secretsDir: string;
  readonly spoolDir: string;
  /** The built pages. */
  readonly pagesDir: string;
  readonly recordingsDir: string;
  readonly soundsManifest: string;
  /** Folders that the program which makes sounds finds its way by, as variables of its environment. */
  readonly soundFolders: Readonly<Record<string, string>>;
  readonly cdrFile: string;
  /** Where Asterisk's queue_log format is written; null = nowhere. */
  readonly queueLogFile: string | null;
  /** Below this recording stops with an alarm. */
  readonly recordingFloorBytes: number;
  readonly logLevel: string;
}

/** The accounts every site begins with. */
export type FirstAccountName = 'admin' | 'security' | 'audit' | 'hotline';

type Env = Readonly<Record<string, string | undefined>>;

const loopback = '127.0.0.1';

/**
 * Reads the configuration.
 * @throws AppError CONFIG_INVALID `{name, value, mend}`; the value is left out where it is a secret.
 */
export function readConfig(env: Env, projectDir: string): Config {
  const home = resolve(projectDir, env['YIHAO_HOME'] || '.yihao');
  const secretsDir = join(home, 'secrets');
  const secret = (name: string) => readSecret(secretsDir, name);
  const portBase = wholeNumber(env, 'YIHAO_PORT_BASE', 12_340, { min: 1, max: 65_530 });
  return Object.freeze({
    node: word(env, 'YIHAO_NODE', 'n1') as NodeId,
    home,
    flowsDir: resolve(projectDir, env['YIHAO_FLOWS'] || 'ivr-flows'),
    http: { host: env['YIHAO_HTTP_HOST'] || loopback, port: portBase },
    secureCookie: wholeNumber(env, 'YIHAO_SECURE_COOKIE', 0, { min: 0, max: 1 }) === 1,
    ari: { url: `http://${loopback}:${portBase + 1}/ari`, user: 'yihao', password: secret('ari') },
    ami: { host: loopback, port: portBase + 2, user: 'yihao', password: secret('ami') },
    redis: { host: loopback, port: portBase + 3, password: secret('redis') },
    databaseUrl: databaseUrl(env),
    mediaAddress: env['YIHAO_BIND'] || loopback,
    sip: {
      host: phoneHost(env),
      port: wholeNumber(env, 'YIHAO_SIP_PORT', 5_060, { min: 1, max: 65_535 }),
    },
    qualifyEveryMs: wholeNumber(env, 'YIHAO_QUALIFY_MS', 15_000, { min: 1_000, max: 600_000 }),
    qualifyTimeoutMs: wholeNumber(env, 'YIHAO_QUALIFY_TIMEOUT_MS', 3_000, { min: 500, max: 30_000 }),
    rtpTimeoutMs: wholeNumber(env, 'YIHAO_RTP_TIMEOUT_MS', 60_000, { min: 1_000, max: 600_000 }),
    rtpTimeoutHeldMs: wholeNumber(env, 'YIHAO_RTP_TIMEOUT_HELD_MS', 1_800_000, {
      min: 1_000,
      max: 14_400_000,
    }),
    callerSecret: secret('caller-key'),
    sessionSecret: secret('session'),
    totpKey: secret('totp-key'),
    firstPasswords: {
      admin: secret('admin'),
      security: secret('security'),
      audit: secret('audit'),
      hotline: secret('hotline'),
    },
    kioskToken: secret('kiosk'),
    messages: {
      gatewayUrl: gatewayUrl(env),
      gatewaySecret: secret('sms-gateway'),
      outboxFile: join(home, 'messages', 'outbox.jsonl'),
    },
    secretsDir,
    spoolDir: join(home, 'spool'),
    pagesDir: join(projectDir, 'dist', 'web'),
    recordingsDir: join(home, 'recordings'),
    soundsManifest: join(home, 'sounds', 'manifest.json'),
    soundFolders: soundFolders(env, home),
    cdrFile: join(home, 'cdr', 'calls.csv'),
    queueLogFile: queueLogFile(env, home),
    recordingFloorBytes:
      wholeNumber(env, 'YIHAO_RECORDING_FLOOR_MB', 1_024, { min: 0, max: 1e9 }) * 1_048_576,
    logLevel: env['YIHAO_LOG_LEVEL'] || 'info',
  });
}

/** `off`, or a path; a relative one is below home. */
function queueLogFile(env: Env, home: string): string | null {
  const text = env['YIHAO_QUEUE_LOG'] || join('log', 'queue_log');
  return text === 'off' ? null : resolve(home, text);
}

/** Numbers go over it: in the clear on this machine alone. */
function gatewayUrl(env: Env): string | null {
  const text = env['YIHAO_SMS_URL'] || null;
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url?.username === '' && (url.protocol === 'https:' || isLocal)) return text;
  throw invalid(
    'YIHAO_SMS_URL',
    undefined,
    'https://…, or http:// to this machine; without user and password',
  );
}

function invalid(name: string, value: string | undefined, mend: string): AppError {
  return new AppError('CONFIG_INVALID', { name, ...(value !== undefined && { value }), mend });
}

/** An address that phones can reach; loopback and "every address" are none, but for phones on this machine. */
function phoneHost(env: Env): string | null {
  const host = env['YIHAO_PHONE_HOST'] || env['YIHAO_BIND'] || loopback;
  if (host === '0.0.0.0') return null;
  if (/^[A-Za-z0-9.:-]{1,253}$/.test(host)) return host;
  throw invalid('YIHAO_PHONE_HOST', host, 'a host name or an address');
}

function word(env: Env, name: string, fallback: string): string {
  const value = env[name] || fallback;
  // Tags Redis keys, file names and the journal's stream.
  if (/^[A-Za-z0-9-]{1,32}$/.test(value)) return value;
  throw invalid(name, value, 'letters, digits and dashes, at most 32');
}

function wholeNumber(
  env: Env,
  name: string,
  fallback: number,
  { min, max }: { min: number; max: number },
): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalid(name, text, `a whole number from ${min} to ${max}`);
}

function readSecret(dir: string, name: string): string {
  let text: string;
  try {
    text = readFileSync(join(dir, name), 'utf8').trim();
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', { name: join(dir, name), mend: 'run scripts/setup' }, { cause });
  }
  if (text === '')
    throw invalid(join(dir, name), undefined, 'the secret is empty: delete the file and run scripts/setup');
  return text;
}

function databaseUrl(env: Env): string {
  const url = env['DATABASE_URL'];
  if (url?.startsWith('postgres')) return url;
  throw invalid('DATABASE_URL', undefined, 'postgres://user:password@host:port/database');
}

function soundFolders(env: Env, home: string): Readonly<Record<string, string>> {
  const passed = ['YIHAO_CACHE', 'XDG_CACHE_HOME', 'HOME'].flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), YIHAO_HOME: home };
}
