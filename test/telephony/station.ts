// A whole Yihao on real parts in a home of its own, with phones at hand: what every acceptance test stands on.
import { readFileSync, statSync } from 'node:fs';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { execFile } from 'node:child_process';
import { enrol, type Enrolled } from '../enrolment.js';
import { makeSecrets } from '../../scripts/install/secrets.mjs';
import { startAsterisk } from '../../scripts/run/asterisk.mjs';
import { layoutOf, projectDir } from '../../scripts/run/layout.mjs';
import { startPostgres } from '../../scripts/run/postgres.mjs';
import { startRedis } from '../../scripts/run/redis.mjs';
import { startService } from '../../scripts/run/service.mjs';
import { decodeLines } from '../../src/adapters/spool/spool-line.js';
import { eventPromptId } from '../../src/contact/event-prompt.js';
import type { JournalEntry } from '../../src/engine/ports.js';
import { wavDurationMs } from '../../src/ivr/telephone-sound.js';
import { matchesWav, matchesWavInPieces, type Listener, type WavMatch } from '../phones/audio.js';
import { createPhone, type OnInvite, type Phone } from '../phones/phone.js';

const run = promisify(execFile);
type Part = Awaited<ReturnType<typeof startRedis>>;

/** Texts that must be there, each replaced once. */
export type Replacements = readonly (readonly [from: string, to: string])[];

/** How a station is made; ports from `portBase` on (10 of them), SIP on `sipPort`, RTP from `rtpStart` (`rtpPorts`, 200 by default). */
export interface StationOptions {
  readonly portBase: number;
  readonly sipPort: number;
  readonly rtpStart: number;
  readonly rtpPorts?: number;
  /** Text replacements in `ivr-flows/policies.yaml`, e.g. `[['wrapUp: 60s', 'wrapUp: 2s']]`. */
  readonly policies?: Replacements;
  /** The survey after a talk is on, as shipped; default: off, so that who tests something else hears the goodbye. */
  readonly survey?: boolean;
  /** Repeat calls are known as such, as shipped; default: off, so that a test may call twice. */
  readonly repeats?: boolean;
  /** The same in any file below `ivr-flows/`, by its name there: `{'queues.yaml': [['limit: 200', 'limit: 1']]}`. */
  readonly files?: Readonly<Record<string, Replacements>>;
  /** More environment for the service. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options for the service's Node. */
  readonly serviceNodeOptions?: readonly string[];
  /** Parts that die stay dead until the test starts them; default: they are restarted as in production. */
  readonly watch?: boolean;
  /**
   * Where the service's clock stands when it starts; default: with the machine's. In the past, for Asterisk's clock cannot be moved, and no call
   * arrives in the service's future.
   */
  readonly startsAtMs?: number;
}

/** One fact with its stream, as journaled. */
export interface JournaledFact {
  readonly stream: JournalEntry['stream'];
  readonly id: string;
  readonly seq: number;
  readonly atMs: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** An agent at his phone. */
export interface Seat {
  readonly agentId: string;
  readonly deviceId: string;
  readonly phone: Phone;
  /** What the boards show. */
  state(): Promise<string>;
  /** Waits for this shown state; 10 s. */
  untilState(state: string, timeoutMs?: number): Promise<void>;
  act(path: string, body?: object): Promise<ApiAnswer>;
}

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A prompt that was listened for. */
export interface PromptHeard extends WavMatch {
  readonly endsAtMs: number;
}

/** Particulars of listening for a prompt. */
export interface ListenOptions {
  /** Nothing before this instant counts. */
  readonly sinceMs: number;
  /** The value of the prompt's slot, as the manifest has it: `1001`, `meal`. */
  readonly slot?: string;
  /** Only the prompt's beginning counts: it may have been cut off. */
  readonly firstMs?: number;
  readonly timeoutMs?: number;
}

/** The running whole. */
export interface Station {
  readonly home: string;
  readonly sipPort: number;
  readonly parts: { redis: Part; postgres: Part; asterisk: Part; service: Part };
  /** A call as the hotline's administrator. */
  api(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<ApiAnswer>;
  /** Registers the agent's phone (device `d<工号>`), signs him in and makes him ready. */
  seat(agentId: string, how?: { onInvite?: OnInvite; toneHz?: number; ready?: boolean }): Promise<Seat>;
  /** The same for a phone that is already there, such as baresip's. */
  signIn(agentId: string, deviceId: string, ready?: boolean): Promise<void>;
  devicePassword(deviceId: string): Promise<string>;
  /** What the hotline's administrator logs in with next. */
  hotlineCredentials(): object;
  pin(agentId: string): Promise<string>;
  /** A citizen's phone at the carrier's address; numbers that can belong to nobody: `0311 0000 xxxx`. */
  citizen(last4: string, how?: { toneHz?: number; number?: string }): Promise<Phone>;
  /** Every fact journaled so far, oldest first. */
  facts(type?: string): Promise<readonly JournaledFact[]>;
  /** Changes a file of the running site, and has it read again. */
  editSite(file: string, changes: Replacements): Promise<void>;
  /** Waits until `look` gives something. */
  until<Found>(what: string, look: () => Promise<Found | undefined>, timeoutMs?: number): Promise<Found>;
  /** Waits until a prompt (its first stretch) is heard, a likeness of at least 0.8, and to its end. */
  hears(listener: Listener, promptId: string, options: ListenOptions): Promise<PromptHeard>;
  /** How long a prompt lasts. */
  soundMs(promptId: string, slot?: string): number;
  /** How alike the prompt and what is heard are, now. */
  likeness(listener: Listener, promptId: string, options: ListenOptions): Promise<PromptHeard>;
  /** The API as this agent. */
  apiAs(agentId: string): Promise<Station['api']>;
  /** A contact's record and journal, once the record is closed. */
  closedRecord(contactId: string): Promise<ClosedRecord>;
  /** Asterisk's channels now. */
  channels(): Promise<readonly string[]>;
  bridges(): Promise<readonly string[]>;
  /** Moves the service's clock, which goes on from there: forward and not beyond the machine's. Calls under way take it for a long wait. */
  setClock(atMs: number): Promise<void>;
  /** What the service's clock shows. */
  nowMs(): number;
  /** Restarts the service with this environment in addition. */
  restartService(env?: Readonly<Record<string, string>>): Promise<void>;
  /** Kills it (SIGKILL: it tidies nothing up) and starts it again. */
  killService(env?: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

/** What GET /api/v1/contacts/{id} gives. */
export interface ClosedRecord {
  readonly record: Readonly<Record<string, unknown>>;
  readonly journal: readonly {
    readonly stream: string;
    readonly type: string;
    readonly atMs: number;
    readonly data: Readonly<Record<string, unknown>>;
  }[];
}

const waitMs = 10_000;
const startMs = 20_000;
const lookEveryMs = 50;
const carrierHost = '127.0.0.2';
/** Fast qualify, so that a silent phone is noticed within seconds. */
const serviceEnv = {
  YIHAO_QUALIFY_MS: '1000',
  YIHAO_QUALIFY_TIMEOUT_MS: '1000',
  YIHAO_RECORDING_FLOOR_MB: '64',
};

/** Other speech stays below 0.3, the same audio above 0.9. */
const sameAudio = 0.8;
const otherAudio = 0.2;
const listenEveryMs = 250;
type ListenArguments = readonly [listener: Listener, promptId: string, listen: ListenOptions];

interface PromptManifest {
  readonly prompts: Readonly<
    Record<string, { readonly parts: readonly { readonly sounds: Readonly<Record<string, SoundFile>> }[] }>
  >;
}

interface SoundFile {
  readonly file: string;
  readonly durationMs: number;
}

/** A channel, a bridge or an endpoint, as ARI lists it. */
interface AriRow {
  readonly id: string;
  readonly name?: string;
  readonly resource?: string;
}

interface AgentShown {
  readonly agentId: string;
  readonly state: string;
}

/** The administrator acts on the agents: he has to say why. */
function orderFor(path: string): object {
  if (path === 'break') return { note: '测试' };
  return ['ready', 'sign-out', 'wrap-up/end', 'wrap-up/extend'].includes(path) ? { reason: '测试' } : {};
}

/** Starts everything; the prompts come from the cache that set-up filled. */
export async function startStation(options: StationOptions): Promise<Station> {
  const home = await mkdtemp(join(tmpdir(), 'yihao-station-'));
  await cp(join(projectDir, 'ivr-flows'), join(home, 'flows'), { recursive: true });
  const flowsFile = (file: string) => join(home, 'flows', file);
  const survey: Replacements = options.survey === true ? [] : [['enabled: true', 'enabled: false']];
  const repeats: Replacements = options.repeats === true ? [] : [['repeatWithin: 24h', 'repeatWithin: 0s']];
  await replaceIn(flowsFile('policies.yaml'), [...survey, ...repeats, ...(options.policies ?? [])]);
  for (const [file, changes] of Object.entries(options.files ?? {}))
    await replaceIn(flowsFile(file), changes);
  const env = {
    ...process.env,
    YIHAO_HOME: home,
    YIHAO_FLOWS: join(home, 'flows'),
    YIHAO_PORT_BASE: String(options.portBase),
    YIHAO_SIP_PORT: String(options.sipPort),
    YIHAO_RTP_START: String(options.rtpStart),
    YIHAO_RTP_END: String(options.rtpStart + (options.rtpPorts ?? 200) - 1),
  };
  const layout = layoutOf(env);
  await makeSecrets(layout.secrets);
  const how = { watch: options.watch ?? true };
  const [redis, postgres, asterisk] = await Promise.all([
    startRedis(layout, how),
    startPostgres(layout, how),
    // It looks for its hold music once, when it starts.
    makePrompts(env).then(() => startAsterisk(layout, how)),
  ]);
  const clock = await createClock(join(home, 'clock'), options.startsAtMs);
  const start = (more: Readonly<Record<string, string>> = {}) =>
    startService(layout, {
      ...how,
      nodeArgs: [...clock.nodeArgs, ...(options.serviceNodeOptions ?? [])],
      env: { ...serviceEnv, ...clock.env, ...options.env, ...more },
    });
  const parts = { redis, postgres, asterisk, service: await start() };
  const phones: Phone[] = [];
  const hotline = await enrolHotline(layout, clock.nowMs);
  const api = await createApi(layout.httpPort, async () => hotline.credentials());

  const secretOf = async (file: string, id: string): Promise<string> => {
    const secrets = JSON.parse(await readFile(join(layout.secrets, file), 'utf8')) as Record<string, string>;
    return secrets[id] ?? '';
  };
  const devicePassword = (deviceId: string) => secretOf('devices.json', deviceId);
  const ari = async (path: string): Promise<readonly AriRow[]> => {
    const password = (await readFile(join(layout.secrets, 'ari'), 'utf8')).trim();
    const authorization = `Basic ${Buffer.from(`yihao:${password}`).toString('base64')}`;
    const answer = await request(`http://127.0.0.1:${layout.ariPort}/ari/${path}`, {
      headers: { authorization },
    });
    return (await answer.body.json()) as AriRow[];
  };
  // The service answers a moment before it has made the phones' accounts.
  await until(
    'every phone has its account',
    async () => {
      const devices = JSON.parse(await readFile(join(layout.secrets, 'devices.json'), 'utf8')) as object;
      const accounts = new Set((await ari('endpoints')).map(({ resource }) => resource));
      return Object.keys(devices).every((deviceId) => accounts.has(deviceId)) || undefined;
    },
    startMs,
  );

  async function signIn(agentId: string, deviceId: string, ready = true): Promise<void> {
    // Only once the phone is known to be there: the first offer must not meet a stale "unreachable".
    await until(`device ${deviceId} reachable`, async () => {
      // Refused while another log-in of the same account is under way, it is asked for again.
      await api('POST', `/api/v1/agents/${agentId}/sign-in`, { deviceId });
      const { body } = await api('GET', '/api/v1/live');
      const agents = body['agents'] as AgentShown[];
      const state = agents.find((one) => one.agentId === agentId)?.state ?? 'offline';
      return (state !== 'unreachable' && state !== 'offline') || undefined;
    });
    if (ready) await api('POST', `/api/v1/agents/${agentId}/ready`, orderFor('ready'));
  }

  async function seat(agentId: string, seatOptions: Parameters<Station['seat']>[1] = {}): Promise<Seat> {
    const deviceId = `d${agentId}`;
    const phone = await createPhone({
      user: deviceId,
      password: await devicePassword(deviceId),
      server: { host: '127.0.0.1', port: options.sipPort },
      bind: { host: '127.0.0.1' },
      toneHz: seatOptions.toneHz ?? 700,
      onInvite: seatOptions.onInvite ?? { autoAnswerMs: 200 },
    });
    phones.push(phone);
    // The accounts follow the service's connection to Asterisk; until then it is a stranger.
    await until(`${deviceId} registered`, async () => {
      await phone.register();
      return true;
    });
    await signIn(agentId, deviceId, seatOptions.ready ?? true);
    const state = async () => {
      const { body } = await api('GET', '/api/v1/live');
      return (body['agents'] as AgentShown[]).find((one) => one.agentId === agentId)?.state ?? '';
    };
    return {
      agentId,
      deviceId,
      phone,
      state,
      untilState: async (wanted, timeoutMs) => {
        await until(`${agentId} ${wanted}`, async () => (await state()) === wanted || undefined, timeoutMs);
      },
      act: (path, body) => {
        const whole = { ...body, ...orderFor(path) };
        return api(
          'POST',
          `/api/v1/agents/${agentId}/${path}`,
          Object.keys(whole).length > 0 ? whole : undefined,
        );
      },
    };
  }

  /** As the last build left it: a publication makes sounds, too. */
  const manifestNow = () =>
    JSON.parse(readFileSync(join(home, 'sounds', 'manifest.json'), 'utf8')) as PromptManifest;

  function soundOf(promptId: string, slot: string): { path: string; durationMs: number } {
    if (promptId === eventPromptId) {
      const path = join(home, 'sounds', 'events', `${slot}.wav`);
      return { path, durationMs: wavDurationMs(statSync(path).size) };
    }
    const sounds = manifestNow().prompts[promptId]?.parts[0]?.sounds;
    const sound = sounds?.[slot];
    if (sound === undefined)
      throw new Error(`no sound ${promptId} ${slot}: ${Object.keys(sounds ?? {}).join(' ')}`);
    return { path: join(home, 'sounds', `${sound.file}.wav`), ...sound };
  }

  function find(look: typeof matchesWav, ...[listener, promptId, listen]: ListenArguments): PromptHeard {
    const { sinceMs, slot = '', firstMs } = listen;
    const { path, durationMs } = soundOf(promptId, slot);
    const window = { fromMs: sinceMs, toMs: Date.now(), ...(firstMs !== undefined && { firstMs }) };
    const match = look(listener, path, window);
    return { ...match, endsAtMs: match.atMs + (firstMs ?? durationMs) };
  }

  /** By pieces only where something is alike at all, or to be sure. */
  function lookFor(
    listener: Listener,
    promptId: string,
    listen: ListenOptions,
    surely: boolean,
  ): PromptHeard {
    const whole = find(matchesWav, listener, promptId, listen);
    const isClear = whole.score >= sameAudio || (whole.score < otherAudio && !surely);
    return isClear ? whole : find(matchesWavInPieces, listener, promptId, listen);
  }

  const hears: Station['hears'] = async (listener, promptId, listen) => {
    const endMs = Date.now() + (listen.timeoutMs ?? waitMs);
    const lengthMs = listen.firstMs ?? soundOf(promptId, listen.slot ?? '').durationMs;
    // It cannot be over sooner, and looking is what costs most where many calls are heard side by side.
    await sleepUntil(Math.min(listen.sinceMs + lengthMs, endMs));
    let fromMs = listen.sinceMs;
    for (;;) {
      const lookedAtMs = Date.now();
      const isLast = lookedAtMs > endMs;
      const match = lookFor(
        listener,
        promptId,
        { ...listen, sinceMs: isLast ? listen.sinceMs : fromMs },
        isLast,
      );
      if (match.score >= sameAudio) {
        await sleepUntil(match.endsAtMs);
        return match;
      }
      if (isLast) throw new Error(`${promptId} not heard; likeness ${match.score.toFixed(2)}`);
      // What had ended by now was looked for; late packets are put back to where they belong.
      fromMs = Math.max(listen.sinceMs, lookedAtMs - lengthMs - 5_000);
      // Most of the time is the phones', whose packets must be read.
      const tookMs = Date.now() - lookedAtMs;
      await sleepUntil(Date.now() + Math.max(listenEveryMs, 5 * tookMs));
    }
  };

  async function closedRecord(contactId: string): Promise<ClosedRecord> {
    return until(`record of ${contactId}`, async () => {
      const { status, body } = await api('GET', `/api/v1/contacts/${contactId}`);
      const found = body as unknown as ClosedRecord;
      return status === 200 && found.record['endedAtMs'] !== null ? found : undefined;
    });
  }

  async function editSite(file: string, changes: Replacements): Promise<void> {
    await replaceIn(flowsFile(file), changes);
    const { status, body } = await api('POST', '/api/v1/site/reload');
    if (status !== 200) throw new Error(`the site was refused: ${JSON.stringify(body)}`);
  }

  async function facts(type?: string): Promise<readonly JournaledFact[]> {
    const found: JournaledFact[] = [];
    for (const name of (await readdir(layout.spool)).sort()) {
      const { lines } = decodeLines(await readFile(join(layout.spool, name)));
      for (const line of lines) {
        if (line.is !== 'entry') continue;
        const { stream, id, seq, atMs } = line.entry;
        for (const [at, fact] of line.entry.facts.entries()) {
          if (type === undefined || fact.type === type)
            found.push({ ...fact, stream, id, seq: seq + at, atMs });
        }
      }
    }
    return found;
  }

  async function restartService(more?: Readonly<Record<string, string>>): Promise<void> {
    await parts.service.stop();
    parts.service = await start(more);
  }

  return {
    home,
    sipPort: options.sipPort,
    parts,
    api,
    seat,
    signIn,
    devicePassword,
    hotlineCredentials: () => hotline.credentials(),
    pin: (agentId) => secretOf('pins.json', agentId),
    async citizen(last4, how = {}) {
      const phone = await createPhone({
        user: how.number ?? `03110000${last4}`,
        server: { host: '127.0.0.1', port: options.sipPort },
        bind: { host: carrierHost },
        toneHz: how.toneHz ?? 500,
      });
      phones.push(phone);
      return phone;
    },
    facts,
    editSite,
    until,
    hears,
    soundMs: (promptId, slot = '') => soundOf(promptId, slot).durationMs,
    likeness: async (...listening) => find(matchesWav, ...listening),
    apiAs: async (agentId) =>
      createApi(layout.httpPort, async () => ({
        user: agentId,
        password: await secretOf('pins.json', agentId),
      })),
    closedRecord,
    channels: async () => (await ari('channels')).map(({ name }) => name ?? ''),
    bridges: async () => (await ari('bridges')).map(({ id }) => id),
    setClock: clock.set,
    nowMs: clock.nowMs,
    restartService,
    async killService(more) {
      await parts.service.kill('SIGKILL');
      await restartService(more);
    },
    async close() {
      await Promise.all(phones.map((phone) => phone.close().catch(() => undefined)));
      await parts.service.stop();
      await Promise.all([parts.asterisk.stop(), parts.redis.stop(), parts.postgres.stop()]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The service's clock beside the machine's, told to the service by a file. */
async function createClock(file: string, startsAtMs: number | undefined) {
  let aheadMs = 0;
  const put = async (atMs: number) => {
    aheadMs = atMs - Date.now();
    await writeFile(file, String(aheadMs));
  };
  if (startsAtMs !== undefined) await put(startsAtMs);
  const isTaken = async () => (await readFile(`${file}.taken`, 'utf8')) === String(aheadMs) || undefined;
  return {
    nodeArgs: startsAtMs === undefined ? [] : ['--import', new URL('moved-clock.mjs', import.meta.url).href],
    env: { STATION_CLOCK: file },
    nowMs: () => Date.now() + aheadMs,
    async set(atMs: number) {
      await put(atMs);
      await until('the clock moved', isTaken);
    },
  };
}

/** Waits until `look` gives something; a rejection counts as nothing yet. */
async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined>,
  timeoutMs = waitMs,
): Promise<Found> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

function sleepUntil(atMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - Date.now())));
}

async function replaceIn(file: string, changes: Replacements): Promise<void> {
  if (changes.length === 0) return;
  let text = await readFile(file, 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${file} has no «${from}»`);
    text = text.replace(from, to);
  }
  await writeFile(file, text);
}

async function makePrompts(env: NodeJS.ProcessEnv): Promise<void> {
  await run(process.execPath, [join(projectDir, 'scripts', 'prompts.mjs'), 'build'], { env });
}

/** The hotline's administrator after his first log-in. The accounts are made as soon as the database has its tables. */
async function enrolHotline(
  { httpPort, secrets }: ReturnType<typeof layoutOf>,
  nowMs: () => number,
): Promise<Enrolled> {
  const send = createSender(httpPort);
  const first = {
    user: 'hotline',
    password: (await readFile(join(secrets, 'hotline'), 'utf8')).trim(),
  };
  // Rarely the database is not there yet; log-ins are counted, so it is not asked often.
  for (let tries = 0; tries < 15; tries += 1) {
    const { status } = await send('POST', '/api/v1/session', first);
    if (status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return enrol(send, first, nowMs);
}

/** A client of the API that keeps its session's cookie. */
function createSender(port: number): Station['api'] {
  const origin = `http://127.0.0.1:${port}`;
  let cookie = '';

  return async (method, path, body) => {
    const answer = await request(`${origin}${path}`, {
      method,
      headers: { cookie, origin, ...(body && { 'content-type': 'application/json' }) },
      body: body ? JSON.stringify(body) : null,
    });
    const set = answer.headers['set-cookie'];
    if (set !== undefined)
      cookie = [set]
        .flat()
        .map((one) => one.split(';')[0])
        .join('; ');
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };
}

/** A client of the API that logs in by itself, and again when the service has forgotten it. */
async function createApi(port: number, credentials: () => Promise<object>): Promise<Station['api']> {
  const send = createSender(port);
  return async (method, path, body) => {
    const answer = await send(method, path, body);
    if (answer.status !== 401) return answer;
    await send('POST', '/api/v1/session', await credentials());
    return send(method, path, body);
  };
}
