// @ts-check
// Reads the options of `npm run demo`; one that cannot be used is refused in one sentence that says what to write instead.

import { parseArgs } from 'node:util';

/**
 * What the demo is asked for.
 * @typedef {object} DemoOptions
 * @property {number} agents
 * @property {number} callsPerMinute citizens' first calls; those who call again come on top
 * @property {number} surge how many times as many call in every fourth minute; 1 = no surge
 * @property {number | undefined} minutes it ends by itself after so many; undefined = never
 * @property {number} seed the same seed gives the same people
 */

/** An option that cannot be used. */
export class OptionError extends Error {
  /**
   * @param {string} zh
   * @param {string} en
   */
  constructor(zh, en) {
    super(`${zh} ${en}`);
    this.name = 'OptionError';
  }
}

/** What may be written, and an example of it. */
const LIMITS = /** @type {const} */ ({
  agents: { least: 1, most: 60, example: '8' },
  'calls-per-minute': { least: 1, most: 120, example: '20' },
  surge: { least: 1, most: 10, example: '3' },
  minutes: { least: 1, most: 30_000, example: '10' },
  seed: { least: 0, most: 4_294_967_295, example: '7' },
});

const SHIPPED_AGENTS = 8;
/** A day on which everything can be seen within minutes, the absent-minded agent too. */
const SEED = 11;
/** With talks of 45 s this fills two thirds of the agents' time: hardly anybody waits, and the board moves. */
const CALLS_PER_AGENT_MINUTE = 0.625;

/** What `--help` prints. */
export const usage = `用法 usage: npm run demo -- [选项 options]
  --agents N            话务员人数 agents, 1-60;默认 default ${SHIPPED_AGENTS}
  --calls-per-minute N  每分钟来电 calls a minute, 1-120;默认 default 0.625 × agents
  --surge N             每四分钟里有一分钟来电为平时的 N 倍 in every fourth minute N times as many call, 1-10;默认 default 1
  --minutes N           运行 N 分钟后自行结束 ends by itself after N minutes;默认一直运行 default: goes on
  --seed N              同一种子,同一批人 the same seed, the same people;默认 default ${SEED}`;

/** @param {NodeJS.ProcessEnv} env */
function requireDashes(env) {
  const lost = Object.keys(LIMITS).find((name) => env[`npm_config_${name.replaceAll('-', '_')}`]);
  if (lost === undefined) return;
  throw new OptionError(
    `选项前须有 --,请写 npm run demo -- --${lost} …。`,
    `npm took the option for itself: write npm run demo -- --${lost} …`,
  );
}

/**
 * @param {keyof typeof LIMITS} name
 * @param {string | undefined} text
 */
function wholeNumber(name, text) {
  if (text === undefined) return undefined;
  const { least, most, example } = LIMITS[name];
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new OptionError(
    `--${name} 应为 ${least} 到 ${most} 的整数,例如 --${name} ${example}。`,
    `--${name} takes a whole number from ${least} to ${most}, such as --${name} ${example}.`,
  );
}

const text = /** @type {const} */ ({ type: 'string' });

/** @param {readonly string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        agents: text,
        'calls-per-minute': text,
        surge: text,
        minutes: text,
        seed: text,
        help: { type: 'boolean' },
      },
    }).values;
  } catch {
    throw new OptionError(
      '有选项不能识别或缺少数值,请看 npm run demo -- --help,例如 npm run demo -- --agents 8 --surge 3。',
      'There is an unknown option or one without its number: see npm run demo -- --help, or write for instance npm run demo -- --agents 8 --surge 3.',
    );
  }
}

/**
 * The options as asked, `undefined` when it is help that was asked for.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env where npm leaves what it took for itself
 * @returns {DemoOptions | undefined}
 * @throws {OptionError}
 */
export function readOptions(args, env) {
  requireDashes(env);
  const given = parsed(args);
  if (given.help === true) return undefined;
  const agents = wholeNumber('agents', given.agents) ?? SHIPPED_AGENTS;
  return {
    agents,
    callsPerMinute:
      wholeNumber('calls-per-minute', given['calls-per-minute']) ??
      Math.max(1, Math.round(agents * CALLS_PER_AGENT_MINUTE)),
    surge: wholeNumber('surge', given.surge) ?? 1,
    minutes: wholeNumber('minutes', given.minutes),
    seed: wholeNumber('seed', given.seed) ?? SEED,
  };
}
