// @ts-check
// npm run flows -- draw [FLOW] --out FOLDER: a picture of each flow.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadCore } from '../prompts/core.mjs';
import { UsageError } from './command.mjs';
import { readSite } from './site.mjs';

/** @type {import('./command.mjs').Command} */
export const drawCommand = {
  usage: `draw [FLOW] --out FOLDER
    把流程画成图,每个流程一个 SVG draw each flow, or one, as SVG`,
  args: [0, 1],
  options: ['out'],
  run: draw,
};

/**
 * @param {string} dir
 * @param {import('./command.mjs').Asked} asked
 */
async function draw(dir, { args: [flowId], values: { out } }) {
  if (!out) throw new UsageError('请用 --out 写明放图的文件夹。', 'Name a folder for the pictures: --out.');
  const site = await readSite(dir);
  if (site === undefined) return 1;
  const { drawFlow } = await loadCore('ivr/draw-flow');
  const flows = [...site.flows.values()].filter(({ id }) => flowId === undefined || id === flowId);
  if (flows.length === 0)
    throw new UsageError(
      `没有流程 ${flowId},现有:${[...site.flows.keys()].join('、')}。`,
      `There is no flow ${flowId}; there are: ${[...site.flows.keys()].join(', ')}.`,
    );
  const queues = new Map([...site.queues.values()].map(({ id, name }) => [String(id), name]));
  await mkdir(out, { recursive: true });
  for (const flow of flows) {
    const file = path.join(out, `flow-${flow.id}.svg`);
    await writeFile(file, drawFlow(flow, { prompts: site.promptTexts, queues }));
    console.log(file);
  }
  return 0;
}
