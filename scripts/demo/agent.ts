// One agent of the demo at his phone: signs in, takes calls, notes their outcome, rests, comes back; whatever fails is tried again later.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentView } from '../../src/adapters/http/views.js';
import type { Call } from '../../test/phones/call.js';
import { createPhone, type Phone } from '../../test/phones/phone.js';
import { answerOf, restOf, type Answer } from './behaviour.js';
import { isDead, type Hotline } from './hotline.js';

/** An agent and his place. */
export interface Seat {
  readonly agentId: string;
  readonly deviceId: string;
  /** His dice. */
  readonly index: number;
  /** Lets the phone ring now and then. */
  readonly absentMinded: boolean;
}

/** An agent at work. */
export interface AgentAtWork {
  /** Resolves never; rejects when the day is over. */
  readonly day: Promise<never>;
  /** Signs out and leaves the phone. */
  leave(): Promise<void>;
}

const lookEveryMs = 1_000;
const talkEveryMs = 250;
const registerAgainMs = 5_000;
/** Beyond what citizens and agents ever talk: somebody has been forgotten. */
const longestTalkMs = 300_000;
const longestRingMs = 30_000;

/** Puts an agent at his phone. @throws when the phone cannot be opened */
export async function seatAgent(seat: Seat, hotline: Hotline): Promise<AgentAtWork> {
  const phone = await createPhone({
    user: seat.deviceId,
    password: hotline.devicePassword(seat.deviceId),
    server: hotline.sip,
    bind: { host: '127.0.0.1' },
    source: { kind: 'tone', hz: 500 + 20 * (seat.index % 20), amplitude: 1_500 },
    onInvite: 'manual',
    callWaiting: false,
    keepAudioMs: 0,
  });
  const api = hotline.apiOf(seat.agentId);
  return {
    day: workOn(seat, hotline, phone),
    async leave() {
      await Promise.allSettled([api('POST', `/api/v1/agents/${seat.agentId}/sign-out`), phone.close()]);
    },
  };
}

async function workOn(seat: Seat, hotline: Hotline, phone: Phone): Promise<never> {
  const { agentId, deviceId, index } = seat;
  const { board, seed, signal } = hotline;
  const api = hotline.apiOf(agentId);
  let offers = 0;
  let rests = 0;
  let actedAtMs = 0;
  let backAtMs = 0;
  let registerAtMs = 0;
  let restAtMs = Date.now() + restOf(seed, index, rests).afterMs;

  const pause = (ms: number) => sleep(ms, undefined, { signal });
  const act = async (path: string, body?: object): Promise<boolean> => {
    const answer = await api('POST', `/api/v1/agents/${agentId}/${path}`, body);
    actedAtMs = Date.now(); // what the board saw before is not what he is now
    return answer?.status === 200;
  };

  /** Asterisk may have lost its registrations, or not been there yet. */
  async function register(): Promise<void> {
    if (Date.now() < registerAtMs) return;
    registerAtMs = Date.now() + registerAgainMs;
    await phone.register().catch((error: unknown) => hotline.note(`register ${deviceId}`, error));
  }

  /** Between calls: does what his state asks for. */
  async function look(): Promise<void> {
    if (!phone.registered) return register();
    switch (board.agent(agentId, actedAtMs)?.state) {
      case 'offline':
        await act('sign-in', { deviceId });
        return;
      case 'break':
      case 'missed':
        if (Date.now() >= backAtMs) await act('ready');
        return;
      case 'wrapup':
        await wrapUp(answerOf(seed, index, offers, false));
        return;
      case 'ready':
        if (Date.now() >= restAtMs) await rest();
        return;
      case 'unreachable':
        await register();
        return;
      default:
        return;
    }
  }

  /** Nobody rests while citizens need him, or while every fifth colleague does. */
  async function rest(): Promise<void> {
    if (board.waiting >= board.count('ready') || board.count('break') * 5 >= board.present) return;
    const { reason, lastsMs } = restOf(seed, index, rests);
    if (!(await act('break', { reason }))) return;
    rests += 1;
    backAtMs = Date.now() + lastsMs;
    restAtMs = backAtMs + restOf(seed, index, rests).afterMs;
  }

  async function serve(call: Call): Promise<void> {
    offers += 1;
    const answer = answerOf(seed, index, offers, seat.absentMinded);
    if (!answer.picksUp) {
      await call.untilEnded(longestRingMs).catch(() => undefined);
      backAtMs = Date.now() + answer.returnsAfterMs;
      return;
    }
    await pause(answer.pickUpMs);
    if (call.state !== 'ringing') return;
    await call.answer();
    await talk(call, answer);
    await wrapUp(answer);
  }

  async function talk(call: Call, { closesAfterMs = Infinity }: Answer): Promise<void> {
    const answeredAtMs = Date.now();
    let closed = false;
    while (call.state === 'up') {
      await pause(talkEveryMs);
      const lastedMs = Date.now() - answeredAtMs;
      if (isDead(call) || lastedMs > longestTalkMs) await call.hangUp();
      else if (!closed && lastedMs > closesAfterMs) {
        closed = true;
        const contactId = board.agent(agentId, answeredAtMs)?.contactId;
        if (typeof contactId === 'string') await api('POST', `/api/v1/contacts/${contactId}/release`);
      }
    }
  }

  async function wrapUp({ wrapUpMs, category, outcome }: Answer): Promise<void> {
    const me = await api('GET', '/api/v1/me');
    const agent = me?.status === 200 ? (me.body as { readonly agent: AgentView }).agent : undefined;
    if (agent?.state !== 'wrapup') return;
    await pause(wrapUpMs);
    await api('POST', `/api/v1/contacts/${agent.contactId ?? ''}/disposition`, { category, outcome });
    await act('wrap-up/end');
  }

  await register();
  for (;;) {
    signal.throwIfAborted();
    const call = await phone.incoming(lookEveryMs).catch(() => undefined);
    try {
      await (call ? serve(call) : look());
    } catch (error) {
      signal.throwIfAborted();
      hotline.note(`agent ${agentId}`, error);
      await pause(lookEveryMs);
    }
  }
}
