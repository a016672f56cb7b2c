// A hotline with two cases that citizens may ask about by keys, and calls that do so.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { Call } from '../phones/call.js';
import { startStation, type JournaledFact } from './station.js';

/** Long ones: six figures are found by chance in an instant of the spool. */
export const known = { caseNumber: '250912108115', queryCode: '8241360917' };
export const done = { caseNumber: '250912108116', queryCode: '7130259482' };
export interface Query {
  readonly call: Call;
  readonly contactId: string;
  facts(type: string): Promise<readonly JournaledFact[]>;
  /** Waits for a prompt said after this moment of the call. */
  hears(promptId: string, sinceMs?: number, slot?: string): Promise<number>;
  untilQueued(): Promise<JournaledFact>;
}

/** Starts it; all of it ends with the test. */
export async function startProgress(
  ports: Pick<Parameters<typeof startStation>[0], 'portBase' | 'sipPort' | 'rtpStart'>,
) {
  const station = await startStation({
    ...ports,
    policies: [
      ['menu: false', 'menu: true'],
      ['greeting: full', 'greeting: short'],
    ],
  });
  t.teardown(() => station.close());
  const entered = await station.api('POST', '/api/v1/cases', {
    cases: [
      { ...known, state: 'handling', department: '市城管局', due: '2026-12-01' },
      { ...done, state: 'done' },
    ],
  });
  if (entered.status !== 200) throw new Error(JSON.stringify(entered));

  let callers = 0;

  /** Calls, and presses 1 in the menu. */
  async function begin(): Promise<Query> {
    callers += 1;
    const citizen = await station.citizen(String(700 + callers).padStart(4, '0'));
    const call = await citizen.call('12345');
    await call.untilUp();
    const arrived = await station.until('arrival', async () =>
      (await station.facts('ContactArrived')).find((fact) => fact['sipCallId'] === call.sipCallId),
    );
    const facts = async (type: string) =>
      (await station.facts(type)).filter(({ stream, id }) => stream === 'contact' && id === arrived.id);
    const hears = async (promptId: string, sinceMs = call.answeredAtMs ?? 0, slot?: string) =>
      (
        await station.hears(call, promptId, {
          sinceMs,
          timeoutMs: 20_000,
          ...(slot !== undefined && { slot }),
        })
      ).atMs;
    await hears('greet.short');
    await call.sendDigits('1');
    await hears('prog.case');
    return {
      call,
      contactId: arrived.id,
      facts,
      hears,
      untilQueued: () =>
        station.until('a place in line', async () => (await facts('ContactQueued')).at(-1), 20_000),
    };
  }

  /** Nothing that was keyed in is in the spool, the logs or the facts. */
  async function nothingWritten(t: Test): Promise<void> {
    const files = await readdir(station.home, { recursive: true, withFileTypes: true });
    const written = files.filter(
      (file) => file.isFile() && /spool|log/.test(path.join(file.parentPath, file.name)),
    );
    t.ok(written.length > 0);
    for (const file of written) {
      const name = path.join(file.parentPath, file.name);
      const text = await readFile(name, 'latin1').catch(() => '');
      for (const secret of [known, done].flatMap((one) => Object.values(one)))
        t.notOk(text.includes(secret), `${name} ${secret}`);
    }
    const keys = (await station.facts('FlowStepped')).flatMap(({ digit }) =>
      digit === undefined ? [] : [digit],
    );
    t.ok(keys.length > 0);
    t.same(
      keys.filter((key) => !['1', '0'].includes(String(key))),
      [],
      'the menu’s own keys alone',
    );
  }

  return { station, begin, nothingWritten };
}

/** What came of the lookups of this call. */
export const results = async ({ facts }: Query): Promise<readonly unknown[]> =>
  (await facts('CaseLookedUp')).map(({ result }) => result);
