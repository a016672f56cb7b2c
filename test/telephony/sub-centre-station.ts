// A hotline one of whose numbers is led to a sub-centre, with a phone of ours in the sub-centre's place.
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { createPhone } from '../phones/phone.js';
import { startStation, type JournaledFact } from './station.js';

export const centreHost = '127.0.0.3';
export const centreNumber = '6001';
export const talkHz = { citizen: 500, agent: 700, centre: 900 };

/** Where all of it listens. */
export interface Ports {
  readonly portBase: number;
  readonly sipPort: number;
  readonly centrePort: number;
  readonly rtpStart: number;
}

export interface Caller {
  readonly call: Call;
  readonly id: string;
}

/** Starts it; all of it ends with the test. */
export async function startSubCentre({ portBase, sipPort, centrePort, rtpStart }: Ports) {
  // It is there before Asterisk asks whether the trunk lives.
  const centre = await createPhone({
    user: centreNumber,
    server: { host: '127.0.0.1', port: sipPort },
    bind: { host: centreHost, port: centrePort },
    toneHz: talkHz.centre,
  });
  t.teardown(() => centre.close());

  const station = await startStation({
    ...{ portBase, sipPort, rtpStart },
    policies: [
      ['wrapUp: 60s', 'wrapUp: 1s'],
      ['centreRing: 20s', 'centreRing: 6s'],
      ['announceAgent: true', 'announceAgent: false'],
    ],
    files: {
      'trunks.yaml': [
        [
          'trunks:\n',
          `trunks:\n  - id: centre\n    kind: address\n    addresses: ['${centreHost}']\n    contact: sip:${centreHost}:${String(centrePort)}\n    maxLines: 20\n    subCentre: true\n`,
        ],
      ],
      'numbers.yaml': [
        [
          "  pattern: dual\n  approval: 冀政办字〔2021〕20号\n  kpiLine: '12333'",
          `  pattern: subCentre\n  target: { trunk: centre, number: '${centreNumber}' }\n  approval: 冀政办字〔2021〕20号\n  kpiLine: '12333'`,
        ],
      ],
    },
  });
  t.teardown(() => station.close());

  async function citizenCalls(last4: string): Promise<Caller> {
    const call = await (await station.citizen(last4, { toneHz: talkHz.citizen })).call('12333');
    const arrived = await station.until(`the arrival of ${last4}`, async () =>
      (await station.facts('ContactArrived')).find(({ sipCallId }) => sipCallId === call.sipCallId),
    );
    return { call, id: arrived.id };
  }

  const factOf = (id: string, type: string, timeoutMs = 20_000): Promise<JournaledFact> =>
    station.until(
      `${type} of ${id}`,
      async () => (await station.facts(type)).find((fact) => fact.id === id),
      timeoutMs,
    );

  async function nothingLeft(of: Test): Promise<void> {
    await station.until('no channel and no bridge left', async () => {
      const [channels, bridges] = await Promise.all([station.channels(), station.bridges()]);
      return (channels.length === 0 && bridges.length === 0) || undefined;
    });
    of.pass('no channel and no bridge left');
  }

  return { centre, station, citizenCalls, factOf, nothingLeft };
}

/** Waits until this one hears hardly anything but this tone: a join takes its time on a busy machine. */
export async function untilHears(test: Test, listener: Call, hz: number, what: string): Promise<void> {
  const endMs = Date.now() + 10_000;
  let found = share(listener, hz);
  while (found <= 0.8 && Date.now() < endMs) {
    await sleep(200);
    found = share(listener, hz);
  }
  test.ok(found > 0.8, `${what}: ${found.toFixed(2)}`);
}

/** How much of what was heard just now is this tone. */
export function share(listener: Call, hz: number): number {
  return heard(listener, { hz, fromMs: Date.now() - 600, toMs: Date.now() - 100 });
}
