// A hotline with two agents, an expert at a desk and one outside, a tone each: who hears whom in a consult.
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { createPhone } from '../phones/phone.js';
import { startStation, type JournaledFact, type Seat, type Station } from './station.js';

export const toneHz = { citizen: 500, agent: 700, expert: 900 };
export const outsideNumber = '031166600802';
const carrierHost = '127.0.0.3';

/** Where all of it listens. */
export interface Ports {
  readonly portBase: number;
  readonly sipPort: number;
  readonly outsidePort: number;
  readonly rtpStart: number;
}

/** A citizen in talk with an agent. */
export interface Talk {
  readonly call: Call;
  readonly seat: Seat;
  readonly leg: Call;
  readonly id: string;
  readonly asAgent: Station['api'];
}

/** Whom each of the three is to hear. */
export type Hearing = Readonly<Record<'citizen' | 'agent' | 'expert', boolean>>;

/** Starts it; all of it ends with the test. */
export async function startConsults(
  { portBase, sipPort, outsidePort, rtpStart }: Ports,
  consult: Readonly<Record<string, string>> = {},
  emergency: string | null = null,
) {
  // It is there before Asterisk asks whether the trunk lives.
  const outside = await createPhone({
    user: outsideNumber,
    server: { host: '127.0.0.1', port: sipPort },
    bind: { host: carrierHost, port: outsidePort },
    toneHz: toneHz.expert,
  });
  t.teardown(() => outside.close());
  const times = { ring: '15s', accept: '20s', queue: '10m', park: '5m', trunk: 'outside', ...consult };
  const station = await startStation({
    ...{ portBase, sipPort, rtpStart },
    policies: [
      ['wrapUp: 60s', 'wrapUp: 1s'],
      ['greeting: full', 'greeting: short'],
      ['announceAgent: true', 'announceAgent: false'],
      ['ring: 15s\n  accept: 20s', `ring: ${times.ring}\n  accept: ${times.accept}`],
      ['queue: 10m', `queue: ${times.queue}`],
      ['park: 5m', `park: ${times.park}`],
      ['# trunk: carrier', `trunk: ${times.trunk}`],
    ],
    files: {
      'trunks.yaml': [
        [
          'trunks:\n',
          `trunks:\n  - id: outside\n    kind: address\n    addresses: ['${carrierHost}']\n    contact: sip:${carrierHost}:${String(outsidePort)}\n    maxLines: 20\n`,
        ],
      ],
      ...(emergency !== null && { 'emergency.yaml': [['\n[]\n', `\n${emergency}`]] as const }),
      'departments.yaml': [
        [
          '# - { id: fund',
          '- { id: fund, name: 公积金, en: Housing fund }\n- { id: tax, name: 税务, en: Tax }\n- { id: all, name: 社保, en: Social, hunting: allAtOnce }\n# - { id: fund',
        ],
      ],
      'experts.yaml': [
        [
          "# - { id: '8001'",
          `- { id: '8001', name: 甲, department: fund, agent: '1003' }\n- { id: '8002', name: 乙, department: fund, agent: '1004' }\n- { id: '8003', name: 丙, department: tax, phone: '${outsideNumber}' }\n# - { id: '8001'`,
        ],
      ],
      'duty.yaml': [
        [
          "# - { expert: '8001', on",
          "- { expert: '8001', on: every, from: '00:00', to: '24:00' }\n- { expert: '8002', on: every, from: '00:00', to: '24:00' }\n- { expert: '8003', on: every, from: '00:00', to: '24:00' }\n# - { expert: '8001', on",
        ],
      ],
    },
  });
  t.teardown(() => station.close());

  const factsOf = async (id: string, type: string): Promise<readonly JournaledFact[]> =>
    (await station.facts(type)).filter((fact) => fact.id === id);
  const factOf = (id: string, type: string, which = 0): Promise<JournaledFact> =>
    station.until(`${type} of ${id}`, async () => (await factsOf(id, type))[which], 20_000);

  /** A citizen in talk with the agent; the experts, who would be offered citizens too, are ready only then. */
  async function talk(last4: string, seat: Seat, experts: readonly Seat[] = []): Promise<Talk> {
    for (const expert of experts) {
      await expert.act('break', { reason: 'other' });
      await expert.untilState('break');
    }
    await seat.untilState('ready');
    const call = await (await station.citizen(last4, { toneHz: toneHz.citizen })).call('12345');
    const arrived = await station.until(`the arrival of ${last4}`, async () =>
      (await station.facts('ContactArrived')).find(({ sipCallId }) => sipCallId === call.sipCallId),
    );
    const leg = await seat.phone.incoming(20_000);
    await factOf(arrived.id, 'AgentConnected');
    for (const expert of experts) {
      await expert.act('ready');
      await expert.untilState('ready');
    }
    return { call, seat, leg, id: arrived.id, asAgent: await station.apiAs(seat.agentId) };
  }

  async function seek(test: Test, { asAgent, id }: Talk, wish: object): Promise<void> {
    const body = { note: '公积金提取条件', ...wish };
    const answer = await asAgent('POST', `/api/v1/contacts/${id}/consult`, body);
    test.match(answer, { status: 200 }, 'the consult is taken');
  }

  /** Up to the talk of agent and expert. */
  async function consulting(
    test: Test,
    last4: string,
    [agent, expert]: readonly [agent: Seat, expert: Seat],
  ): Promise<{ own: Talk; ring: Call }> {
    const own = await talk(last4, agent, [expert]);
    await seek(test, own, { department: 'fund' });
    const ring = await expert.phone.incoming();
    await ring.answer();
    await factOf(own.id, 'ConsultJoined');
    return { own, ring };
  }

  async function act(test: Test, { asAgent, id }: Talk, path: string): Promise<void> {
    const answer = await asAgent('POST', `/api/v1/contacts/${id}/consult/${path}`);
    test.match(answer, { status: 200 }, path);
  }

  async function nothingLeft(of: Test): Promise<void> {
    await station.until('no channel and no bridge left', async () => {
      const [channels, bridges] = await Promise.all([station.channels(), station.bridges()]);
      return (channels.length === 0 && bridges.length === 0) || undefined;
    });
    of.pass('no channel and no bridge left');
  }

  return { station, outside, factOf, factsOf, talk, seek, consulting, act, nothingLeft };
}

/** Waits until this one hears these and nobody else: what is asked for takes its way, and a spoken word must end first. */
export async function hears(
  test: Test,
  call: Call,
  wanted: Partial<Hearing>,
  what: string,
  withinMs = 12_000,
): Promise<void> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const window = { fromMs: Date.now(), toMs: Date.now() + 600 };
    await sleep(700);
    const found = (['citizen', 'agent', 'expert'] as const).map(
      (party) => [party, heard(call, { hz: toneHz[party], ...window })] as const,
    );
    const agrees = found.every(([party, share]) => (wanted[party] === true ? share > 0.15 : share < 0.02));
    if (agrees || Date.now() > endMs)
      return void test.ok(
        agrees,
        `${what}: ${found.map(([party, share]) => `${party} ${share.toFixed(2)}`).join(', ')}`,
      );
  }
}
