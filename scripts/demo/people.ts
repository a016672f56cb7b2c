// The process of the demo's people: agents at their phones, citizens on the carrier's line, on real SIP and RTP over loopback.
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { layoutOf } from '../run/layout.mjs';
import { onEnd } from '../run/lifetime.mjs';
import { seatAgent } from './agent.js';
import { createBoard } from './board.js';
import { letCitizensCall } from './citizens.js';
import type { Hotline } from './hotline.js';
import { createServiceApi } from './service-api.js';
import { countsFrom, writeCounts } from './tally.js';

/** What the demo is made of; comes as JSON in the only argument. */
export interface Cast {
  /** Agents and their phones. */
  readonly seats: readonly { readonly agentId: string; readonly deviceId: string }[];
  /** The 工号 of a supervisor. */
  readonly overseer: string;
  /** What citizens dial. */
  readonly number: string;
  readonly callsPerMinute: number;
  readonly surge: number;
  readonly seed: number;
  /** Where the counts are left. */
  readonly countsFile: string;
}

const countEveryMs = 1_000;
/** The supervisor has to end the parts as well: good-byes are kept short. */
const goodbyeMs = 400;
/** Agents come in one after the other, as at the beginning of a shift. */
const seatEveryMs = 100;

const cast = JSON.parse(process.argv[2] ?? '') as Cast;
const layout = layoutOf(process.env);
const origin = `http://127.0.0.1:${layout.httpPort}`;
const secret = (name: string): string => readFileSync(path.join(layout.secrets, name), 'utf8').trim();
const secretsIn = (name: string) => JSON.parse(secret(name)) as Readonly<Record<string, string>>;
const [pins, devices] = [secretsIn('pins.json'), secretsIn('devices.json')];
const over = new AbortController();
setMaxListeners(0, over.signal); // everybody waits for the evening

const note = (doing: string, error: unknown): void => {
  // The name alone: a message may quote what was dialled.
  console.log(`${new Date().toISOString()} ${doing}: ${error instanceof Error ? error.name : 'failed'}`);
};

const apis = new Map(
  cast.seats.map(({ agentId }, index) => {
    const fromAddress = `127.0.10.${index + 2}`;
    return [agentId, createServiceApi({ origin, fromAddress, user: agentId, password: pins[agentId] ?? '' })];
  }),
);
/** Who looks at the whole floor: a supervisor, who needs no more than his PIN. */
const overseerApi = createServiceApi({
  origin,
  fromAddress: '127.0.10.1',
  user: cast.overseer,
  password: pins[cast.overseer] ?? '',
});

const hotline: Hotline = {
  seed: cast.seed,
  sip: { host: layout.bind === '0.0.0.0' ? '127.0.0.1' : layout.bind, port: layout.sipPort },
  number: cast.number,
  board: createBoard(overseerApi),
  signal: over.signal,
  apiOf: (agentId) => apis.get(agentId) ?? overseerApi,
  devicePassword: (deviceId) => devices[deviceId] ?? '',
  note,
};

const counts = countsFrom(cast.countsFile);
const leaving: (() => Promise<void>)[] = [];

onEnd(async () => {
  over.abort();
  await Promise.race([Promise.allSettled(leaving.map((leave) => leave())), sleep(goodbyeMs)]);
  process.exit(0);
});
process.on('unhandledRejection', (error) => note('something', error));

/** Somebody's day, noted when it ends before the evening. */
const follow = (who: string, day: Promise<never>): void => {
  day.catch((error: unknown) => {
    if (over.signal.aborted) return;
    note(who, error);
    process.exit(1); // nobody leaves early: all start again
  });
};

writeCounts(cast.countsFile, counts);
setInterval(() => writeCounts(cast.countsFile, counts), countEveryMs);
follow('the board', hotline.board.watch(over.signal));
// The fourth one, where there are so many.
const absentMinded = Math.min(3, cast.seats.length - 1);
for (const [index, seat] of cast.seats.entries()) {
  const agent = await seatAgent({ ...seat, index, absentMinded: index === absentMinded }, hotline);
  leaving.push(agent.leave);
  follow(`agent ${seat.agentId}`, agent.day);
  await sleep(seatEveryMs);
}
const crowd = await letCitizensCall(cast, hotline, counts);
leaving.push(crowd.leave);
follow('the citizens', crowd.day);
