// The demo's citizens: they call one after the other as chance will have it, wait, talk, give up, call again. One phone line stands for the carrier.
import { setTimeout as sleep } from 'node:timers/promises';
import { createPhone, type Phone } from '../../test/phones/phone.js';
import { citizenOf, diceOf, nextArrivalMs, type CallPlan, type Citizen } from './behaviour.js';
import { isDead, type Hotline } from './hotline.js';
import type { Counts } from './tally.js';

/** Citizens under way. */
export interface Crowd {
  /** Resolves never; rejects when the day is over. */
  readonly day: Promise<never>;
  /** Hangs everything up. */
  leave(): Promise<void>;
}

/** The carrier of ivr-flows/trunks.yaml. */
const carrierHost = '127.0.0.2';
/** The trunk has 120 lines; a machine that also plays both ends of every call is better spared the last of them. */
const mostAtOnce = 100;
const lookEveryMs = 200;
const untilReadyMs = 30_000;
/** Further behind than this the calls that were missed are left out, instead of coming all at once. */
const longestDelayMs = 5_000;
const answerMs = 10_000;
/** From a question of the survey to its key, and from the last key to the end of the thanks. */
const thinksMs = 4_000;
const thanksMs = 8_000;

/** Opens the line and lets the citizens call; the counts go on from where they are. */
export async function letCitizensCall(plan: CallPlan, hotline: Hotline, counts: Counts): Promise<Crowd> {
  const line = await createPhone({
    user: 'carrier',
    server: hotline.sip,
    bind: { host: carrierHost },
    source: { kind: 'tone', hz: 440, amplitude: 1_500 },
    onInvite: 'busy',
    keepAudioMs: 0,
  });
  return { day: callOn(plan, { line, hotline, counts }), leave: () => line.close() };
}

interface Street {
  readonly line: Phone;
  readonly hotline: Hotline;
  readonly counts: Counts;
}

async function callOn(plan: CallPlan, street: Street): Promise<never> {
  const { board, seed, signal } = street.hotline;
  const pause = (ms: number) => sleep(ms, undefined, { signal });
  const first = street.counts.calls;
  const dice = diceOf(seed, 'arrivals', first);
  const openAtMs = Date.now() + untilReadyMs;
  while (board.count('ready') === 0 && Date.now() < openAtMs) await pause(lookEveryMs);
  // The first one calls as soon as somebody is ready: there should be something to see.
  const beganAtMs = Date.now();
  let atMs = 0;
  for (let n = first; ; n += 1) {
    await pause(Math.max(0, beganAtMs + atMs - Date.now()));
    live(n, 0, street);
    atMs = nextArrivalMs(dice, Math.max(atMs, Date.now() - beganAtMs - longestDelayMs), plan);
  }
}

/** One citizen from his call on, with whatever it leads to. Nobody waits for him. */
function live(n: number, attempt: number, street: Street): void {
  const { hotline, counts } = street;
  if (counts.waiting + counts.talking >= mostAtOnce) return;
  const citizen = citizenOf(hotline.seed, n, attempt);
  void call(citizen, street)
    .catch((error: unknown): 'lost' => {
      if (!hotline.signal.aborted) hotline.note('a citizen calls', error);
      return 'lost';
    })
    .then(async (outcome) => {
      const afterMs = againAfter(citizen, outcome);
      if (afterMs === undefined || hotline.signal.aborted) return;
      await sleep(afterMs, undefined, { signal: hotline.signal });
      live(n, attempt + 1, street);
    })
    .catch(() => undefined); // the day is over
}

function againAfter(citizen: Citizen, outcome: Outcome): number | undefined {
  switch (outcome) {
    case 'answered':
      return citizen.againAfterTalkMs;
    case 'abandoned':
      return citizen.againAfterGivingUpMs;
    case 'lost':
      return citizen.againAfterLossMs;
  }
}

type Outcome = 'answered' | 'abandoned' | 'lost';

async function call(citizen: Citizen, street: Street): Promise<Outcome> {
  const { line, hotline, counts } = street;
  let outcome: Outcome = 'lost';
  counts.calls += 1;
  counts.waiting += 1;
  const phoneCall = await line
    .call(hotline.number, { from: { user: citizen.number } })
    .catch(() => undefined);
  try {
    if (phoneCall === undefined) return outcome;
    await phoneCall.untilUp(answerMs);
    const giveUpAtMs = phoneCall.invitedAtMs + citizen.patienceMs;
    while (phoneCall.state === 'up' && !isDead(phoneCall)) {
      if (hotline.board.isTalking(citizen.number)) {
        outcome = 'answered';
        break;
      }
      if (Date.now() > giveUpAtMs) {
        outcome = 'abandoned';
        break;
      }
      await sleep(lookEveryMs, undefined, { signal: hotline.signal });
    }
  } finally {
    counts.waiting -= 1;
    counts[outcome] += 1;
    if (outcome !== 'answered') await phoneCall?.hangUp();
  }
  if (outcome === 'answered') await talk(citizen, street, phoneCall);
  return outcome;
}

async function talk(
  { number, talkMs, rates }: Citizen,
  { hotline, counts }: Street,
  phoneCall: Awaited<ReturnType<Phone['call']>>,
): Promise<void> {
  const overAtMs = Date.now() + talkMs;
  if (counts.firstAnsweredAtMs === 0) counts.firstAnsweredAtMs = Date.now();
  counts.talking += 1;
  try {
    while (phoneCall.state === 'up' && Date.now() < overAtMs && !isDead(phoneCall)) {
      if (hotline.board.isRating(number)) return await rate(rates, hotline, phoneCall);
      await sleep(lookEveryMs, undefined, { signal: hotline.signal });
    }
  } finally {
    counts.talking -= 1;
    await phoneCall.hangUp();
  }
}

/** The agent has left and the citizen is asked: he presses his keys and hears the thanks, or hangs up. */
async function rate(
  keys: readonly string[] = [],
  { signal }: Hotline,
  phoneCall: Awaited<ReturnType<Phone['call']>>,
): Promise<void> {
  for (const key of keys) {
    await sleep(thinksMs, undefined, { signal });
    if (phoneCall.state !== 'up') return;
    await phoneCall.sendDigits(key);
  }
  const overAtMs = Date.now() + (keys.length > 0 ? thanksMs : 0);
  while (phoneCall.state === 'up' && Date.now() < overAtMs && !isDead(phoneCall))
    await sleep(lookEveryMs, undefined, { signal });
}
