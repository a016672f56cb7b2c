// Tells each caller's last talk with an agent, from the records of calls.
import { sql } from 'kysely';
import type { AgentId, CallerKey } from '../../contact/ids.js';
import type { ReadLastTalks } from '../../engine/last-agents.js';
import { asked, type Database } from './database.js';

/** One row a caller; who is sealed is nobody. */
export function readLastTalks(database: Database): ReadLastTalks {
  return async (sinceMs) => {
    const rows = await asked(
      database
        .selectFrom('contactRecord')
        .distinctOn('callerKey')
        .select(['callerKey', 'arrivedAtMs', sql<string>`agent_ids[cardinality(agent_ids)]`.as('agentId')])
        .where('arrivedAtMs', '>=', sinceMs)
        .where('callerKey', '!=', '')
        .where('sealed', 'is', null)
        .where('answered', '=', true)
        .orderBy('callerKey')
        .orderBy('arrivedAtMs', 'desc')
        .execute(),
    );
    return rows.flatMap(({ callerKey, agentId, arrivedAtMs }) =>
      agentId === null
        ? []
        : [{ callerKey: callerKey as CallerKey, agentId: agentId as AgentId, atMs: arrivedAtMs }],
    );
  };
}
