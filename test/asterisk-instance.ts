// Starts a bare Asterisk of a test's own: ARI, AMI, a SIP caller, a SIP device without a password, and a context whose legs echo.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findAsterisk, type AsteriskProgram } from '../scripts/run/asterisk-program.mjs';
import { layoutOf } from '../scripts/run/layout.mjs';

/** Its ports: `base` ARI, +1 AMI, +2 SIP; RTP from `rtpStart` on, 80 ports. */
export interface InstancePorts {
  readonly base: number;
  readonly rtpStart: number;
}

/** A running Asterisk and what a client needs to reach it. */
export interface AsteriskInstance {
  readonly ari: { readonly baseUrl: string; readonly user: string; readonly password: string };
  readonly ami: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  };
  readonly sipPort: number;
  /** Where MixMonitor's relative files go. */
  readonly recordingsDir: string;
  /** Sends a signal to the process; after SIGKILL resolves when it is gone. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** After SIGKILL: the same instance once more. Resolves when its process has started. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const USER = 'bare';
const PASSWORD = 'bare-secret';

/** Starts one and waits until ARI answers. */
export async function startBareAsterisk(ports: InstancePorts): Promise<AsteriskInstance> {
  const program = await findAsterisk(layoutOf(process.env).cache);
  if (!program) throw new Error('There is no Asterisk: run scripts/setup --for test.');
  const dir = await mkdtemp(join(tmpdir(), 'yihao-asterisk-'));
  await writeConfiguration(dir, program, ports);
  let child = await launch(dir, program, ports);

  const instance: AsteriskInstance = {
    ari: { baseUrl: `http://127.0.0.1:${ports.base}/ari`, user: USER, password: PASSWORD },
    ami: { host: '127.0.0.1', port: ports.base + 1, user: USER, password: PASSWORD },
    sipPort: ports.base + 2,
    recordingsDir: join(dir, 'spool', 'monitor'),
    async signal(name) {
      child.kill(name);
      if (name === 'SIGKILL') await gone(child);
      if (name === 'SIGSTOP') await frozen(child);
    },
    async restart() {
      child = await launch(dir, program, ports);
    },
    async stop() {
      child.kill('SIGKILL');
      await gone(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
  return instance;
}

/** A threaded process does not stop in one instant: until the last thread has, it may still answer. */
async function frozen(child: ChildProcess): Promise<void> {
  const tasks = `/proc/${String(child.pid)}/task`;
  for (;;) {
    const states = await Promise.all(
      (await readdir(tasks)).map((id) => readFile(`${tasks}/${id}/stat`, 'utf8')),
    );
    if (states.every((text) => /\) T /.test(text))) return;
    await sleep(5);
  }
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function launch(dir: string, program: AsteriskProgram, ports: InstancePorts): Promise<ChildProcess> {
  const args = [...program.args, '-f', '-C', join(dir, 'etc', 'asterisk.conf')];
  const child = spawn(program.command, args, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  await answering(`http://127.0.0.1:${ports.base}/ari/asterisk/ping`);
  return child;
}

/** Waits until ARI answers with 200: it says 503 while Asterisk boots. */
async function answering(url: string): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  for (let tries = 0; tries < 200; tries += 1) {
    const response = await fetch(url, { headers: { authorization } }).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.status === 200) return;
    await sleep(50);
  }
  throw new Error('Asterisk did not come up within 10 s.');
}

async function writeConfiguration(
  dir: string,
  program: AsteriskProgram,
  ports: InstancePorts,
): Promise<void> {
  const folders = ['etc', 'lib', 'spool/monitor', 'run', 'log', 'data/sounds/en'];
  await Promise.all(folders.map((name) => mkdir(join(dir, name), { recursive: true })));
  await symlink(join(program.data, 'rest-api'), join(dir, 'data', 'rest-api'));
  await symlink(join(program.data, 'documentation'), join(dir, 'data', 'documentation'));
  await writeFile(join(dir, 'data/sounds/en/blip.sln'), Buffer.alloc(2 * 800)); // 100 ms of silence at 8 kHz
  const files = configurationFiles(dir, program, ports);
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dir, 'etc', name), text)));
}

function configurationFiles(dir: string, program: AsteriskProgram, { base, rtpStart }: InstancePorts) {
  return {
    'asterisk.conf': `[directories]
astetcdir => ${dir}/etc
astmoddir => ${program.modules}
astvarlibdir => ${dir}/lib
astdbdir => ${dir}/lib
astdatadir => ${dir}/data
astspooldir => ${dir}/spool
astrundir => ${dir}/run
astlogdir => ${dir}/log
`,
    'modules.conf': '[modules]\nautoload=yes\n',
    'logger.conf': '[general]\n[logfiles]\nmessages.log => warning,error\n',
    'http.conf': `[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport=${base}\nsessionlimit=1000\n`,
    'ari.conf': `[general]\nenabled=yes\n[${USER}]\ntype=user\npassword=${PASSWORD}\n`,
    'manager.conf': `[general]
enabled=yes
bindaddr=127.0.0.1
port=${base + 1}
[${USER}]
secret=${PASSWORD}
read=system,call,reporting,originate,dialplan
write=system,call,reporting,originate
`,
    'rtp.conf': `[general]\nrtpstart=${rtpStart}\nrtpend=${rtpStart + 79}\nicesupport=no\n`,
    'pjsip.conf': `[global]
type=global
endpoint_identifier_order=username,ip
[udp]
type=transport
protocol=udp
bind=127.0.0.1:${base + 2}
[caller]
type=endpoint
context=inbound
disallow=all
allow=ulaw
media_address=127.0.0.1
bind_rtp_to_media_address=yes
[caller]
type=identify
endpoint=caller
match=127.0.0.1
[agent]
type=endpoint
context=echo
disallow=all
allow=ulaw
aors=agent
[agent]
type=aor
max_contacts=1
`,
    'extensions.conf': `[inbound]
exten => _X.,1,Stasis(\${STASIS_APP},\${EXTEN})
exten => _X.,2,Hangup()
[echo]
exten => _X.,1,Answer()
exten => _X.,2,Echo()
[globals]
STASIS_APP=conformance
`,
  };
}
