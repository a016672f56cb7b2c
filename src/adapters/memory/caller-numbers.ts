// Keeps callers' raw numbers while their calls live, gives everybody else a key and a masked form, and sees them written away.
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { normaliseNumber } from '../../contact/ani.js';
import type { CallerKey } from '../../contact/ids.js';
import { maskNumber, withheldNumberText } from '../../contact/masking.js';
import type { CallerNumbers } from '../../engine/ports.js';

/** Numbers of living calls outside this process (Redis): what a restart has them from. */
export interface LiveNumbers {
  keep(callerKey: CallerKey, number: string): Promise<void>;
  drop(callerKey: CallerKey): Promise<void>;
  all(): Promise<ReadonlyMap<CallerKey, string>>;
}

/** Where numbers stay: the one table that holds them. Writing twice is writing once. */
export interface NumberTable {
  write(callerKey: CallerKey, number: string): Promise<void>;
}

export interface CallerNumbersOptions {
  /** The site's secret; another secret gives every caller another key. */
  readonly secret: string;
  /** The site's area code with its 0; put before local numbers. */
  readonly homeAreaCode: string;
  /** Both left out in the simulator. */
  readonly live?: LiveNumbers;
  readonly table?: NumberTable;
  /** A half that did not answer: told once until it answers again. Never with a number. */
  readonly onTrouble?: (half: 'live' | 'table') => void;
  /** Pause before a write is tried again; 1 s, doubled up to 30 s. */
  readonly retryMinMs?: number;
  readonly retryMaxMs?: number;
}

/** The port, and what the composition root needs besides. */
export interface KeptCallerNumbers extends CallerNumbers {
  /** One call of this caller is over; the number goes when the last one is and the table has it. */
  forget(callerKey: CallerKey): void;
  /**
   * After a start: takes over the numbers of the calls that lived on (one key a call), and writes away what was not written.
   * Rejects when the live half does not answer.
   */
  restore(living: readonly CallerKey[]): Promise<void>;
  /** Numbers not yet in the table. */
  unwritten(): number;
  /** Stops trying; what is unwritten stays in the live half. */
  close(): Promise<void>;
}

interface Kept {
  readonly number: string;
  calls: number;
  written: boolean;
}

/** HMAC-SHA-256 of the normalised number with the site's secret, base64url; `''` for no number. */
export function callerKeyOf(number: string, secret: string): CallerKey {
  if (number === '') return '' as CallerKey;
  return createHmac('sha256', secret).update(number).digest('base64url') as CallerKey;
}

/**
 * Key and masked form of a number that somebody asks for, whatever form it is written in; nothing is remembered.
 * @returns undefined where it is no number
 */
export function identifyCaller(
  number: string,
  { secret, homeAreaCode }: Pick<CallerNumbersOptions, 'secret' | 'homeAreaCode'>,
): { readonly callerKey: CallerKey; readonly callerMasked: string } | undefined {
  const normalised = normaliseNumber(number, homeAreaCode);
  if (normalised === '') return undefined;
  return { callerKey: callerKeyOf(normalised, secret), callerMasked: maskNumber(normalised) };
}

export function createCallerNumbers(options: CallerNumbersOptions): KeptCallerNumbers {
  const { secret, homeAreaCode, live, table } = options;
  const kept = new Map<CallerKey, Kept>();
  const unwritten = new Set<CallerKey>();
  const stopping = new AbortController();
  let writing: Promise<void> | undefined;

  function keep(callerKey: CallerKey, number: string): Kept {
    const one = kept.get(callerKey) ?? { number, calls: 0, written: table === undefined };
    if (!kept.has(callerKey)) {
      kept.set(callerKey, one);
      liveDoes((half) => half.keep(callerKey, number));
      if (!one.written) queueWrite(callerKey);
    }
    return one;
  }

  function queueWrite(callerKey: CallerKey): void {
    unwritten.add(callerKey);
    writing ??= writeAll().finally(() => (writing = undefined));
  }

  /** Until nothing is left: a number of a call that ended must not be lost with the database away. */
  async function writeAll(): Promise<void> {
    const { retryMinMs = 1000, retryMaxMs = 30_000 } = options;
    let pauseMs = retryMinMs;
    for (const callerKey of unwritten) {
      while (!stopping.signal.aborted && !(await isWritten(callerKey))) {
        if (pauseMs === retryMinMs) options.onTrouble?.('table');
        await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, retryMaxMs);
      }
      if (stopping.signal.aborted) return;
      pauseMs = retryMinMs;
      unwritten.delete(callerKey);
      dropIfDone(callerKey);
    }
  }

  async function isWritten(callerKey: CallerKey): Promise<boolean> {
    const one = kept.get(callerKey);
    if (one === undefined || table === undefined) return true;
    return table.write(callerKey, one.number).then(
      () => (one.written = true),
      () => false,
    );
  }

  function dropIfDone(callerKey: CallerKey): void {
    const one = kept.get(callerKey);
    if (one === undefined || one.calls > 0 || !one.written) return;
    kept.delete(callerKey);
    liveDoes((half) => half.drop(callerKey));
  }

  /** Redis refuses at once while it is away; the number is still here, and in the table. */
  function liveDoes(act: (half: LiveNumbers) => Promise<void>): void {
    if (live !== undefined) act(live).catch(() => options.onTrouble?.('live'));
  }

  return {
    remember: (ani, shown) => {
      const number = shown ? normaliseNumber(ani, homeAreaCode) : '';
      const callerKey = callerKeyOf(number, secret);
      if (number === '') return { callerKey, callerMasked: withheldNumberText };
      keep(callerKey, number).calls += 1;
      return { callerKey, callerMasked: maskNumber(number) };
    },
    numberOf: (callerKey) => kept.get(callerKey)?.number,
    forget: (callerKey) => {
      const one = kept.get(callerKey);
      if (one === undefined) return;
      one.calls = Math.max(0, one.calls - 1);
      dropIfDone(callerKey);
    },
    hide: (callerKey) => {
      const one = kept.get(callerKey);
      if (one === undefined) return;
      one.calls = 0;
      dropIfDone(callerKey);
    },
    restore: async (living) => {
      const numbers = (await live?.all()) ?? new Map<CallerKey, string>();
      for (const [callerKey, number] of numbers) {
        keep(callerKey, number).calls += living.filter((one) => one === callerKey).length;
        dropIfDone(callerKey);
      }
    },
    unwritten: () => unwritten.size,
    close: async () => {
      stopping.abort();
      await writing;
    },
  };
}
