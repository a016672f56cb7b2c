// Starts a private Redis of a test's own, by the very scripts that run it elsewhere.
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  /** Starts it again: on the same files, without them, or on those it had at the mark. */
  start(how?: { readonly emptied: boolean; readonly rolledBack?: boolean }): Promise<void>;
  /** Keeps a copy of its files: as after a loss of power, when the last writes had not reached the disk. */
  mark(): Promise<void>;
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
  const [files, marked] = [join(layout.redis, 'appendonlydir'), join(home, 'marked')];
  return {
    host: '127.0.0.1',
    port: layout.redisPort,
    password,
    async signal(name) {
      await part.kill(name);
      if (name === 'SIGKILL') await part.whenEnded();
    },
    shutDown: () => part.stop(),
    async start({ emptied, rolledBack = false } = { emptied: false }) {
      if (emptied || rolledBack) await rm(files, { recursive: true, force: true });
      if (rolledBack) await cp(marked, files, { recursive: true });
      part = await startRedis(layout, { watch: false });
    },
    async mark() {
      await rm(marked, { recursive: true, force: true });
      await cp(files, marked, { recursive: true });
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
