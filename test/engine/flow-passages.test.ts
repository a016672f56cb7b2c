// Passages of a flow's nodes: counted once a visit, with the nodes that only decided, and anew each day.
import t from 'tap';
import type { FlowId } from '../../src/contact/ids.js';
import type { FlowTurn } from '../../src/contact/flow-turn.js';
import { createFlowPassages } from '../../src/engine/flow-passages.js';

/** 2026-11-23 23:00 at the site. */
let nowMs = Date.UTC(2026, 10, 23, 15);

function turn(nodeId: string, decided: readonly string[] = []): FlowTurn {
  const cursor = { flowId: 'f' as FlowId, siteVersion: 'v', nodeId, tries: 0, digits: '', keys: 0 };
  const ways = decided.map((one) => ({ nodeId: one, way: 'otherwise' }));
  return { cursor, say: [], next: { type: 'spoken' }, ...(ways.length > 0 && { decided: ways }) };
}

t.test('each node a call comes to, once; a menu said again is no passage', async (t) => {
  const passages = createFlowPassages(() => nowMs);
  const first = turn('menu', ['hours']);
  passages.passed(first, undefined);
  passages.passed(turn('menu'), first.cursor);
  passages.passed(turn('line'), first.cursor);
  t.same(Object.fromEntries(passages.today().counts.get('f') ?? []), { hours: 1, menu: 1, line: 1 });
  t.equal(passages.today().sinceMs, nowMs);
  nowMs += 2 * 3_600_000;
  t.equal(passages.today().counts.size, 0);
  t.equal(passages.today().sinceMs, Date.UTC(2026, 10, 23, 16), 'midnight at the site');
});
