// A PostgreSQL of a test's own: started as the set-up starts it, frozen and killed at will, gone with its folder afterwards.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { layoutOf } from '../scripts/run/layout.mjs';
import { databaseUrl, startPostgres } from '../scripts/run/postgres.mjs';

/** A running server; `part.kill('SIGSTOP')` freezes it whole, `part.stop()` and `part.start()` take it away and back. */
export interface PostgresInstance {
  readonly url: string;
  readonly part: Awaited<ReturnType<typeof startPostgres>>;
  /** YIHAO_HOME of this instance, for what else a test keeps there. */
  readonly home: string;
  stop(): Promise<void>;
}

/** @param portBase its port is this plus 4 */
export async function startTestPostgres(portBase: number): Promise<PostgresInstance> {
  const home = mkdtempSync(path.join(tmpdir(), 'yihao-postgres-'));
  const layout = layoutOf({ ...process.env, YIHAO_HOME: home, YIHAO_PORT_BASE: String(portBase) });
  mkdirSync(layout.secrets, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(layout.secrets, 'postgres'), 'test-password', { mode: 0o600 });
  const part = await startPostgres(layout, { watch: false });
  return {
    url: await databaseUrl(layout),
    part,
    home,
    stop: async () => {
      await part.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
