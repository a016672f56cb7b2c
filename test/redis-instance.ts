// Starts a private Redis of a test's own, by the very scripts that run it elsewhere.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { layoutOf } from '../scripts/run/layout.mjs';
import { startRedis } from '../scripts/run/redis.mjs';

/** A running Redis. */
export interface RedisInstance {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** SIGSTOP freezes it, SIGCONT thaws it, SIGKILL kills it; it stays down until `start`. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): Promise<void>;
  /** Ends it tidily; it stays down until `start`. */
  shutDown(): Promise<void>;
  /** Starts it again, on the same files or without them. */
  start(how?: { readonly emptied: boolean }): Promise<void>;
  /** A plain client, to look behind the adapter's back. */
  client(): Redis;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

const password = 'test-secret';

/** Starts one on `portBase + 3` and waits until it answers. */
export async function startTestRedis(portBase: number): Promise<RedisInstance> {
  const home = await mkdtemp(join(tmpdir(), 'yihao-redis-'));
  const layout = layoutOf({ YIHAO_HOME: home, YIHAO_PORT_BASE: String(portBase) });
  await mkdir(layout.secrets, { recursive: true });
  await writeFile(join(layout.secrets, 'redis'), password);
  let part = await startRedis(layout, { watch: false });
  const clients: Redis[] = [];
  return {
    host: '127.0.0.1',
    port: layout.redisPort,
    password,
    async signal(name) {
      await part.kill(name);
      if (name === 'SIGKILL') await part.whenEnded();
    },
    shutDown: () => part.stop(),
    async start({ emptied } = { emptied: false }) {
      if (emptied) await rm(join(layout.redis, 'appendonlydir'), { recursive: true, force: true });
      part = await startRedis(layout, { watch: false });
    },
    client() {
      const client = new Redis({ host: '127.0.0.1', port: layout.redisPort, password });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    async remove() {
      for (const client of clients) client.disconnect();
      await part.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
