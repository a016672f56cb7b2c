// Which of a flow's ways an input went: told from the turn the interpreter gave, so that nothing is decided twice.
import type { FlowCursor, FlowInput, FlowTurn } from '../contact/flow-turn.js';
import type { DecidedWay } from '../contact/flow-turn.js';
import { edgesOf } from './flow-edges.js';
import type { CollectNode, Flow, FlowNode } from './flow.js';

/** The ways from where the contact stood to where this turn has it; none where it stays. */
export function waysTaken(
  flow: Flow,
  before: FlowCursor,
  input: FlowInput,
  turn: FlowTurn,
): readonly DecidedWay[] {
  const { decided } = turn;
  const node = flow.nodes.get(before.nodeId);
  if (decided === undefined || node === undefined) return [];
  const target = decided[0]?.nodeId ?? turn.cursor.nodeId;
  const ways = edgesOf(node).filter(({ to }) => to === target);
  const way = ways.find((edge) => wanted(node, before, input).includes(edge.way));
  return [...(way === undefined ? [] : [{ nodeId: node.id, way: way.way }]), ...decided];
}

/** Names of the ways that this input may go at this node. */
function wanted(node: FlowNode, before: FlowCursor, input: FlowInput): readonly string[] {
  switch (input.type) {
    case 'spoken':
      return ['next'];
    case 'queueExit':
      return [input.exit];
    case 'silence':
      if (node.kind === 'rate') return ['otherwise'];
      return node.kind === 'collect' ? entryWays(node, before.digits) : ['person'];
    case 'digit':
      if (node.kind === 'rate') return input.digit === '*' ? ['otherwise'] : [input.digit, 'otherwise'];
      if (input.digit === '*') return ['back'];
      if (node.kind === 'enqueue') return input.digit === '0' ? ['instead'] : [];
      if (node.kind === 'collect') return entryWays(node, before.digits + input.digit.replace('#', ''));
      return input.digit === '9' ? [] : [input.digit, 'person'];
    case 'voicemailLeft':
      return ['left'];
    case 'voicemailMissing':
    case 'leadFailed':
      return ['otherwise'];
    case 'caseAnswer':
      return input.answer.state === 'none' ? ['again', 'person'] : ['next', 'person'];
    case 'begin':
    case 'resumed':
      return [];
  }
}

/** One that has a way of its own goes there; a lone 0 and one too short lead to a person. */
function entryWays(node: CollectNode, entry: string): readonly string[] {
  if (node.cases.has(entry)) return [`digits ${entry}`];
  return entry === '0' || entry.length < node.minDigits ? ['person'] : ['next', 'person'];
}
