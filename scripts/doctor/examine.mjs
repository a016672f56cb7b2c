// @ts-check
// Runs every probe, those that wait side by side, each with a deadline; none of them changes anything.

import { setTimeout as sleep } from 'node:timers/promises';
import { probeAsterisk } from './asterisk.mjs';
import { probeBackup, probePrompts, probeRecordings, probeSpool } from './data.mjs';
import { probeDatabase } from './database.mjs';
import { fault, skipped } from './finding.mjs';
import { probeClock, probeDisk, probeNode, probePackages } from './machine.mjs';
import { probeMessages } from './messages.mjs';
import { probeParts, probePorts } from './parts.mjs';
import { meet } from './patient.mjs';
import { probeAsteriskFiles, probeBuild, probeModules, probeRunningVersion } from './program.mjs';
import { probeRedis } from './redis.mjs';
import { probeSecrets } from './secrets.mjs';
import { metricsOf, probeService, siteVersionIn } from './service.mjs';
import { probeSite } from './site.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */

const PROBE_MS = 6500;
/** These wait for others to answer, which our own work must not make look late. */
const ASKING = ['asterisk', 'redis', 'database', 'service'];

/**
 * Looks at every part, or at one: the name of a probe is the first word of the ids it gives.
 * @param {import('../run/layout.mjs').Layout} layout
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [only]
 * @returns {Promise<readonly Finding[]>}
 */
export async function examine(layout, env, only) {
  const patient = await meet(layout, env);
  const metrics = metricsOf(patient);
  const siteVersion = metrics.then(siteVersionIn);
  /** @type {Readonly<Record<string, () => Promise<readonly Finding[]>>>} */
  const probes = {
    node: probeNode,
    packages: probePackages,
    modules: () => probeModules(patient),
    'asterisk.program': () => probeAsteriskFiles(patient),
    build: () => probeBuild(patient),
    disk: () => probeDisk(patient),
    clock: () => probeClock(patient),
    secrets: () => probeSecrets(patient),
    running: () => probeParts(patient),
    version: () => probeRunningVersion(patient),
    ports: () => probePorts(patient),
    asterisk: () => probeAsterisk(patient),
    redis: () => probeRedis(patient),
    database: () => probeDatabase(patient),
    spool: () => probeSpool(patient),
    recordings: () => probeRecordings(patient),
    prompts: () => probePrompts(patient),
    site: () => probeSite(patient, siteVersion),
    service: () => probeService(patient, metrics),
    messages: () => probeMessages(patient),
    backup: () => probeBackup(patient),
  };
  const wanted = Object.entries(probes).filter(([id]) => only === undefined || id === only);
  /** @type {Map<string, readonly Finding[]>} */
  const found = new Map();
  for (const asking of [true, false]) {
    const round = wanted.filter(([id]) => ASKING.includes(id) === asking);
    await Promise.all(round.map(async ([id, probe]) => found.set(id, await inTime(id, probe, patient.here))));
  }
  return wanted.flatMap(([id]) => found.get(id) ?? []);
}

/**
 * @param {string} id
 * @param {() => Promise<readonly Finding[]>} probe
 * @param {(command: string) => string} here
 * @returns {Promise<readonly Finding[]>}
 */
async function inTime(id, probe, here) {
  const late = new AbortController();
  const deadline = sleep(
    PROBE_MS,
    [fault(id, `检查 ${id} 超时。`, 'It did not answer in time.', here('npm run doctor'))],
    {
      signal: late.signal,
      ref: false,
    },
  );
  deadline.catch(() => undefined); // aborted below
  try {
    return await Promise.race([probe(), deadline]);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ERR_MODULE_NOT_FOUND')
      return [skipped(id, `缺少模块,${id} 未检查。`, 'Modules are missing.')];
    if (code === 'EACCES')
      return [
        skipped(
          id,
          `无权读取,${id} 未检查,请用运行服务的用户检查。`,
          'Not permitted: ask as the user who runs it.',
        ),
      ];
    return [
      fault(id, `${id} 无法检查:${message}。`, 'It cannot be looked at.', here('scripts/setup --for run')),
    ];
  } finally {
    late.abort();
  }
}
