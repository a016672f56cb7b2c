// Runs SIPp for load: a scenario, a number of calls, a rate, and a deadline after which it is ended; reports what succeeded.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.js';
import type { SipAddress } from './sip-transport.js';

/** One run. `scenario` is SIPp XML, or the name of a scenario built into SIPp. */
export interface SippOptions {
  readonly scenario: { readonly xml: string } | { readonly builtIn: 'uac' | 'uas' };
  readonly target: SipAddress;
  readonly bind: SipAddress;
  /** The user part that is dialled ([service] in a scenario). */
  readonly service?: string;
  readonly calls: number;
  readonly callsPerSecond: number;
  /** At most so many calls at once. */
  readonly atOnce?: number;
  /** How long the built-in scenarios stay in a call. */
  readonly talkMs?: number;
  readonly timeoutMs: number;
  /** Aborted: ended before its time, and the result says what succeeded so far. */
  readonly signal?: AbortSignal;
  /** First UDP port of SIPp's media; 6000 by default. */
  readonly mediaPort?: number;
  /** Sends back the audio it gets. */
  readonly echoAudio?: boolean;
  readonly extraArgs?: readonly string[];
}

/** What came of it. `ok` = every call asked for succeeded. `errors`: the end of SIPp's own error log. */
export interface SippResult {
  readonly ok: boolean;
  readonly successful: number;
  readonly failed: number;
  readonly timedOut: boolean;
  readonly errors: string;
}

/** Runs to the end, or to the deadline. Rejects only when SIPp cannot be started. */
export async function runSipp(options: SippOptions): Promise<SippResult> {
  const folder = mkdtempSync(join(tmpdir(), 'yihao-sipp-'));
  try {
    const child = await startChild('sipp', sippArgs(options, folder), { cwd: folder });
    let timedOut = false;
    const deadline = setTimeout(() => {
      timedOut = true;
      void child.stop();
    }, options.timeoutMs);
    const abort = () => void child.stop();
    options.signal?.addEventListener('abort', abort, { once: true });
    await child.exited;
    clearTimeout(deadline);
    options.signal?.removeEventListener('abort', abort);
    const { successful, failed } = readStatistics(folder);
    const errors = textOf(folder, '_errors.log').slice(-4_000) || child.output.slice(-1_000);
    return { ok: successful >= options.calls && failed === 0, successful, failed, timedOut, errors };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sippArgs(options: SippOptions, folder: string): readonly string[] {
  const { scenario, target, bind } = options;
  const scenarioFile = join(folder, 'scenario.xml');
  if ('xml' in scenario) writeFileSync(scenarioFile, scenario.xml);
  const optional: readonly (readonly [string, string | number | undefined])[] = [
    ['-s', options.service],
    ['-l', options.atOnce],
    ['-d', options.talkMs],
    ['-mp', options.mediaPort],
  ];
  return [
    `${target.host}:${target.port}`,
    ...('xml' in scenario ? ['-sf', scenarioFile] : ['-sn', scenario.builtIn]),
    ...['-i', bind.host, '-p', String(bind.port), '-mi', bind.host],
    ...['-m', String(options.calls), '-r', String(options.callsPerSecond)],
    ...optional.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)])),
    ...(options.echoAudio ? ['-rtp_echo'] : []),
    ...['-nostdin', '-trace_err', '-trace_stat', '-fd', '1', '-stf', join(folder, 'stat.csv')],
    ...(options.extraArgs ?? []),
  ];
}

/** The last line of SIPp's statistics holds the sums, in columns named (C) for cumulative. */
function readStatistics(folder: string): { readonly successful: number; readonly failed: number } {
  const [head = '', ...rows] = textOf(folder, 'stat.csv').trim().split('\n');
  const names = head.split(';');
  const last = rows.at(-1)?.split(';') ?? [];
  const sum = (name: string): number => Number(last[names.indexOf(name)] ?? 0);
  return { successful: sum('SuccessfulCall(C)'), failed: sum('FailedCall(C)') };
}

function textOf(folder: string, ending: string): string {
  const name = readdirSync(folder).find((file) => file.endsWith(ending));
  return name === undefined ? '' : readFileSync(join(folder, name), 'utf8');
}
