// @ts-check
// Who runs, and who holds the ports: ours, nobody, or somebody else.

import { readFile, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { portsOf } from '../run/ports.mjs';
import { processTree } from '../run/process-tree.mjs';
import { fault, ok } from './finding.mjs';
import { PARTS, quoted } from './patient.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */
/** @typedef {import('./patient.mjs').PartName} PartName */
/** @typedef {{readonly address: string, readonly port: number, readonly kind: string, readonly inode: string}} Held */

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeParts(patient) {
  const { supervisor, parts, start, ownDatabase } = patient;
  if (supervisor === undefined) {
    const left = Object.entries(parts).map(([name, seen]) => `${name} ${seen.pid}`);
    if (left.length === 0) return [fault('running', '没有运行。', 'It does not run.', start)];
    const pids = Object.values(parts).map(({ pid }) => pid);
    return [
      fault(
        'running',
        `守护进程不在,却还有 ${left.join('、')}。`,
        'Left-over parts run without their supervisor.',
        `kill ${pids.join(' ')}; ${start}`,
      ),
    ];
  }
  const wanted = PARTS.filter((name) => ownDatabase || name !== 'postgres');
  const found = await Promise.all(wanted.map((name) => partFinding(patient, name)));
  return found.flat();
}

/** @param {Patient} patient @param {PartName} name @returns {Promise<readonly Finding[]>} */
async function partFinding({ layout, parts }, name) {
  const seen = parts[name];
  const log = path.join(layout.log, `${name}.log`);
  if (seen === undefined) {
    const text = await readFile(log, 'utf8').catch(() => '');
    const last = text.trim().split('\n').at(-1)?.slice(0, 160) ?? '';
    const zh = `${name} 启动后又退出,正在反复重启:${last}`;
    return [
      fault(`running.${name}`, zh, 'It ends again and again; its log says why.', `tail -n 30 ${quoted(log)}`),
    ];
  }
  if (seen.frozen)
    return [
      fault(
        `running.${name}`,
        `${name} 被暂停(进程 ${seen.pid})。`,
        'It is frozen.',
        `kill -CONT ${seen.pid}`,
      ),
    ];
  return [ok(`running.${name}`, `${name} 在运行(进程 ${seen.pid})。`, 'It runs.')];
}

/** What the kernel says is bound: TCP that listens, and all UDP. @returns {Promise<readonly Held[]>} */
async function heldPorts() {
  const tables = ['tcp', 'tcp6', 'udp', 'udp6'];
  const texts = await Promise.all(
    tables.map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  return texts.flatMap((text, at) => {
    const kind = tables[at]?.startsWith('tcp') ? 'tcp' : 'udp';
    return text
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const cells = line.trim().split(/\s+/);
        const [address = '', port = ''] = (cells[1] ?? '').split(':');
        if (port === '' || (kind === 'tcp' && cells[3] !== '0A')) return [];
        return [
          { address: addressOf(address), port: Number.parseInt(port, 16), kind, inode: cells[9] ?? '' },
        ];
      });
  });
}

/** `0100007F` is 127.0.0.1; all of IPv6's zeros are the wildcard. @param {string} hex */
function addressOf(hex) {
  if (/^0+$/.test(hex)) return '*';
  const last = hex.slice(-8); // of IPv6 only ::ffff:a.b.c.d concerns us
  return [6, 4, 2, 0].map((at) => Number.parseInt(last.slice(at, at + 2), 16)).join('.');
}

/** The process that holds a socket, as far as we may look. @param {string} inode */
async function holderOf(inode) {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if ((await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')) !== `socket:[${inode}]`) continue;
      return { pid: Number(pid), name: (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() };
    }
  }
  return undefined;
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probePorts(patient) {
  const { layout, parts, here, ownDatabase } = patient;
  const held = await heldPorts();
  const found = [];
  for (const name of PARTS.filter((one) => ownDatabase || one !== 'postgres')) {
    const own = parts[name] === undefined ? [] : await processTree(parts[name].pid);
    for (const { port, host, kind, setting } of portsOf(layout)[name]) {
      const one = held.find(
        (it) =>
          it.port === port &&
          it.kind === kind &&
          (it.address === '*' || host === '0.0.0.0' || it.address === host),
      );
      if (one === undefined) continue;
      const holder = await holderOf(one.inode);
      // What we may not look into is ours where our part runs.
      if (holder === undefined ? own.length > 0 : own.includes(holder.pid)) continue;
      const who = holder === undefined ? '其他用户的程序' : `${holder.name}(进程 ${holder.pid})`;
      const other = freeFrom(setting === 'YIHAO_SIP_PORT' ? layout.sipPort : layout.httpPort, held);
      const zh = `${name} 的端口 ${host}:${port}(${kind})被${who}占用,请停掉它,或换端口启动。`;
      const words = `${port} is held by another program: stop it, or start on other ports.`;
      found.push(fault(`port.${port}.${kind}`, zh, words, here(`${setting}=${other} npm start`)));
    }
  }
  const all = `${layout.httpPort}–${layout.postgresPort}、SIP ${layout.sipPort}`;
  return found.length > 0
    ? found
    : [ok('ports', `端口 ${all} 没有被别的程序占用。`, 'The ports are free or ours.')];
}

/** The next hundred where five ports in a row are free. @param {number} from @param {readonly Held[]} held */
function freeFrom(from, held) {
  const taken = new Set(held.map(({ port }) => port));
  for (let base = from + 100; base < 65_000; base += 100)
    if ([0, 1, 2, 3, 4].every((at) => !taken.has(base + at))) return base;
  return from + 100;
}
