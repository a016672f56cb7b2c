// @ts-check
// npm run flows -- number N: what a caller of a number hears on a day.

import { loadCore } from '../prompts/core.mjs';

/** How it is asked for. */
export const numberUsage = `      npm run flows -- number 12358 [--on 2026-07-01] [--from 010] [--dir DIR]
  某号码在某日的来电人听到什么 what a caller of a number hears on a day (--from 来电人所在区号 the caller's area code)`;

/**
 * @param {string} dir
 * @param {{ number: string, on: string | undefined, from: string | undefined }} asked
 * @returns {Promise<number>} the exit code
 */
export async function tellNumber(dir, { number, on, from }) {
  const [{ readSiteFiles }, { parseSite }, { hearingOf, exampleCall }, { dayKeyAt, parseDayKey }] = [
    await loadCore('adapters/files/site-files'),
    await loadCore('site/parse-site'),
    await loadCore('site/hearing'),
    await loadCore('contact/civil-time'),
  ];
  const nowMs = Date.now();
  const day = on ?? dayKeyAt(nowMs);
  if (!/^\+?\d{3,20}$/.test(number) || parseDayKey(day) === undefined || (from && !/^0\d{2,3}$/.test(from))) {
    console.error(
      `号码、日期或区号有误。 The number, the day or the area code cannot be used.\n${numberUsage}`,
    );
    return 2;
  }
  const parsed = parseSite(await readSiteFiles(dir), { nowMs });
  if (!parsed.ok) {
    console.error('文件有误,请先运行 The files have errors, run first: npm run flows -- check');
    return 1;
  }
  const heard = hearingOf(parsed.site, exampleCall(parsed.site, number, day, from));
  const how = !heard.answered
    ? '不接听、不计费,播放后释放 not answered, free, then released'
    : `接听 answered${heard.queueName === null ? '' : `,队列 queue ${heard.queueName}`}`;
  console.log(`${number} ${day}: ${heard.entryName} [${heard.state}] ${how},指标 KPI line ${heard.kpiLine}`);
  for (const { promptId, text } of heard.heard) console.log(`  「${text}」 ${promptId}`);
  if (heard.farewell)
    console.log(`  结束时 at the end:「${heard.farewell.text}」 ${heard.farewell.promptId}`);
  return 0;
}
