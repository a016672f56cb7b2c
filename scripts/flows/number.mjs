// @ts-check
// npm run flows -- number N: what a caller of a number hears on a day.

import { loadCore } from '../prompts/core.mjs';
import { UsageError } from './command.mjs';
import { readSite } from './site.mjs';

/** @type {import('./command.mjs').Command} */
export const numberCommand = {
  usage: `number 12358 [--on 2026-07-01] [--from 010]
    某号码在某日的来电人听到什么 what a caller of a number hears on a day (--from 来电人所在区号 the caller's area code)`,
  args: [1, 1],
  options: ['on', 'from'],
  run: tellNumber,
};

/**
 * @param {string} dir
 * @param {import('./command.mjs').Asked} asked
 * @returns {Promise<number>} the exit code
 */
async function tellNumber(dir, { args: [number = ''], values: { on, from } }) {
  const [{ hearingOf, exampleCall }, { dayKeyAt, parseDayKey }] = [
    await loadCore('site/hearing'),
    await loadCore('contact/civil-time'),
  ];
  const day = on ?? dayKeyAt(Date.now());
  if (!/^\+?\d{3,20}$/.test(number) || parseDayKey(day) === undefined || (from && !/^0\d{2,3}$/.test(from)))
    throw new UsageError('号码、日期或区号有误。', 'The number, the day or the area code cannot be used.');
  const site = await readSite(dir);
  if (site === undefined) return 1;
  const heard = hearingOf(site, exampleCall(site, number, day, from));
  const how = !heard.answered
    ? '不接听、不计费,播放后释放 not answered, free, then released'
    : `接听 answered${heard.queueName === null ? '' : `,队列 queue ${heard.queueName}`}`;
  console.log(`${number} ${day}: ${heard.entryName} [${heard.state}] ${how},指标 KPI line ${heard.kpiLine}`);
  for (const { promptId, text } of heard.heard) console.log(`  「${text}」 ${promptId}`);
  if (heard.ledTo !== null) {
    console.log(`  先转接 led first to ${heard.ledTo};无人接听时 where nobody takes him there:`);
    for (const { promptId, text } of heard.otherwise) console.log(`  「${text}」 ${promptId}`);
  }
  if (heard.farewell)
    console.log(`  结束时 at the end:「${heard.farewell.text}」 ${heard.farewell.promptId}`);
  return 0;
}
