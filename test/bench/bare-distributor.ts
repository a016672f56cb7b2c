// A bare distributor over ARI, a process of its own: the floor of what distribution costs. First come, first served; longest idle first; no more.
import { createAriClient } from '../../src/adapters/asterisk/ari-client.js';
import { phoneEndpoint } from '../../src/adapters/asterisk/dial-endpoint.js';
import type { DeviceId } from '../../src/contact/ids.js';
import { uuidV7 } from '../../src/adapters/system/clock.js';

/** What it is told at its start. */
export interface BareOrder {
  readonly baseUrl: string;
  readonly user: string;
  readonly password: string;
  readonly app: string;
  readonly agents: readonly string[];
}

const order = JSON.parse(process.argv[2] ?? '') as BareOrder;
const ari = createAriClient({ ...order, disallowedEvents: ['ChannelVarset', 'ChannelDialplan'] });
const idle = [...order.agents];
const waiting: string[] = [];
/** By leg. */
const talks = new Map<string, { readonly agent: string; readonly caller: string; readonly bridge: string }>();
const legOf = new Map<string, string>();
const numbers = new Map<string, string>();
const gone = () => undefined;

function match(): void {
  while (idle.length > 0 && waiting.length > 0) {
    const [agent = '', caller = ''] = [idle.shift(), waiting.shift()];
    const leg = uuidV7.next();
    talks.set(leg, { agent, caller, bridge: uuidV7.next() });
    legOf.set(caller, leg);
    ari.channels
      .originate({
        channelId: leg,
        endpoint: phoneEndpoint(agent as DeviceId),
        appArgs: 'leg',
        callerId: numbers.get(caller) ?? '',
        ringTimeoutMs: 10_000,
        formats: 'alaw',
      })
      .catch(() => over(leg));
  }
}

async function join(leg: string): Promise<void> {
  const talk = talks.get(leg);
  if (talk === undefined) return;
  await ari.channels.stopMoh(talk.caller).catch(gone);
  await ari.bridges.create(talk.bridge, 'mixing');
  await ari.bridges.addChannels(talk.bridge, [talk.caller, leg]);
}

async function arrive(caller: string): Promise<void> {
  await ari.channels.answer(caller);
  waiting.push(caller);
  match();
  if (waiting.includes(caller)) await ari.channels.startMoh(caller, 'default');
}

function over(leg: string): void {
  const talk = talks.get(leg);
  if (talk === undefined) return;
  talks.delete(leg);
  legOf.delete(talk.caller);
  idle.push(talk.agent);
  match();
  void ari.channels.hangup(talk.caller).catch(gone);
  void ari.bridges.destroy(talk.bridge).catch(gone);
}

function left(caller: string): void {
  numbers.delete(caller);
  const at = waiting.indexOf(caller);
  if (at >= 0) waiting.splice(at, 1);
  const leg = legOf.get(caller);
  if (leg !== undefined) void ari.channels.hangup(leg).catch(gone);
}

ari.connect({
  onConnected: async () => void process.send?.('ready'),
  onEvent(event) {
    if (event.type === 'StasisStart') {
      const { id, caller } = event.channel;
      if (event.args[0] === 'leg') return void join(id).catch(gone);
      numbers.set(id, caller.number);
      void arrive(id).catch(gone);
    }
    if (event.type === 'ChannelDestroyed') over(event.channel.id);
    if (event.type === 'StasisEnd') left(event.channel.id);
  },
  onDisconnected: gone,
  onReplaced: gone,
  onTrouble: gone,
  onSick: gone,
  onWell: gone,
});
process.on('disconnect', () => process.exit(0));
