// @ts-check
// Asterisk as it answers: ARI, AMI, its version, and which phones are registered.

import { readFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { fault, notice, ok, skipped } from './finding.mjs';
import { quoted } from './patient.mjs';
import { isNewEnough } from '../run/asterisk-program.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */

const ANSWER_MS = 4000;

/** @param {Patient} patient @param {string} address */
async function ari({ layout }, address) {
  const password = (await readFile(path.join(layout.secrets, 'ari'), 'utf8')).trim();
  const answer = await fetch(`http://127.0.0.1:${layout.ariPort}/ari/${address}`, {
    headers: { authorization: `Basic ${Buffer.from(`yihao:${password}`).toString('base64')}` },
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return /** @type {any} */ (await answer.json());
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeAsterisk(patient) {
  const { parts } = patient;
  if (parts.asterisk === undefined || parts.asterisk.frozen)
    return [skipped('asterisk', 'Asterisk 没有运行,未检查。', 'Asterisk does not run.')];
  const found = await Promise.all([probeAri(patient), probeAmi(patient)]);
  return found.flat();
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
async function probeAri(patient) {
  try {
    const [info, endpoints] = await Promise.all([
      ari(patient, 'asterisk/info'),
      ari(patient, 'endpoints/PJSIP'),
    ]);
    const version = String(info.system?.version ?? '');
    const found = isNewEnough(version)
      ? [ok('asterisk.ari', `Asterisk ${version},ARI 有应答。`, 'ARI answers.')]
      : [
          fault(
            'asterisk.version',
            `Asterisk ${version} 过旧。`,
            'Asterisk is too old.',
            patient.here('scripts/setup --for run'),
          ),
        ];
    return [...found, phones(patient, endpoints)];
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const { restart } = patient;
    return [
      fault(
        'asterisk.ari',
        `Asterisk 的 ARI 没有应答:${words}。`,
        'ARI does not answer.',
        restart('asterisk'),
      ),
    ];
  }
}

/** @param {Patient} patient @param {readonly {resource: string, state: string}[]} endpoints */
function phones({ layout }, endpoints) {
  const online = endpoints.filter(({ state }) => state === 'online').length;
  const words = `SIP 端点 ${endpoints.length} 个,已注册或可达 ${online} 个。`;
  if (online > 0) return ok('phones', words, 'Phones are registered.');
  const passwords = `cat ${quoted(path.join(layout.secrets, 'devices.json'))}`;
  return notice(
    'phones',
    `${words}没有话机注册。`,
    'No phone is registered; here are their passwords.',
    passwords,
  );
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
async function probeAmi(patient) {
  const password = (await readFile(path.join(patient.layout.secrets, 'ami'), 'utf8')).trim();
  const answer = await logIn(patient.layout.amiPort, password);
  if (answer === 'Success') return [ok('asterisk.ami', 'AMI 有应答。', 'AMI answers.')];
  const { restart } = patient;
  return [
    fault(
      'asterisk.ami',
      `Asterisk 的 AMI 没有应答:${answer}。`,
      'AMI does not answer.',
      restart('asterisk'),
    ),
  ];
}

/** @param {number} port @param {string} password @returns {Promise<string>} `Success`, or what is wrong */
function logIn(port, password) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    const end = (/** @type {string} */ outcome) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(ANSWER_MS, () => end('timeout'));
    socket.once('error', (/** @type {NodeJS.ErrnoException} */ error) => end(error.code ?? error.message));
    socket.once('close', () => end('closed'));
    socket.on('data', (chunk) => {
      const response = /^Response: (\w+)/m.exec((text += chunk.toString()))?.[1];
      if (response !== undefined) end(response);
    });
    socket.write(`Action: Login\r\nUsername: yihao\r\nSecret: ${password}\r\nEvents: off\r\n\r\n`);
  });
}
