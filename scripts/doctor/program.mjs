// @ts-check
// The program: modules, Asterisk's files, what was built, and whether what runs is what lies here.

import { stat } from 'node:fs/promises';
import path from 'node:path';
import { builtInStep } from '../build.mjs';
import { modulesInStep } from '../install/node-modules.mjs';
import { findAsterisk } from '../run/asterisk-program.mjs';
import { fault, notice, ok } from './finding.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeModules({ layout, inProject }) {
  if (await modulesInStep(layout.project))
    return [ok('modules', 'Node 模块与 package-lock.json 一致。', 'node_modules are as locked.')];
  return [
    fault(
      'modules',
      'Node 模块缺失或版本不符。',
      'node_modules are not what package-lock.json says.',
      inProject('npm ci'),
    ),
  ];
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeAsteriskFiles({ layout, here }) {
  const program = await findAsterisk(layout.cache);
  if (program !== undefined)
    return [ok('asterisk.program', `Asterisk ${program.version} 已安装。`, 'Asterisk is installed.')];
  return [
    fault(
      'asterisk.program',
      '没有找到 Asterisk 22.10 以上版本。',
      'There is no Asterisk 22.10 or newer.',
      here('scripts/setup --for run'),
    ),
  ];
}

/** @param {string} file */
const exists = async (file) => (await stat(file).catch(() => undefined)) !== undefined;

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeBuild({ layout, inProject }) {
  const dist = path.join(layout.project, 'dist');
  const build = inProject('npm run build');
  const inStep = await builtInStep(layout.project);
  const found = [];
  if (!(await exists(path.join(dist, 'main.js'))))
    found.push(fault('build', '服务还没有编译。', 'The service is not built.', build));
  else if (!inStep.service)
    found.push(notice('build', '源码改过,编译结果还是旧的。', 'The sources changed since the build.', build));
  if (!(await exists(path.join(dist, 'web/index.html'))))
    found.push(fault('pages', '页面还没有编译,大屏和座席条打不开。', 'The pages are not built.', build));
  else if (!inStep.pages)
    found.push(
      notice('pages', '页面源码改过,编译结果还是旧的。', 'The pages changed since the build.', build),
    );
  return found.length > 0 ? found : [ok('build', '服务和页面都是最新编译。', 'Service and pages are built.')];
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeRunningVersion({ layout, parts, restart }) {
  const built = await stat(path.join(layout.project, 'dist/.stamp')).catch(() => undefined);
  if (parts.service === undefined || built === undefined) return [];
  if (built.mtimeMs <= parts.service.startedAtMs)
    return [ok('version', '运行的就是最新编译的程序。', 'What runs is what was built last.')];
  return [
    notice(
      'version',
      '运行的是编译前的旧程序,重启服务才生效(通话不断)。',
      'An older build is running; a restart drops no call.',
      restart('service'),
    ),
  ];
}
