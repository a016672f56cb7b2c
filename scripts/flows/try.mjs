// @ts-check
// npm run flows -- try FLOW: talk to a flow in the terminal; the same interpreter as a real call's.

import { createInterface } from 'node:readline';
import { loadCore } from '../prompts/core.mjs';
import { UsageError } from './command.mjs';
import { readSite } from './site.mjs';

/** @typedef {import('../../src/site/rehearsal.js').Rehearsal} Rehearsal */
/** @typedef {import('../../src/site/rehearsal.js').RehearsalAct} RehearsalAct */

/** @type {import('./command.mjs').Command} */
export const tryCommand = {
  usage: `try FLOW [--at '2026-10-01 03:00'] [--number 12345] [--unstaffed QUEUE] [--waiting QUEUE=20] [--wish WISH] [--repeat yes] [--limited yes]
    在终端里走一遍流程,不用电话 talk to a flow in the terminal, without a telephone`,
  args: [1, 1],
  options: ['at', 'number', 'unstaffed', 'waiting', 'wish', 'repeat', 'limited'],
  run: tryFlow,
};

const keyHelp = `  按键 keys 0-9 * #;回车或 - 不按键 silence;h 挂机 hang up`;
const lookUpHelp = `  f 在办 found;d 已办结 done;n 没有查到 not found;x 无法查询 the lookup fails;h 挂机 hang up`;
const queueHelp = `  按键 keys;a 话务员接听 an agent takes the call;q 等候超时 the queue times out;n 无人签入 nobody;o 排队已满 overload;y 溢出 overflow;h 挂机 hang up`;
const leadHelp = `  a 分中心接听 answered there;x 没有接通 not connected;h 挂机 hang up`;

/** What one letter does while the caller waits in a queue. @type {Readonly<Record<string, RehearsalAct>>} */
const queueActs = {
  a: { do: 'answer' },
  q: { do: 'exit', exit: 'timeout' },
  n: { do: 'exit', exit: 'nobody' },
  o: { do: 'exit', exit: 'overload' },
  y: { do: 'exit', exit: 'overflow' },
  h: { do: 'hangUp' },
};

/** And while it is led to a sub-centre. @type {Readonly<Record<string, RehearsalAct>>} */
const leadActs = { a: { do: 'answer' }, x: { do: 'leadFails' }, h: { do: 'hangUp' } };

/** And while a case is looked up. @type {Readonly<Record<string, RehearsalAct>>} */
const lookUpActs = {
  f: { do: 'lookUp', answer: { state: 'handling', department: '市城管局', month: 12, day: 1 } },
  d: { do: 'lookUp', answer: { state: 'done' } },
  n: { do: 'lookUp', answer: { state: 'none' } },
  x: { do: 'lookUp', answer: { state: 'failed' } },
  h: { do: 'hangUp' },
};

/**
 * What a line means where the call is; undefined if nothing.
 * @param {Rehearsal} call
 * @param {string} line
 * @returns {readonly RehearsalAct[] | undefined}
 */
function actsOf({ place }, line) {
  if (place.at === 'queue' || place.at === 'led' || place.at === 'lookUp') {
    const acts = { queue: queueActs, led: leadActs, lookUp: lookUpActs }[place.at];
    const act = Object.hasOwn(acts, line) ? acts[line] : undefined;
    if (act === undefined && place.at === 'queue' && place.keys.includes(line))
      return [{ do: 'press', key: line }];
    return act && [act];
  }
  if (line === 'h') return [{ do: 'hangUp' }];
  if (line === '' || line === '-') return [{ do: 'silence' }];
  return /^[\d*#]+$/.test(line) ? [...line].map((key) => ({ do: 'press', key })) : undefined;
}

/**
 * @param {string} dir
 * @param {import('./command.mjs').Asked} asked
 */
async function tryFlow(dir, { args: [flowId = ''], values }) {
  const scene = await sceneOf(values);
  const site = await readSite(dir);
  if (site === undefined) return 1;
  const { beginRehearsal, rehearse } = await loadCore('site/rehearsal');
  const { noCall, placeWords, usualMomentMs } = await loadCore('site/run-scenarios');
  const nowMs = scene.atMs ?? usualMomentMs(site, Date.now());
  const begun = beginRehearsal(site, flowId, { ...scene, nowMs });
  if (typeof begun === 'string') {
    const { zh, en } = noCall(begun, flowId, scene.dialled);
    console.error(`${zh} ${en}\n流程 flows: ${[...site.flows.keys()].join(' ')}`);
    return 2;
  }
  /** @param {Rehearsal} call */
  const tell = (call) => {
    for (const { promptId, text } of call.heard) console.log(`「${text}」 ${promptId}`);
    const { zh, en } = placeWords(call);
    console.log(`→ ${zh} ${en}`);
  };
  /** @type {Rehearsal} */
  let call = begun;
  tell(call);
  for await (const line of linesOf(call)) {
    const acts = actsOf(call, line.trim());
    for (const act of acts ?? [undefined]) {
      const after = act && rehearse(site, call, act);
      if (after === undefined || after === null) {
        console.log(helpAt(call));
        break;
      }
      call = after;
      tell(call);
    }
    if (isOver(call)) return 0;
    process.stdout.write('> ');
  }
  if (!isOver(call)) console.log('输入已结束,通话还没有结束。 The input ended before the call did.');
  return 0;
}

/** @param {Rehearsal} call */
function helpAt({ place }) {
  if (place.at === 'lookUp') return lookUpHelp;
  if (place.at === 'led') return leadHelp;
  return place.at === 'queue' ? queueHelp : keyHelp;
}

/** @param {Rehearsal} call */
function isOver({ place }) {
  return place.at === 'answered' || place.at === 'hungUp';
}

/** Lines as they are typed, or as a file gives them; none for a call that is over at once. @param {Rehearsal} call */
async function* linesOf(call) {
  if (isOver(call)) return;
  console.log(`${keyHelp}\n${queueHelp}`);
  process.stdout.write('> ');
  const lines = createInterface({ input: process.stdin });
  try {
    yield* lines;
  } finally {
    lines.close();
    process.stdin.destroy();
  }
}

/** @param {Readonly<Record<string, string | undefined>>} values */
async function sceneOf({ at, number, unstaffed, waiting, wish, repeat, limited }) {
  const { parseCivilTime } = await loadCore('contact/civil-time');
  const atMs = at === undefined ? null : parseCivilTime(`${at}:00`);
  if (atMs === undefined)
    throw new UsageError(`--at 须写作 '2026-10-01 03:00'。`, `--at takes a time like that.`);
  const [, queue, count] = /^([^=\s]+)=(\d{1,6})$/.exec(waiting ?? '') ?? [];
  if (waiting !== undefined && queue === undefined)
    throw new UsageError('--waiting 须写作 general=20。', '--waiting takes a queue and a count like that.');
  /** @type {Record<string, { waiting: number, signedIn: number }>} */
  const queues = {};
  if (queue !== undefined) queues[queue] = { waiting: Number(count), signedIn: 1 };
  if (unstaffed !== undefined) queues[unstaffed] = { waiting: queues[unstaffed]?.waiting ?? 0, signedIn: 0 };
  const caller = { wish: wish ?? null, repeat: repeat === 'yes', limited: limited === 'yes' };
  return { atMs, dialled: number ?? null, queues, ...caller };
}
