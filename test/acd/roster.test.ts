// A roster's text: whatever agents it holds, each is read back as he was, alone or with all others.
import fc from 'fast-check';
import t from 'tap';
import {
  dropLine,
  lineIn,
  newRoster,
  putLine,
  readRoster,
  rosterText,
  textOfRoster,
} from '../../src/acd/roster.js';
import type { AgentOnDuty } from '../../src/acd/on-duty.js';
import { breakReasons, type BreakReason, type ShownAgentState } from '../../src/contact/agent.js';
import type { AgentId } from '../../src/contact/ids.js';

const states: readonly ShownAgentState[] = [
  'ready',
  'break',
  'talking',
  'hold',
  'wrapup',
  'missed',
  'unreachable',
  'offline',
];
/** Ids of which one begins or ends as another one. */
const agentId = fc.stringMatching(/^[12a]{1,4}$/).map((id) => id as AgentId);
const standing = fc.record({
  state: fc.constantFrom(...states),
  breakReason: fc.constantFrom<BreakReason>(...breakReasons),
  sinceMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  busyMs: fc.integer({ min: 0, max: 3_600_000 }),
});

t.test('each agent is found by his own id, and nobody by another one’s', async (t) => {
  fc.assert(
    fc.property(fc.dictionary(agentId, standing), fc.array(agentId), (agents, dropped) => {
      const roster = newRoster();
      const there = new Map(Object.entries(agents) as [AgentId, (typeof agents)[string]][]);
      for (const [id, { state, breakReason, sinceMs, busyMs }] of there) {
        const reason = state === 'break' ? breakReason : null;
        const agent = {
          ...{ agentId: id, ready: state === 'ready', idleSinceMs: sinceMs },
          standing: { state, breakReason: reason, sinceMs },
        } as AgentOnDuty;
        putLine(roster, id, rosterText(agent, busyMs));
      }
      for (const id of dropped) {
        dropLine(roster, id);
        there.delete(id);
      }
      const text = textOfRoster(roster);
      const all = readRoster(text);
      if (all.length !== there.size) throw new Error(`${String(all.length)} of ${String(there.size)}`);
      for (const line of all) {
        const { state, breakReason, sinceMs, busyMs } =
          there.get(line.agentId) ?? standingOfNobody(line.agentId);
        t.same(line, {
          ...{ agentId: line.agentId, state, breakReason: state === 'break' ? breakReason : null, sinceMs },
          busyMs: state === 'ready' ? busyMs : 0,
        });
        t.same(lineIn(text, line.agentId), line);
      }
      for (const id of dropped) t.equal(lineIn(text, id), undefined);
    }),
    { numRuns: 200 },
  );
});

function standingOfNobody(id: AgentId): never {
  throw new Error(`nobody is ${id}`);
}
