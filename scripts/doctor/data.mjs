// @ts-check
// What lies on the disk: the spool's segments, recordings, prompts, and when it was last backed up.

import { readFile, readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { promptsInStep } from '../install/prompts.mjs';
import { loadBuilt } from '../prompts/core.mjs';
import { fault, notice, ok, skipped } from './finding.mjs';
import { whatFills } from './machine.mjs';
import { quoted } from './patient.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */

/** The newest so many bytes of the spool are read. */
const SPOOL_READ_BYTES = 32_000_000;
const RECORDING_DAYS = 7;
const RECORDINGS_READ = 2000;
const DAY_MS = 86_400_000;
const BACKUP_OLD_MS = 2 * DAY_MS;
const MB = 1_048_576;
/** A WAV file of nothing but its header. */
const HEADER_BYTES = 44;

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeSpool({ layout, owner, here }) {
  const names = (await readdir(layout.spool).catch(() => []))
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
  if (names.length === 0) return [ok('spool', '还没有日志。', 'There is no journal yet.')];
  const { decodeLines } = await loadBuilt('adapters/spool/spool-line');
  const closed = [];
  let damaged = 0;
  let left = SPOOL_READ_BYTES;
  for (const name of names.reverse()) {
    const file = path.join(layout.spool, name);
    const about = await stat(file).catch(() => undefined);
    if (about === undefined) continue; // carried and gone meanwhile
    if ((about.mode & 0o600) !== 0o600 || about.uid !== owner) closed.push(name);
    else if ((left -= about.size) >= 0)
      damaged += decodeLines(await readFile(file)).lines.filter(({ is }) => is === 'damaged').length;
  }
  const found = [];
  if (closed.length > 0) {
    const folder = quoted(layout.spool);
    const own = process.getuid?.() === 0 ? `chown -R ${owner} ${folder} && ` : '';
    const zh = `日志文件读不了:${closed.join('、')}。`;
    found.push(
      fault('spool.unreadable', zh, 'Segments cannot be read.', `${own}chmod -R u=rwX,go= ${folder}`),
    );
  }
  if (damaged > 0)
    found.push(
      notice(
        'spool.damaged',
        `日志中有 ${damaged} 行损坏,已跳过;文件不久会删除,可先备份。`,
        'Torn lines were passed over.',
        here('npm run backup'),
      ),
    );
  return found.length > 0
    ? found
    : [ok('spool', `日志文件 ${names.length} 个,完好。`, 'The spool is whole.')];
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeRecordings({ layout, env, parts, restart, start }) {
  const about = await statfs(layout.home).catch(() => undefined);
  if (about === undefined) return [];
  const floorMb = Number(env['YIHAO_RECORDING_FLOOR_MB'] || 1024);
  const freeMb = Math.floor((about.bavail * about.bsize) / MB);
  const found = [];
  if (freeMb < floorMb)
    found.push(
      fault(
        'recordings.disk',
        `磁盘剩余 ${freeMb} MB,低于录音下限 ${floorMb} MB,已停止录音。`,
        'Recording has stopped: too little room.',
        whatFills(layout.home),
      ),
    );
  const torn = await tornRecordings(layout.recordings);
  if (torn.length > 0) {
    const zh = `${torn.length} 个录音未正常收尾,服务启动时会修复:${torn[0]}。`;
    found.push(
      notice(
        'recordings.torn',
        zh,
        'A crash left recordings open: a start mends them.',
        parts.service ? restart('service') : start,
      ),
    );
  }
  return found.length > 0
    ? found
    : [ok('recordings', `录音正常,磁盘剩余 ${freeMb} MB。`, 'Recordings are whole.')];
}

/** Recordings of the last days that no start has mended. @param {string} folder */
async function tornRecordings(folder) {
  const { isTornRecording } = await loadBuilt('adapters/files/recording-repair');
  const torn = [];
  let left = RECORDINGS_READ;
  for (let day = 0; day < RECORDING_DAYS && left > 0; day += 1) {
    const name = new Date(Date.now() + 8 * 3_600_000 - day * DAY_MS)
      .toISOString()
      .slice(0, 10)
      .replaceAll('-', '/');
    for (const file of await readdir(path.join(folder, name)).catch(() => [])) {
      if (!file.endsWith('.wav') || (left -= 1) < 0) continue;
      const place = path.join(folder, name, file);
      if (await isTornRecording(place, Date.now()).catch(() => false)) torn.push(`${name}/${file}`);
    }
  }
  return torn;
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probePrompts({ layout, here }) {
  const build = here('npm run prompts -- build');
  const text = await readFile(path.join(layout.sounds, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined)
    return [fault('prompts', '提示音还没有生成。', 'No prompts have been made.', build)];
  let files;
  try {
    files = soundsOf(JSON.parse(text));
  } catch {
    return [fault('prompts', '提示音清单已损坏。', "The prompts' list is damaged.", build)];
  }
  const sizes = await Promise.all(
    files.map(
      async (file) => (await stat(path.join(layout.sounds, `${file}.wav`)).catch(() => undefined))?.size ?? 0,
    ),
  );
  const missing = files.filter((_, at) => (sizes[at] ?? 0) <= HEADER_BYTES);
  const music = await stat(path.join(layout.moh, 'yihao-hold.wav')).catch(() => undefined);
  if (music === undefined) missing.push('yihao-hold');
  if (missing.length > 0) {
    const zh = `缺少提示音 ${missing.length} 个:${missing.slice(0, 5).join('、')}。`;
    return [fault('prompts', zh, 'Prompts are missing.', build)];
  }
  if (!(await promptsInStep(layout)))
    return [
      notice(
        'prompts.old',
        '流程改过,提示音可能还是旧的。',
        'The flows changed since the prompts were made.',
        here('scripts/setup --for run'),
      ),
    ];
  return [ok('prompts', `提示音 ${files.length} 个,齐全。`, 'Prompts are complete.')];
}

/** @param {import('../../src/adapters/prompts/prompt-manifest.js').PromptManifest} manifest */
function soundsOf({ prompts }) {
  return Object.values(prompts).flatMap(({ parts }) =>
    parts.flatMap(({ sounds }) => Object.values(sounds).map(({ file }) => file)),
  );
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeBackup({ layout, here }) {
  if ((await stat(layout.spool).catch(() => undefined)) === undefined)
    return [skipped('backup', '还没有数据,无需备份。', 'There is nothing to back up yet.')];
  const text = await readFile(path.join(layout.home, 'last-backup.json'), 'utf8').catch(() => '{}');
  const { atMs = 0, file = '' } = JSON.parse(text);
  const mend = here(`npm run backup${file === '' ? '' : ` -- ${quoted(path.dirname(file))}`}`);
  if (atMs === 0) return [notice('backup', '还没有做过备份。', 'There has been no backup.', mend)];
  const when = new Date(atMs).toISOString();
  if (Date.now() - atMs > BACKUP_OLD_MS)
    return [notice('backup', `最近一次备份是 ${when}。`, 'The last backup is more than two days old.', mend)];
  return [ok('backup', `最近一次备份:${file}。`, 'There is a recent backup.')];
}
