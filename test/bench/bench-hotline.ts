// The one Asterisk that all three distributors use, with a whole Yihao beside it; each of them is on only in its own rounds.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { startStation } from '../telephony/station.js';
import type { BareOrder } from './bare-distributor.js';
import { cpuMsOf } from './process-cpu.js';
import { registerPhones, turnOnPhones, type AgentPhones, type PhoneAccount } from './sipp-people.js';

/** The three that are held against each other. */
export type Distributor = 'yihao' | 'appQueue' | 'bareAri';

/** How many agents take part in a round: `few` in the rounds with a full line, `all` otherwise. */
export type Staff = 'few' | 'all';

/** What the hotline is made of. */
export interface BenchHotlineOptions {
  /** HTTP, ARI, AMI, Redis and PostgreSQL on the first five, SIP on +10, the phones and callers on +11 to +13, SIPp's media from +20 on. */
  readonly portBase: number;
  /** 2,000 ports from here on. */
  readonly rtpStart: number;
  readonly agents: Readonly<Record<Staff, number>>;
  readonly report: (words: string) => void;
  /** Options for the service's Node, such as `--cpu-prof`. */
  readonly serviceNodeOptions?: readonly string[];
}

/** CPU time so far, in ms, of each part that takes part in this distributor's work. */
export type CpuMs = Readonly<Partial<Record<'asterisk' | 'engine' | 'redis' | 'postgres', number>>>;

/** The running whole. */
export interface BenchHotline {
  readonly folder: string;
  readonly phones: AgentPhones;
  readonly accounts: readonly PhoneAccount[];
  /** Where callers come from and what they dial to reach this distributor. */
  callersOf(distributor: Distributor, staff: Staff): { readonly host: string; readonly number: string };
  /** Turns this distributor on for a round, and the others off. */
  turnOn(distributor: Distributor, staff: Staff): Promise<void>;
  cpuMs(): Promise<CpuMs>;
  /** Asterisk has no call left. */
  untilQuiet(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

const carrierHost = '127.0.0.2';
/** Callers of the other two come by a trunk of their own. */
const benchHost = '127.0.0.3';
const queueNumbers = { few: '700', all: '701' } as const;
const bareNumber = '702';
const bareApp = 'bench';
const rtpPorts = 2_000;
/** By then Asterisk has asked every phone that registered. */
const askedMs = 2_000;
const firstAgent = 2001;

const shippedAgent = "- { id: '1008', name: 演示八, team: west, skills: [general], autoAnswer: true }";
const shippedDevice = '- { id: d1008, name: 座席08 }';
const agentRow = (id: number) =>
  `- { id: '${String(id)}', name: 演示, team: west, skills: [general], autoAnswer: true, seesNumber: true }`;
const deviceRow = (id: number) => `- { id: d${String(id)}, name: 座席${String(id)} }`;
const benchTrunk = `  - id: bench
    kind: address
    addresses: ['${benchHost}']
    trustIdInbound: false
    maxLines: 2000
    didFrom: requestUri
`;

/** Beside what every call passes through anyway: who rings whom is the queue's own affair. */
const dialplan = `
[trunk-bench]
exten => ${queueNumbers.few},1,Answer(0,i)
 same => n,Queue(few,,,,600)
 same => n,Hangup()
exten => ${queueNumbers.all},1,Answer(0,i)
 same => n,Queue(all,,,,600)
 same => n,Hangup()
exten => ${bareNumber},1,Stasis(${bareApp})
 same => n,Hangup()
`;

const queueRow = (name: string, deviceIds: readonly string[]) => `
[${name}]
strategy = leastrecent
timeout = 10
retry = 1
autofill = yes
ringinuse = no
wrapuptime = 0
musicclass = default
joinempty = yes
${deviceIds.map((id) => `member => PJSIP/${id}`).join('\n')}
`;

/** Starts everything and registers the phones; Yihao is on, its agents not yet signed in. */
export async function startBenchHotline(options: BenchHotlineOptions): Promise<BenchHotline> {
  const { portBase, agents } = options;
  const ids = Array.from({ length: agents.all }, (_unused, at) => firstAgent + at);
  const deviceIds = ids.map((id) => `d${String(id)}`);
  const staffed = { few: deviceIds.slice(0, agents.few), all: deviceIds };
  const sipPort = portBase + 10;
  const station = await startStation({
    portBase,
    sipPort,
    rtpStart: options.rtpStart,
    rtpPorts,
    policies: [
      ['wrapUp: 60s', 'wrapUp: 0s'],
      ['record: true', 'record: false'],
      ['announceAgent: true', 'announceAgent: false'],
    ],
    files: {
      'agents.yaml': [[shippedAgent, [shippedAgent, ...ids.map(agentRow)].join('\n')]],
      'devices.yaml': [[shippedDevice, [shippedDevice, ...ids.map(deviceRow)].join('\n')]],
      'queues.yaml': [
        ['recorded: true', 'recorded: false'],
        ['limit: 200', 'limit: 2000'],
      ],
      'trunks.yaml': [
        ['maxCalls: 120', 'maxCalls: 2000'],
        ['maxLines: 120', 'maxLines: 2000'],
        ['trunks:\n', `trunks:\n${benchTrunk}`],
      ],
      // In line from the first moment, as with the other two: no greeting is played to anybody.
      'flows/12345.yaml': [[greetingInLine, '    enqueue: general\n    onTimeout: waitedLong\n']],
    },
    env: { YIHAO_QUALIFY_MS: '15000', YIHAO_QUALIFY_TIMEOUT_MS: '3000' },
    ...(options.serviceNodeOptions && { serviceNodeOptions: options.serviceNodeOptions }),
  });
  const folder = await mkdtemp(join(tmpdir(), 'yihao-bench-'));
  let signedIn = 0;
  let viewer: WebSocket | undefined;
  let bare: ChildProcess | undefined;
  let bareEnd: Promise<unknown> = Promise.resolve();
  let isYihaoOn = true;
  let now: Distributor = 'yihao';

  const secret = async (name: string) => (await readFile(join(station.home, 'secrets', name), 'utf8')).trim();
  const ariPassword = await secret('ari');
  const ariUrl = `http://127.0.0.1:${String(portBase + 1)}/ari`;
  const authorization = `Basic ${Buffer.from(`yihao:${ariPassword}`).toString('base64')}`;
  const ask = async (method: 'POST' | 'PUT' | 'GET', path: string) => {
    const answer = await request(`${ariUrl}/${path}`, { method, headers: { authorization } });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`ARI ${path}: ${String(answer.statusCode)} ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };

  async function addQueues(): Promise<void> {
    const etc = join(station.home, 'asterisk', 'etc');
    await appendFile(join(etc, 'extensions.conf'), dialplan);
    const queues = [queueRow('few', staffed.few), queueRow('all', staffed.all)].join('');
    await writeFile(join(etc, 'queues.conf'), `[general]\npersistentmembers = no\nautofill = yes\n${queues}`);
    await ask('POST', 'asterisk/modules/app_queue.so');
    await ask('PUT', 'asterisk/modules/pbx_config.so');
  }

  async function watchWall(): Promise<void> {
    const kiosk = await secret('kiosk');
    viewer = new WebSocket(`ws://127.0.0.1:${String(portBase)}/ws?kiosk=${kiosk}`);
    viewer.on('error', () => undefined);
    viewer.once('open', () => viewer?.send(JSON.stringify({ watch: 'wall' })));
    viewer.on('message', (data: Buffer) => void JSON.parse(data.toString()));
    await once(viewer, 'message');
  }

  async function signIn(count: number): Promise<void> {
    for (; signedIn < count; signedIn += 1)
      await station.signIn(String(firstAgent + signedIn), deviceIds[signedIn] ?? '');
  }

  async function untilReady(count: number): Promise<void> {
    await station.until(
      'all agents ready',
      async () => {
        const { body } = await station.api('GET', '/api/v1/live');
        const shown = body['agents'] as readonly { readonly agentId: string; readonly state: string }[];
        return shown.filter(({ state }) => state === 'ready').length >= count || undefined;
      },
      30_000,
    );
  }

  async function yihaoOff(): Promise<void> {
    viewer?.terminate();
    viewer = undefined;
    if (isYihaoOn) await station.parts.service.stop();
    isYihaoOn = false;
  }

  async function yihaoOn(): Promise<void> {
    if (!isYihaoOn) {
      // What the others' calls left there is none of Yihao's.
      await rm(join(station.home, 'cdr', 'calls.csv'), { force: true });
      await station.restartService();
    }
    isYihaoOn = true;
  }

  async function bareOn(staff: Staff): Promise<void> {
    const order: BareOrder = {
      baseUrl: ariUrl,
      user: 'yihao',
      password: ariPassword,
      app: bareApp,
      agents: staffed[staff],
    };
    const env = { ...process.env };
    delete env['NODE_OPTIONS'];
    bare = fork(join(import.meta.dirname, 'bare-distributor.ts'), [JSON.stringify(order)], {
      execArgv: ['--import', join(import.meta.dirname, '..', '..', 'scripts', 'load-typescript.mjs')],
      env,
    });
    bareEnd = once(bare, 'exit');
    await Promise.race([
      once(bare, 'message', { signal: AbortSignal.timeout(20_000) }),
      bareEnd.then(() => Promise.reject(new Error('the bare distributor did not start'))),
    ]);
  }

  async function bareOff(): Promise<void> {
    bare?.disconnect();
    await bareEnd;
    bare = undefined;
    bareEnd = Promise.resolve();
  }

  const phones: AgentPhones = {
    server: { host: '127.0.0.1', port: sipPort },
    bind: { host: '127.0.0.1', port: portBase + 11 },
    registerPort: portBase + 13,
    mediaPort: portBase + 20,
    folder,
  };
  const accounts: PhoneAccount[] = [];

  async function close(): Promise<void> {
    await bareOff().catch(() => undefined);
    viewer?.terminate();
    await station.close();
    await rm(folder, { recursive: true, force: true });
  }

  try {
    for (const deviceId of deviceIds)
      accounts.push({ deviceId, password: await station.devicePassword(deviceId) });
    await addQueues();
    const on = await turnOnPhones(phones, null);
    try {
      await registerPhones(phones, accounts);
      await sleep(askedMs);
    } finally {
      await on.off();
    }
    options.report(`${deviceIds.length} phones registered`);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    folder,
    phones,
    accounts,
    callersOf(distributor, staff) {
      if (distributor === 'yihao') return { host: carrierHost, number: '12345' };
      return { host: benchHost, number: distributor === 'appQueue' ? queueNumbers[staff] : bareNumber };
    },
    async turnOn(distributor, staff) {
      now = distributor;
      await bareOff();
      if (distributor !== 'yihao') await yihaoOff();
      if (distributor === 'bareAri') return bareOn(staff);
      if (distributor !== 'yihao') return;
      await yihaoOn();
      await signIn(agents[staff]);
      await untilReady(agents[staff]);
      if (viewer === undefined) await watchWall();
    },
    async cpuMs() {
      const { asterisk, service, redis, postgres } = station.parts;
      const of = async (pid: number | undefined) => (pid === undefined ? 0 : cpuMsOf(pid));
      if (now === 'appQueue') return { asterisk: await of(asterisk.pid) };
      if (now === 'bareAri') return { asterisk: await of(asterisk.pid), engine: await of(bare?.pid) };
      return {
        asterisk: await of(asterisk.pid),
        engine: await of(service.pid),
        redis: await of(redis.pid),
        postgres: await of(postgres.pid),
      };
    },
    async untilQuiet(timeoutMs) {
      const endMs = Date.now() + timeoutMs;
      while (((await ask('GET', 'channels')) as readonly unknown[]).length > 0) {
        if (Date.now() > endMs) throw new Error('calls were left in Asterisk');
        await sleep(100);
      }
    },
    close,
  };
}

const greetingInLine = `    enqueue: general
    say:
      - { prompt: greet.main, short: greet.short, mustHear: true, opening: true }
    onTimeout: waitedLong
`;
