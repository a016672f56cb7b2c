// Two hundred websocket viewers during five calls a second: how late their frames are, and that the service's thread is not held up.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { request } from 'undici';
import { projectDir } from '../../scripts/run/layout.mjs';
import { createPhone } from '../phones/phone.js';
import { runSipp } from '../phones/sipp.js';
import { startStation } from './station.js';

/** What a crowd is asked to watch. */
export interface CrowdOrder {
  readonly url: string;
  /** Nothing that came to be before it counts. */
  readonly fromMs: number;
  readonly viewers: readonly {
    readonly cookie?: string;
    readonly kiosk?: string;
    readonly topic: 'wall' | 'strip';
  }[];
}

interface Figures {
  readonly count: number;
  readonly medianMs: number | null;
  readonly p99Ms: number | null;
}

/** What it saw. */
export interface CrowdReport {
  /** Sockets open at the end, and ever closed. */
  readonly open: number;
  readonly closed: number;
  /** Frames that did not follow the one before. */
  readonly gaps: number;
  readonly frames: number;
  /** From a contact's arrival or an agent's change to the frame at a viewer. */
  readonly eventToFrame: Figures;
  /** From the making of a frame to the viewer. */
  readonly frameToViewer: Figures;
}

const callsPerSecond = 5;
const loadMs = 22_000;
const talkMs = 6_000;
/** The service's figure is of the last whole 10 s. */
const delayWindowMs = 10_000;
const delayBoundMs = 100;
const crowd = { supervisor: 120, administrator: 20, screen: 30, strip: 30 } as const;
const agentIds = ['1002', '1003', '1004', '1006', '1007', '1008'] as const;

const portBase = 18_720;
const origin = `http://127.0.0.1:${String(portBase)}`;
const station = await startStation({
  portBase,
  sipPort: 18_730,
  rtpStart: 26_000,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
t.teardown(() => station.close());

async function logIn(credentials: object): Promise<string> {
  const answer = await request(`${origin}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  });
  await answer.body.dump();
  const cookie = [answer.headers['set-cookie']].flat().join().split(';')[0];
  if (answer.statusCode !== 200 || !cookie) throw new Error(`no log-in: ${String(answer.statusCode)}`);
  return cookie;
}

/** Starts the crowd; resolves when everybody watches. */
async function startCrowd(order: CrowdOrder): Promise<() => Promise<CrowdReport>> {
  const args = ['--import', './scripts/load-typescript.mjs', join(import.meta.dirname, 'watching-crowd.ts')];
  const child = spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, ...args, JSON.stringify(order)], {
    cwd: projectDir,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.value !== 'watching') throw new Error('the crowd did not come');
  return async () => {
    child.stdin.write('\n');
    return JSON.parse(String((await lines.next()).value)) as CrowdReport;
  };
}

/** Delays of the event loop, p99 of 10 s in ms, as the service tells them while this goes on. */
async function delaysWhile(running: Promise<unknown>): Promise<readonly number[]> {
  const found: number[] = [];
  let over = false;
  void running.finally(() => (over = true));
  await sleep(delayWindowMs);
  while (!over) {
    const answer = await request(`${origin}/metrics`);
    const text = await answer.body.text();
    found.push(Number(/^yihao_event_loop_delay_p99_seconds (\S+)$/m.exec(text)?.[1]) * 1_000);
    await sleep(1_000);
  }
  return found;
}

function tell(what: string, { count, medianMs, p99Ms }: Figures): string {
  return `${what}: median ${String(medianMs)} ms, p99 ${String(p99Ms)} ms (${String(count)})`;
}

t.test('200 viewers during 5 calls a second: the thread is not held up, nobody misses a frame', async (t) => {
  for (const agentId of agentIds) {
    const deviceId = `d${agentId}`;
    const phone = await createPhone({
      user: deviceId,
      password: await station.devicePassword(deviceId),
      server: { host: '127.0.0.1', port: station.sipPort },
      bind: { host: '127.0.0.1' },
      keepAudioMs: 0,
      onInvite: { autoAnswerMs: 100 },
    });
    t.teardown(() => phone.close());
    await phone.register();
    await station.signIn(agentId, deviceId);
  }
  const secret = async (name: string) => (await readFile(join(station.home, 'secrets', name), 'utf8')).trim();
  const supervisor = await logIn({ user: '1001', password: await station.pin('1001') });
  const administrator = await logIn(station.hotlineCredentials());
  const kiosk = await secret('kiosk');
  const agents: string[] = [];
  for (const agentId of agentIds)
    agents.push(await logIn({ user: agentId, password: await station.pin(agentId) }));
  const many = <Viewer>(count: number, viewerOf: (at: number) => Viewer) =>
    Array.from({ length: count }, (_unused, at) => viewerOf(at));
  const viewers: CrowdOrder['viewers'] = [
    ...many(crowd.supervisor, () => ({ cookie: supervisor, topic: 'wall' as const })),
    ...many(crowd.administrator, () => ({ cookie: administrator, topic: 'wall' as const })),
    ...many(crowd.screen, () => ({ kiosk, topic: 'wall' as const })),
    ...many(crowd.strip, (at) => ({ cookie: agents[at % agents.length] ?? '', topic: 'strip' as const })),
  ];
  t.equal(viewers.length, 200);
  const leave = await startCrowd({
    url: `ws://127.0.0.1:${String(portBase)}/ws`,
    fromMs: Date.now(),
    viewers,
  });

  const calls = (callsPerSecond * loadMs) / 1_000;
  const load = runSipp({
    scenario: { builtIn: 'uac' },
    target: { host: '127.0.0.1', port: station.sipPort },
    bind: { host: '127.0.0.2', port: 18_732 },
    service: '12345',
    calls,
    callsPerSecond,
    talkMs,
    timeoutMs: 2 * loadMs,
    mediaPort: 26_200,
  });
  const delaysMs = await delaysWhile(load);
  t.match(await load, { ok: true, successful: calls, failed: 0 });
  const report = await leave();

  t.match(
    report,
    { open: viewers.length, closed: 0, gaps: 0 },
    'everybody watched to the end, and missed nothing',
  );
  t.ok(report.frames > 50 * viewers.length, `${String(report.frames)} frames came`);
  t.ok(
    report.eventToFrame.count > calls * crowd.supervisor,
    'every arrival was seen by everybody who may see it',
  );
  const worstMs = Math.max(...delaysMs);
  t.ok(delaysMs.length >= 10 && worstMs < delayBoundMs, `event-loop delay p99 ${worstMs.toFixed(1)} ms`);
  t.ok(
    (await station.facts('AgentConnected')).length > agentIds.length,
    'and there were talks among the calls',
  );
  t.comment(tell('event to frame at the viewer', report.eventToFrame));
  t.comment(tell('frame made to frame at the viewer', report.frameToViewer));
  t.comment(
    `event-loop delay of the service, p99 of 10 s: ${delaysMs.map((ms) => ms.toFixed(1)).join(' ')} ms`,
  );
});
