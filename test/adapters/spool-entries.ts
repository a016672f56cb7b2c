// Journal entries with images, as the spool's tests append them.
import { newAgent } from '../../src/contact/agent-life.js';
import type { AgentId, DeviceId, NodeId } from '../../src/contact/ids.js';
import type { JournalEntry } from '../../src/engine/ports.js';
import { tenOClockMs } from '../metrics/contact-facts.js';

/** The `seq`-th entry of an agent's stream: one fact, and the image that belongs to it. */
export function agentEntry(agent: string, seq: number): JournalEntry {
  const atMs = tenOClockMs + seq * 10;
  const id = agent as AgentId;
  return {
    stream: 'agent',
    id,
    seq,
    atMs,
    node: 'n1' as NodeId,
    epoch: 1,
    facts: [{ type: 'AgentPhoneReachable', deviceId: '8001' as DeviceId, reachable: seq % 2 === 0 }],
    image: { ...newAgent(id, atMs), version: seq + 1 },
  };
}
