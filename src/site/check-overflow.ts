// Checks when the lines of a flow overflow against the queues they are in: a threshold that is never reached is a slip.
import type { Finding } from '../contact/finding.js';
import type { Flow } from '../ivr/flow.js';
import type { Placed } from './parse-rows.js';
import type { Queue } from './site.js';

/** Warnings. Circles between lines, unknown queues and a way that leads to nobody are the flow's own check. */
export function checkOverflows(
  queues: ReadonlyMap<string, Placed<Queue>>,
  file: string,
  flow: Flow,
): readonly Finding[] {
  return [...flow.nodes.values()].flatMap((node) => {
    const queue = node.kind === 'enqueue' ? queues.get(node.request.queueId)?.row : undefined;
    if (node.kind !== 'enqueue' || node.overflow === null || queue === undefined) return [];
    const { line, placeAbove, afterMs } = node.overflow;
    const { limit, queueTimeoutMs } = queue;
    const seconds = `${String(queueTimeoutMs / 1000)}s`;
    const warn = (zh: string, en: string): Finding => ({
      ...{ level: 'warning', file, line, code: 'overflowNever' },
      zh: `${zh}。请改小,或删去此项。`,
      en: `${en}: make it smaller, or leave it out.`,
    });
    return [
      ...(placeAbove !== null && placeAbove >= limit
        ? [
            warn(
              `placeAbove ${String(placeAbove)} 永远到不了:队列 ${queue.id} 排到 ${String(limit)} 人即「排队已满」`,
              `placeAbove ${String(placeAbove)} is never reached, for queue ${queue.id} is full with ${String(limit)}`,
            ),
          ]
        : []),
      ...(afterMs !== null && afterMs >= queueTimeoutMs
        ? [
            warn(
              `after 永远到不了:不早于队列 ${queue.id} 的最长等候 ${seconds}`,
              `after is never reached, for the longest wait of queue ${queue.id} is ${seconds}`,
            ),
          ]
        : []),
    ];
  });
}
