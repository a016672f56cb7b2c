// Drives real baresip processes (1.0): the independent softphone beside our own, so that not both ends of a proof are our code.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from './child.js';
import type { PortRange } from './rtp-stream.js';
import type { SipAddress } from './sip-transport.js';
import { createCondition } from './timers.js';

/** One baresip. Ports that are not given are any free ones. */
export interface BaresipOptions {
  readonly user: string;
  /** Without it no registration is tried (a carrier known by its address). */
  readonly password?: string;
  readonly server: SipAddress;
  readonly host?: string;
  readonly sipPort?: number;
  readonly controlPort?: number;
  readonly rtpPorts?: PortRange;
  readonly toneHz: number;
  /** Default auto. */
  readonly answer?: 'auto' | 'manual';
  /** Default PCMA. */
  readonly codec?: 'PCMA' | 'PCMU';
  /** A folder: what each call said and heard is put there as `dump-….wav`, whole once the call is over. */
  readonly dumpTo?: string;
}

/** An event baresip told us of: REGISTER_OK, CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED, … */
export interface BaresipEvent {
  readonly type: string;
  readonly atMs: number;
  readonly param: string;
  readonly peerUri: string;
}

/** A running baresip. Commands reject after 5 s without an answer. */
export interface Baresip {
  readonly user: string;
  readonly pid: number;
  readonly sipPort: number;
  readonly events: readonly BaresipEvent[];
  /** Runs a command of its menu (dial, accept, hangup, hold, resume, sndcode, …). @throws Error with what it said */
  command(name: string, params?: string): Promise<string>;
  dial(numberOrUri: string): Promise<void>;
  accept(): Promise<void>;
  hangUp(): Promise<void>;
  hold(): Promise<void>;
  resume(): Promise<void>;
  sendDigits(digits: string): Promise<void>;
  /** Resolves when `nth` (default 1) events of the type have come. */
  untilEvent(
    type: string,
    options?: { readonly nth?: number; readonly timeoutMs?: number },
  ): Promise<BaresipEvent>;
  /** Ends it at once, without goodbye. */
  kill(): Promise<void>;
  /** Ends it and removes its files. */
  close(): Promise<void>;
}

const commandMs = 5_000;
const eventMs = 10_000;

/** Starts baresip; resolves when it takes commands and, where it has a password, is registered. */
export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const folder = mkdtempSync(join(tmpdir(), 'yihao-baresip-'));
  const sipPort = options.sipPort ?? (await freePortPair());
  const controlPort = options.controlPort ?? (await freePortPair());
  writeFileSync(join(folder, 'config'), configText(options, sipPort, controlPort));
  writeFileSync(join(folder, 'accounts'), `${accountText(options)}\n`);
  writeFileSync(join(folder, 'contacts'), '');
  const child = await startChild('baresip', ['-f', folder], { cwd: folder });
  let control: Control | undefined;
  const close = async (): Promise<void> => {
    control?.close();
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    control = await openControl(child, controlPort);
    if (options.password !== undefined) await untilRegistered(control);
  } catch (error) {
    await close();
    throw new Error(`baresip did not start: ${child.output}`, { cause: error });
  }
  const { command, events, untilEvent } = control;
  const run = async (name: string, params?: string): Promise<void> => void (await command(name, params));
  const uriOf = (target: string): string =>
    target.includes(':') ? target : `sip:${target}@${options.server.host}:${options.server.port}`;
  return {
    user: options.user,
    pid: child.pid,
    sipPort,
    events,
    command,
    untilEvent: (type, wanted = {}) => untilEvent(type, wanted),
    dial: (target) => run('dial', uriOf(target)),
    accept: () => run('accept'),
    hangUp: () => run('hangup'),
    hold: () => run('hold'),
    resume: () => run('resume'),
    async sendDigits(digits) {
      for (const digit of digits) {
        await command('sndcode', digit);
        await sleep(160);
      }
    },
    kill: () => child.stop(0),
    close,
  };
}

/** It may have registered before we were listening: then there is no event to come, and `reginfo` says OK. */
async function untilRegistered(control: Control): Promise<void> {
  if (/OK /.test(await control.command('reginfo'))) return;
  await control.untilEvent('REGISTER_OK', {});
}

interface Control {
  readonly events: readonly BaresipEvent[];
  readonly command: (name: string, params?: string) => Promise<string>;
  readonly untilEvent: (
    type: string,
    options: { readonly nth?: number; readonly timeoutMs?: number },
  ) => Promise<BaresipEvent>;
  readonly close: () => void;
}

/** The control port speaks netstrings of JSON: `LEN:{"command":…,"params":…,"token":…},`. */
async function openControl(child: Child, port: number): Promise<Control> {
  const socket = await connectSoon(child, port);
  const events: BaresipEvent[] = [];
  const answers = new Map<string, { readonly ok: boolean; readonly data: string }>();
  const condition = createCondition(() => `events so far: ${events.map((event) => event.type).join(' ')}`);
  let tokens = 0;
  const receive = (text: string): void => {
    const said = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const word = (key: string): string => (typeof said[key] === 'string' ? said[key] : '');
    if (said['event'] === true) {
      events.push({ type: word('type'), atMs: Date.now(), param: word('param'), peerUri: word('peeruri') });
    } else answers.set(word('token'), { ok: said['ok'] === true, data: word('data') });
    condition.changed();
  };
  let pending = Buffer.alloc(0);
  socket.on('data', (data) => {
    pending = takeNetstrings(Buffer.concat([pending, data]), receive);
  });
  socket.on('error', () => undefined); // the process ended: the waits time out and say so
  return {
    events,
    async command(name, params = '') {
      const token = `t${(tokens += 1)}`;
      const text = JSON.stringify({ command: name, params, token });
      socket.write(`${Buffer.byteLength(text)}:${text},`);
      const answer = await condition.until(`answer to ${name}`, commandMs, () => answers.get(token));
      answers.delete(token);
      if (!answer.ok) throw new Error(`baresip refused ${name}: ${answer.data}`);
      return answer.data;
    },
    untilEvent: (type, { nth = 1, timeoutMs = eventMs }) =>
      condition.until(type, timeoutMs, () => events.filter((event) => event.type === type)[nth - 1]),
    close: () => socket.destroy(),
  };
}

/** Hands each whole netstring on and gives back what is left. */
function takeNetstrings(bytes: Buffer, take: (text: string) => void): Buffer<ArrayBuffer> {
  let rest = Buffer.from(bytes);
  for (;;) {
    const colon = rest.indexOf(':');
    const length = Number(rest.toString('latin1', 0, Math.max(colon, 0)));
    if (colon < 1 || rest.length < colon + 1 + length + 1) return rest;
    take(rest.toString('utf8', colon + 1, colon + 1 + length));
    rest = rest.subarray(colon + 1 + length + 1);
  }
}

async function connectSoon(child: Child, port: number): Promise<Socket> {
  for (let triesLeft = 100; ; triesLeft -= 1) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      socket.destroy();
      if (triesLeft === 0) throw error;
      const over = await Promise.race([child.exited.then(() => true), sleep(50, false)]);
      if (over) throw new Error('the process ended', { cause: error });
    }
  }
}

/** A free port whose next one is free too: baresip takes that for TLS. Below the range the system hands out itself. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const port = 2 * randomInt(13_000, 16_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** Others than these settings fail silently: `lo` as interface, ausine at 8 kHz, stdio without a terminal. */
function configText(options: BaresipOptions, sipPort: number, controlPort: number): string {
  const host = options.host ?? '127.0.0.1';
  const ports = options.rtpPorts;
  return [
    `sip_listen ${host}:${sipPort}`,
    `net_interface ${host}`,
    ...(ports ? [`rtp_ports ${ports.first}-${ports.last}`] : []),
    `audio_source ausine,${options.toneHz}`,
    'ausrc_srate 48000',
    'ausrc_channels 2',
    'auplay_srate 48000',
    'auplay_channels 2',
    'module_path /usr/lib/baresip/modules',
    'module g711.so',
    'module ausine.so',
    ...(options.dumpTo === undefined ? [] : ['module sndfile.so', `snd_path ${options.dumpTo}`]),
    'module_tmp account.so',
    'module_app menu.so',
    'module_app ctrl_tcp.so',
    `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
    '',
  ].join('\n');
}

function accountText(options: BaresipOptions): string {
  const { host, port } = options.server;
  const server = `${host}:${port};transport=udp`;
  return [
    `<sip:${options.user}@${server}>`,
    ...(options.password === undefined ? ['regint=0'] : [`auth_pass=${options.password}`, 'regint=60']),
    `answermode=${options.answer ?? 'auto'}`,
    `audio_codecs=${options.codec ?? 'PCMA'}/8000/1`,
    `outbound="sip:${server}"`,
  ].join(';');
}
