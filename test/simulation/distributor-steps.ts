// The steps of the distributor's model, as fast-check draws and shrinks them.
import fc from 'fast-check';
import type { AgentId } from '../../src/contact/ids.js';
import { failureLine } from '../../scripts/run/failure-line.mjs';
import type { PhoneHabit } from '../../src/sim/sim-telephony.js';
import { agentIds, deviceOf, entryIds } from './model-site.js';
import { fates, waysBack, WholeDistributor, type Fate, type Tally } from './whole-distributor.js';

/** One thing that happens, so many ms after the one before. */
export type Step = { readonly afterMs: number } & (
  | { readonly does: 'nothing' | 'kill' | 'start' | 'lose' | 'mark' }
  | { readonly does: 'call'; readonly entryId: string }
  | { readonly does: 'hangUp'; readonly at: number }
  | { readonly does: 'comes' | 'rests' | 'goes' | 'fallsSilent'; readonly agentId: AgentId }
  | { readonly does: 'habit'; readonly agentId: AgentId; readonly habit: PhoneHabit }
  | { readonly does: 'nextCommit'; readonly fate: Fate }
  | { readonly does: 'giveBack'; readonly how: (typeof waysBack)[number] }
  | { readonly does: 'reroute'; readonly seed: number }
);

const afterMs = fc.oneof({ weight: 6, arbitrary: fc.nat(400) }, { weight: 1, arbitrary: fc.nat(20_000) });
const agentId = fc.constantFrom(...agentIds);
const habit: fc.Arbitrary<PhoneHabit> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('answer' as const),
      afterMs: fc.integer({ min: 100, max: 3_000 }),
      talkMs: fc.integer({ min: 100, max: 15_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ does: 'ignore' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('refuse' as const),
      causeCode: fc.constantFrom(1, 17, 19, 21, 58),
      afterMs: fc.integer({ min: 0, max: 2_000 }),
    }),
  },
);

const does = <Name extends Step['does']>(name: Name) => fc.constant(name);

/** An ordinary day: agents and calls come and go, phones ring out and die. */
const calmSteps: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 12,
    arbitrary: fc.record({ afterMs, does: does('call'), entryId: fc.constantFrom(...entryIds) }),
  },
  { weight: 5, arbitrary: fc.record({ afterMs, does: does('hangUp'), at: fc.nat(30) }) },
  { weight: 12, arbitrary: fc.record({ afterMs, does: does('comes'), agentId }) },
  { weight: 2, arbitrary: fc.record({ afterMs, does: does('rests'), agentId }) },
  { weight: 2, arbitrary: fc.record({ afterMs, does: does('goes'), agentId }) },
  { weight: 2, arbitrary: fc.record({ afterMs, does: does('fallsSilent'), agentId }) },
  { weight: 6, arbitrary: fc.record({ afterMs, does: does('habit'), agentId, habit }) },
  { weight: 12, arbitrary: fc.record({ afterMs, does: does('nothing') }) },
  { weight: 1, arbitrary: fc.record({ afterMs, does: does('reroute'), seed: fc.nat() }) },
];
const stormSteps: readonly fc.WeightedArbitrary<Step>[] = [
  ...calmSteps,
  { weight: 1, arbitrary: fc.record({ afterMs, does: does('kill') }) },
  { weight: 6, arbitrary: fc.record({ afterMs, does: does('start') }) },
  { weight: 2, arbitrary: fc.record({ afterMs, does: does('nextCommit'), fate: fc.constantFrom(...fates) }) },
  { weight: 1, arbitrary: fc.record({ afterMs, does: does('mark') }) },
  { weight: 1, arbitrary: fc.record({ afterMs, does: does('lose') }) },
  {
    weight: 6,
    arbitrary: fc.record({ afterMs, does: does('giveBack'), how: fc.constantFrom(...waysBack) }),
  },
];

/** In a storm engines die, also in the middle of a commit, and the store is lost and comes back with less than it had. */
export type Weather = 'calm' | 'storm';
const anyStep: Readonly<Record<Weather, fc.Arbitrary<Step>>> = {
  calm: fc.oneof(...calmSteps),
  storm: fc.oneof(...stormSteps),
};

/** fast-check's command: time passes, the thing happens, and everything is held against everything. */
class Command implements fc.AsyncCommand<object, WholeDistributor> {
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  check(): boolean {
    return true;
  }

  async run(_model: object, hotline: WholeDistributor): Promise<void> {
    await hotline.pass(this.#step.afterMs);
    await take(hotline, this.#step);
    await hotline.world.runUntil(hotline.nowMs);
    await hotline.look();
  }

  toString(): string {
    return JSON.stringify(this.#step);
  }
}

export async function take(hotline: WholeDistributor, step: Step): Promise<void> {
  const { telephony } = hotline.world;
  switch (step.does) {
    case 'nothing':
      return;
    case 'call':
      telephony.call({ ani: '', dnis: step.entryId, patienceMs: null });
      return;
    case 'hangUp': {
      const citizens = telephony.channels().filter(({ arrival }) => arrival !== null);
      const citizen = citizens[step.at % Math.max(1, citizens.length)];
      if (citizen !== undefined) telephony.hangUpCitizen(citizen.channelId);
      return;
    }
    case 'habit':
      return telephony.setHabit(deviceOf(step.agentId), step.habit);
    case 'fallsSilent':
      return telephony.killPhone(deviceOf(step.agentId));
    case 'comes':
    case 'rests':
    case 'goes':
      return act(hotline, step.does, step.agentId);
    case 'kill':
      return hotline.kill();
    case 'start':
      return hotline.start();
    case 'nextCommit':
      hotline.fate = step.fate;
      return;
    case 'mark':
      return hotline.mark();
    case 'lose':
      return hotline.lose();
    case 'giveBack':
      return hotline.giveBack(step.how);
    case 'reroute':
      return hotline.reroute(step.seed);
  }
}

function act(hotline: WholeDistributor, does: 'comes' | 'rests' | 'goes', id: AgentId): void {
  const { world } = hotline;
  if (does === 'comes') world.telephony.setReachable(deviceOf(id), true);
  // His phone alone may have brought a commit about, in which the engine died.
  if (!hotline.alive) return;
  if (does === 'comes') world.signIn(id, deviceOf(id));
  else if (does === 'goes') world.engine.actOnAgent(id, { type: 'SignOut', by: 'agent' });
  else world.engine.actOnAgent(id, { type: 'GoBreak', reason: 'rest', by: 'agent' });
}

/** Things that happen in one life at most. */
const lifeMax = 400;
/** Lives by one seed. */
const livesOfSeed = 4;

/** Enough for all lives of one seed. */
const stepsOfSeed = 40_000;

/** How to live. */
export interface LiveOrder {
  /** In one weather; left out = in calm by the even seeds and in storm by the others. */
  readonly only?: Weather;
  /** Which end of a call in each life the judges do not hear of; left out = they hear of all. */
  readonly unheardEnd?: number;
}

/** Lives that were lived. */
export interface Lived {
  readonly seed: number;
  /** What did not hold, with the shortest life that shows it; its last line has seed, commit and what lives it again. Left out = all held. */
  readonly failure?: string;
}

/** Lives by this seed, the next one and so on, until so many steps are done. */
export async function live(
  seed: number,
  steps: number,
  tally: Tally,
  { only, unheardEnd }: LiveOrder = {},
): Promise<Lived> {
  const goal = tally.steps + steps;
  for (let now = seed; ; now += 1) {
    const weather = only ?? (now % 2 === 0 ? 'calm' : 'storm');
    const details = await fc.check(anyLife(weather, goal, tally, unheardEnd), {
      seed: now,
      numRuns: livesOfSeed,
    });
    if (details.failed) {
      const again = [
        `npm run prove -- --seed ${String(now)} --steps ${String(stepsOfSeed)}`,
        ...(only === undefined ? [] : [`--weather ${only}`]),
        ...(unheardEnd === undefined ? [] : [`--unheard-end ${String(unheardEnd)}`]),
      ].join(' ');
      const why = [String(details.errorInstance), fc.defaultReportMessage(details)];
      return { seed: now, failure: [...why, failureLine(now, again)].join('\n') };
    }
    if (tally.steps >= goal) return { seed: now };
  }
}

function anyLife(weather: Weather, goal: number, tally: Tally, unheardEnd: number | undefined) {
  let failed = false;
  const commands = [anyStep[weather].map((step) => new Command(step))];
  const life = fc.commands(commands, { maxCommands: lifeMax, size: 'max' });
  return fc.asyncProperty(life, fc.nat(), fc.integer({ min: 1, max: 6 }), async (steps, seed, places) => {
    if (tally.steps >= goal && !failed) return;
    const hotline = new WholeDistributor({
      ...{ seed, placesPerPriority: places, tally },
      ...(unheardEnd !== undefined && { unheardEnd }),
    });
    try {
      await hotline.start();
      await fc.asyncModelRun(() => ({ model: {}, real: hotline }), steps);
    } catch (error) {
      failed = true;
      throw error;
    }
  });
}
