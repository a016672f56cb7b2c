// @ts-check
// What the office edits: valid, what runs, and with next year's holidays in time.

import path from 'node:path';
import { loadBuilt } from '../prompts/core.mjs';
import { fault, notice, ok } from './finding.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */

/**
 * @param {Patient} patient
 * @param {Promise<string | undefined>} running the version of the flows in force, where the service tells it
 * @returns {Promise<readonly Finding[]>}
 */
export async function probeSite({ layout, restart, edit, inProject }, running) {
  const { readSiteFiles } = await loadBuilt('adapters/files/site-files');
  const { parseSite } = await loadBuilt('site/parse-site');
  const files = await readSiteFiles(layout.flows).catch(() => undefined);
  if (files === undefined || files.size === 0)
    return [
      fault(
        'site',
        `${layout.flows} 里没有流程文件。`,
        'There are no flows.',
        inProject('git checkout -- ivr-flows'),
      ),
    ];
  const nowMs = Date.now();
  const parsed = parseSite(files, { nowMs });
  if (!parsed.ok) {
    const first = parsed.findings.find(({ level }) => level === 'error') ?? parsed.findings[0];
    const more = parsed.findings.length - 1;
    const place = path.join(layout.flows, first?.file ?? '');
    const zh = `流程文件有错:${first?.file}:${first?.line} ${first?.zh ?? ''}${more > 0 ? `,另有 ${more} 处` : ''}`;
    return [fault('site', zh, first?.en ?? '', edit(place, first?.line))];
  }
  const { site } = parsed;
  const found = [];
  const years = site.missingNoticeYears(nowMs);
  if (years.length > 0) {
    const zh = `calendar.yaml 缺少 ${years.join('、')} 年的节假日安排。`;
    found.push(
      notice(
        'calendar',
        zh,
        "Next year's holidays are missing.",
        edit(path.join(layout.flows, 'calendar.yaml')),
      ),
    );
  }
  const versions = [undefined, true, false].map((menu) => versionWith(parseSite, files, nowMs, menu));
  const inForce = await running;
  if (inForce !== undefined && !versions.includes(inForce))
    found.push(
      notice(
        'site.old',
        '流程文件改过,运行的还是旧版;重新加载或重启服务生效。',
        'The flows in force are older than the files.',
        restart('service'),
      ),
    );
  return found.length > 0
    ? found
    : [
        ok(
          'site',
          `流程文件 ${files.size} 个,有效,提醒 ${site.warnings.length} 处。`,
          'The flows are valid.',
        ),
      ];
}

/**
 * The menu can be switched at run time, which makes another version of the same files.
 * @param {typeof import('../../src/site/parse-site.js').parseSite} parseSite
 * @param {ReadonlyMap<string, string>} files
 * @param {number} nowMs
 * @param {boolean | undefined} menu
 */
function versionWith(parseSite, files, nowMs, menu) {
  const parsed = parseSite(files, { nowMs, ...(menu !== undefined && { overrides: { menu } }) });
  return parsed.ok ? parsed.site.version : undefined;
}
