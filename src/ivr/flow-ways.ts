// The ways between a flow's nodes, and walks along them.
import { edgesOf } from './flow-edges.js';
import type { Flow, FlowNode } from './flow.js';

/** Every node this one can lead to, by whatever happens. */
export function waysOf(node: FlowNode): readonly string[] {
  return edgesOf(node).flatMap(({ to }) => (to === null ? [] : [to]));
}

/** The same with the way out of a line to a message, which is the whole flow's. */
export function everyWayOf({ messageId }: Flow, node: FlowNode): readonly string[] {
  const toMessage = node.kind === 'enqueue' && messageId !== null ? [messageId] : [];
  return [...waysOf(node), ...toMessage];
}

/** Where this node leads a caller who presses nothing. */
export function silentWays(node: FlowNode): readonly string[] {
  switch (node.kind) {
    case 'say':
    case 'remember':
    case 'goto':
      return [node.next];
    case 'menu':
    case 'collect':
      return [node.person];
    case 'rate':
      return [node.otherwise];
    case 'voicemail':
      return [node.next, node.otherwise];
    case 'lookUp':
      return [node.next, node.again, node.person];
    case 'branch':
      return [...node.cases.map(({ next }) => next), node.otherwise];
    case 'enqueue':
      return [
        node.exits.timeout,
        node.exits.nobody,
        node.exits.overload,
        ...(node.overflow === null ? [] : [node.overflow.next]),
      ];
    case 'lead':
      return [node.otherwise];
    case 'hangup':
      return [];
  }
}

/** Ids of every node reached from one, itself among them. */
export function reachedFrom(
  flow: Flow,
  fromId: string,
  ways: (node: FlowNode) => readonly string[],
): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [fromId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = flow.nodes.get(id);
    if (node === undefined || reached.has(id)) continue;
    reached.add(id);
    open.push(...ways(node));
  }
  return reached;
}

/**
 * A circle of these ways, or nothing. Found by taking away, again and again, the nodes that lead only to nodes
 * already taken: what is left leads in circles.
 */
export function findLoop(flow: Flow, waysFrom: (node: FlowNode) => readonly string[]): readonly string[] {
  const left = new Map([...flow.nodes].map(([id, node]) => [id, waysFrom(node)]));
  for (let taken = true; taken;) {
    taken = false;
    for (const [id, ways] of left) {
      if (!ways.some((way) => left.has(way))) taken = left.delete(id);
    }
  }
  const path: string[] = [];
  for (let at = [...left.keys()][0]; at !== undefined; at = left.get(at)?.find((way) => left.has(way))) {
    if (path.includes(at)) return path.slice(path.indexOf(at));
    path.push(at);
  }
  return [];
}
