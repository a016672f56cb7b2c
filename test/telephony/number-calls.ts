// Calls to the numbers of a ledger: how a carrier tells which number was dialled, which way a row takes in this run, and its opening heard whole.
import { setTimeout as sleep } from 'node:timers/promises';
import { dayMs } from '../../src/contact/civil-time.js';
import { numberStates } from '../../src/numbers/ledger-row.js';
import type { Call } from '../phones/call.js';
import type { CallOptions } from '../phones/phone.js';
import type { LedgerCase, Opening } from './number-rows.js';
import type { PromptHeard, Station } from './station.js';

/** What a carrier sends for a number that was dialled. */
export interface Dialling {
  readonly way: string;
  readonly dialled: string;
  readonly headers: NonNullable<CallOptions['headers']>;
}

/** Every way in which a carrier tells which number was dialled. */
export function diallings({
  number,
  pilot,
}: Pick<LedgerCase, 'number' | 'pilot'>): readonly [Dialling, Dialling, Dialling, Dialling] {
  const forwarded = `<sip:${number}@carrier.example>`;
  return [
    { way: 'direct', dialled: number, headers: {} },
    { way: 'pilot', dialled: pilot, headers: {} },
    {
      way: 'Diversion',
      dialled: '12345',
      headers: { Diversion: `${forwarded};reason=unconditional` },
    },
    {
      way: 'History-Info',
      dialled: '12345',
      headers: {
        'History-Info': [`${forwarded};index=1`, '<sip:12345@carrier.example;cause=302>;index=1.1'],
      },
    },
  ];
}

/** How many ways there are. */
export const wayCount = diallings({ number: '', pilot: '' }).length;

/**
 * Which way the rows of this run begin with: goes on by one each hour and each day, so that a suite that runs daily, or again within a day, dials
 * every row in another way. YIHAO_TEST_WAY_TURN (0 to 3) repeats a run.
 */
export function turnNow(): number {
  const told = process.env['YIHAO_TEST_WAY_TURN'];
  if (told !== undefined) return Number(told) % wayCount;
  const hours = Math.floor(Date.now() / 3_600_000);
  return (hours + Math.floor(Date.now() / dayMs)) % wayCount;
}

/** The ways of the row at this place of the list, its own of this turn first: neighbouring states have different ones, as have neighbouring patterns. */
export function waysOf(
  row: Pick<LedgerCase, 'number' | 'pilot'>,
  at: number,
  turn: number,
): readonly Dialling[] {
  const ways = diallings(row);
  const first = (Math.floor(at / numberStates.length) + at + turn) % ways.length;
  return [...ways.slice(first), ...ways.slice(0, first)];
}

/** Heard once it is over: looking for it sooner would keep the other phones from their packets. */
export async function hearsWhole(
  station: Station,
  call: Call,
  { promptId, slot }: Opening,
): Promise<PromptHeard> {
  const firstAudioAtMs = await call.untilAudio(15_000);
  await sleep(firstAudioAtMs + station.soundMs(promptId, slot) + 200 - Date.now());
  return station.hears(call, promptId, {
    sinceMs: call.invitedAtMs,
    ...(slot !== undefined && { slot }),
    timeoutMs: 10_000,
  });
}
