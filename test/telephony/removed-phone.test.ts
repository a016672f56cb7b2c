// A phone taken out of the files while the service is down: its SIP account ends with the next start, and it is no trunk.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createPhone } from '../phones/phone.js';
import { startStation } from './station.js';

const station = await startStation({ portBase: 19_500, sipPort: 19_510, rtpStart: 28_200 });
t.teardown(() => station.close());

async function phoneOf(t: Test, deviceId: string, password: string) {
  const phone = await createPhone({
    user: deviceId,
    password,
    server: { host: '127.0.0.1', port: station.sipPort },
    bind: { host: '127.0.0.1' },
    onInvite: 'manual',
  });
  t.teardown(() => phone.close());
  return phone;
}

async function trunks(): Promise<readonly string[]> {
  const { body } = await station.api('GET', '/api/v1/live');
  const { trunks } = body['condition'] as { trunks: readonly { trunkId: string }[] };
  return trunks.map(({ trunkId }) => trunkId);
}

t.test(
  'taken out while the service was down, it can register no more; the others can, and trunks are trunks',
  async (t) => {
    const password = await station.devicePassword('d1008');
    const staying = await phoneOf(t, 'd1007', await station.devicePassword('d1007'));
    await (await phoneOf(t, 'd1008', password)).register();
    await station.until('the trunks are seen', async () => (await trunks()).length > 0 || undefined);
    const before = await trunks();

    const file = join(station.home, 'flows', 'devices.yaml');
    const text = await readFile(file, 'utf8');
    t.match(text, /^- \{ id: d1008, .*$/m);
    await station.parts.service.stop();
    await writeFile(file, text.replace(/^- \{ id: d1008, .*\n/m, ''));
    // Asterisk too, so that nothing but its database knows of the phone.
    await station.parts.asterisk.stop();
    await station.parts.asterisk.start();
    await station.restartService();

    const stranger = await phoneOf(t, 'd1008', password);
    await station.until('d1008 is refused', async () =>
      stranger.register().then(
        () => undefined,
        () => true,
      ),
    );
    await t.rejects(stranger.register(), /401|403|404/, 'with its old password');
    await staying.register();
    await station.until('the trunks are seen again', async () => (await trunks()).length > 0 || undefined);
    t.same(await trunks(), before);
    t.notOk(before.includes('d1008'));
  },
);
