// Where flows say which prompt: for whoever listens to it or records it.
import type { PromptRef } from '../contact/prompt-ref.js';
import type { Flow, FlowNode } from './flow.js';
import { lookUpPrompts } from './step.js';

/** One place of a flow. */
export interface PromptUse {
  readonly flow: string;
  readonly node: string;
}

/** Every place at which a node of these flows says a prompt, by its id. */
export function promptUses(flows: Iterable<Flow>): ReadonlyMap<string, readonly PromptUse[]> {
  const uses = new Map<string, PromptUse[]>();
  for (const flow of flows) {
    for (const node of flow.nodes.values()) {
      for (const id of new Set(idsOf(node))) {
        const places = uses.get(id) ?? [];
        uses.set(id, [...places, { flow: flow.id, node: node.id }]);
      }
    }
  }
  return uses;
}

/** A query tells its answer in words of its own. */
function idsOf(node: FlowNode): readonly string[] {
  const own = promptsOf(node).map(({ id }) => id);
  return node.kind === 'lookUp' ? [...own, ...lookUpPrompts] : own;
}

function promptsOf(node: FlowNode): readonly PromptRef[] {
  const said =
    'say' in node ? node.say.flatMap(({ prompt, short }) => [prompt, ...(short ? [short] : [])]) : [];
  return 'noInput' in node ? [...said, node.noInput, node.badInput] : said;
}
