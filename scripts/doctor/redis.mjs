// @ts-check
// Redis: answers, writes what it is told to disk, and never throws anything away.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fault, ok, skipped } from './finding.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */

const ANSWER_MS = 4000;

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeRedis(patient) {
  const { layout, parts, restart } = patient;
  if (parts.redis === undefined || parts.redis.frozen)
    return [skipped('redis', 'Redis 没有运行,未检查。', 'Redis does not run.')];
  const { Redis } = await import('ioredis');
  const password = (await readFile(path.join(layout.secrets, 'redis'), 'utf8')).trim();
  const client = new Redis({
    host: '127.0.0.1',
    port: layout.redisPort,
    password,
    lazyConnect: true,
    connectTimeout: ANSWER_MS,
    commandTimeout: ANSWER_MS,
    retryStrategy: () => null,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    const info = await client.info('persistence');
    const policy = /** @type {string[]} */ (await client.config('GET', 'maxmemory-policy'))[1] ?? '';
    return judge(info, policy, restart('redis'));
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return [fault('redis', `Redis 没有应答:${words}。`, 'Redis does not answer.', restart('redis'))];
  } finally {
    client.disconnect();
  }
}

/** @param {string} info @param {string} policy @param {string} restart */
function judge(info, policy, restart) {
  const is = (/** @type {string} */ name, /** @type {string} */ value) => info.includes(`${name}:${value}\r`);
  const found = [];
  if (!is('aof_enabled', '1'))
    found.push(
      fault(
        'redis.persistence',
        'Redis 没有开启 AOF,断电会丢实时状态。',
        'Redis does not write to disk.',
        restart,
      ),
    );
  if (!is('aof_last_write_status', 'ok') || !is('aof_last_bgrewrite_status', 'ok'))
    found.push(
      fault(
        'redis.write',
        'Redis 最近一次写盘失败,多半是磁盘已满。',
        'Redis could not write to its disk.',
        'df -h',
      ),
    );
  if (policy !== 'noeviction')
    found.push(
      fault(
        'redis.eviction',
        `Redis 会丢弃数据(${policy}),应为 noeviction。`,
        'Redis may throw data away.',
        restart,
      ),
    );
  if (is('loading', '1'))
    found.push(
      fault('redis.loading', 'Redis 还在读取数据,请稍候。', 'Redis is still reading its files.', 'sleep 10'),
    );
  return found.length > 0
    ? found
    : [ok('redis', 'Redis 有应答,AOF 正常,不丢弃数据。', 'Redis answers and keeps.')];
}
