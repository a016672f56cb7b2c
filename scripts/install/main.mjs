// @ts-check
// scripts/setup --for demo|test|run: installs and prepares what that needs, step by step; what is there already is left alone.

import { chmod, mkdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../build.mjs';
import { layoutOf, SettingError } from '../run/layout.mjs';
import { portsOf, requireFree } from '../run/ports.mjs';
import { ensureCluster } from '../run/postgres.mjs';
import { installAsterisk } from './asterisk.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { SetupFailure } from './failure.mjs';
import { takeLock } from './lock-file.mjs';
import { installNodeModules } from './node-modules.mjs';
import { buildPrompts } from './prompts.mjs';
import { makeSecrets } from './secrets.mjs';

/** @typedef {import('../run/layout.mjs').Layout} Layout */
/** @typedef {'demo' | 'test' | 'run'} Purpose */
/**
 * One step: its name in both languages, and what it does; it resolves to a few words about the outcome.
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<string>} run
 */

const DISK_FLOOR_BYTES = 1_000_000_000;
const NEW = '已完成 done';
const KEPT = '已就绪 ready';

/** @param {Layout} layout */
async function prepareHome({ home, cache }) {
  for (const folder of [home, cache]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize >= DISK_FLOOR_BYTES) continue;
    throw new SetupFailure(
      `磁盘空间不足:${folder} 所在磁盘剩余不到 1 GB,请先清理。`,
      `The disk of ${folder} has less than 1 GB left: free some first.`,
    );
  }
  // Root hands the database to another user, who must be able to walk through here; every folder in it stays closed.
  await chmod(home, process.getuid?.() === 0 ? 0o711 : 0o700);
  return home;
}

/** @param {Layout} layout */
async function checkPorts(layout) {
  const running = await takeLock(path.join(layout.run, 'start.lock'));
  if (!running.ok) return '正在运行 running already';
  await running.release();
  await requireFree(Object.values(portsOf(layout)).flat());
  return `HTTP ${layout.httpPort}, SIP ${layout.sipPort}`;
}

/**
 * @param {Layout} layout
 * @param {Purpose} purpose
 * @param {(words: string) => void} say
 * @returns {readonly Step[]}
 */
function stepsOf(layout, purpose, say) {
  const ports = { name: '端口 ports', run: () => checkPorts(layout) };
  return [
    { name: '目录 folders', run: () => prepareHome(layout) },
    ...(purpose === 'test' ? [] : [ports]), // tests choose their own
    {
      name: '系统软件包 Debian packages',
      run: async () => ((await installDebianPackages(purpose, say)) ? NEW : KEPT),
    },
    { name: 'Asterisk', run: () => installAsterisk(layout.cache, say) },
    {
      name: 'Node 模块 node modules',
      run: async () => ((await installNodeModules(layout.project)) ? NEW : KEPT),
    },
    { name: '编译 build', run: async () => ((await build(layout.project)) ? NEW : KEPT) },
    { name: '密钥 secrets', run: async () => ((await makeSecrets(layout.secrets)).length > 0 ? NEW : KEPT) },
    { name: '提示音 prompts', run: async () => ((await buildPrompts(layout)) ? NEW : KEPT) },
    { name: '数据库 database', run: async () => (await ensureCluster(layout), KEPT) },
  ];
}

/**
 * Runs every step of one purpose, one line each.
 * @param {Layout} layout
 * @param {Purpose} purpose
 * @param {(words: string) => void} say
 * @throws {SetupFailure | SettingError}
 */
export async function setUp(layout, purpose, say) {
  const lock = await takeLock(path.join(layout.run, 'setup.lock'));
  if (!lock.ok) {
    throw new SetupFailure(
      `另一个安装程序(进程 ${lock.holderPid})正在使用 ${layout.home},请等它结束。`,
      `Another set-up (process ${lock.holderPid}) is at work on ${layout.home}: wait for it to end.`,
    );
  }
  try {
    const steps = stepsOf(layout, purpose, say);
    for (const [index, { name, run }] of steps.entries()) {
      const startedMs = performance.now();
      const outcome = await run();
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      say(`[${index + 1}/${steps.length}] ${name}:${outcome} (${seconds} s)`);
    }
  } finally {
    await lock.release();
  }
}

/**
 * A failure in words for whoever sits at the terminal; a stack only for what nobody foresaw.
 * @param {unknown} error
 */
export function wordsOf(error) {
  if (error instanceof SetupFailure || error instanceof SettingError) return error.message;
  if (/** @type {NodeJS.ErrnoException} */ (error)?.code === 'ENOSPC') {
    return '磁盘已满,请清理后重试。 The disk is full: free some space and run this again.';
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** @param {readonly string[]} args @returns {Purpose} */
function purposeOf(args) {
  const word = args[0] === '--for' ? args[1] : undefined;
  if (args.length === 2 && (word === 'demo' || word === 'test' || word === 'run')) return word;
  throw new SettingError('用法 usage: scripts/setup --for demo|test|run');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const startedMs = performance.now();
    await setUp(layoutOf(process.env), purposeOf(process.argv.slice(2)), console.log);
    console.log(
      `安装完成,用时 ${((performance.now() - startedMs) / 1000).toFixed(1)} 秒。 Set-up is complete.`,
    );
  } catch (error) {
    console.error(wordsOf(error));
    process.exitCode = 1;
  }
}
