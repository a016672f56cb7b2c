// The race of the suite: 10,000 offers by four engines, half of them without and half with the matcher's lease.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { startTestRedis } from '../redis-instance.js';
import { judge, readHistories } from './judge.mjs';
import { runRace } from './race.js';

const offers = 5_000;
const redis = await startTestRedis(14_480);
const folder = await mkdtemp(path.join(tmpdir(), 'yihao-race-'));
t.teardown(async () => {
  await redis.remove();
  await rm(folder, { recursive: true });
});

for (const lease of ['off', 'on'] as const) {
  await t.test(
    `lease ${lease}: engines killed and frozen, Redis ended and killed; none doubled, lost or stuck`,
    async (t) => {
      const histories = path.join(folder, lease);
      await runRace({ seed: 12_345, offers, lease, folder: histories, redis });
      const { faults, figures } = judge(readHistories(histories));
      t.comment(JSON.stringify(figures));
      t.same(faults, []);
      t.ok(Number(figures['committed']) >= offers, 'as many as were to be offered');
      // Four who all propose are refused all the time; who lost the lease hardly ever gets as far as to be refused.
      for (const what of [
        'killed',
        'frozen',
        'sigterm',
        'sigkill',
        lease === 'off' ? 'refused' : 'leaseLost',
      ])
        t.ok(Number(figures[what]) > 0, `${what}: it was a race`);
      if (lease === 'on') t.ok(Number(figures['tookOver']) > 2, 'taken over again and again');
    },
  );
}
