// The wall as it stands: agents, queues, calls, trunks, alarms, parts and figures. No caller's number in any form but for those who lead.
import type { AlarmName } from '../../engine/ports.js';
import type { HttpParts } from './http-parts.js';
import type { LiveData } from './live-image.js';
import { queueStates, viewAgents, viewContact, viewSupervision } from './views.js';
import type { WallFigures } from './wall-figures.js';

/** How loudly a board tells of an alarm: `critical` where calls or records are being lost. */
export type AlarmLevel = 'info' | 'warn' | 'critical';

const alarmLevels: Readonly<Record<AlarmName, AlarmLevel>> = {
  nodeSick: 'critical',
  spoolDiskFull: 'critical',
  recordingDiskLow: 'critical',
  recordingFailed: 'critical',
  databaseAway: 'warn',
  eventLoopSlow: 'warn',
  newContactAddress: 'warn',
  heldTooLong: 'warn',
  messagesFailing: 'warn',
  packetsFailing: 'critical',
  phoneMisconfigured: 'warn',
  promptMissing: 'warn',
  publishUnreviewed: 'warn',
  calendarMissing: 'info',
  numberEnding: 'info',
  rosterGap: 'warn',
};

type Section = LiveData[string];

/** The wall; names and calls only where `seesCalls`. */
export function wallData(parts: HttpParts, read: WallFigures, seesCalls: boolean): LiveData {
  const { engine, sites, version } = parts;
  const site = sites.current();
  const { alarms, trunks, telephony, store } = engine.condition();
  const databaseUp = read.databaseUp && !alarms.some(({ alarm }) => alarm === 'databaseAway');
  return {
    site: {
      title: site.entries.get(site.mainEntryId)?.name ?? site.name,
      siteVersion: site.version,
      version,
      answerGoalMs: site.metricsPolicy.answerGoalMs,
    },
    agents: agentsOf(parts, seesCalls),
    queues: byKey(queueStates(site, engine), ({ queueId, ...queue }) => [queueId, queue]),
    calls: callsOf(parts),
    trunks: byKey(trunks, ({ trunkId, ...trunk }) => [trunkId, trunk]),
    alarms: byKey(alarms, ({ alarm, about, sinceMs }) => [
      `${alarm}/${about}`,
      { alarm, about, sinceMs, level: alarmLevels[alarm] },
    ]),
    parts: { telephony, store, database: databaseUp ? 'up' : 'away' },
    figures: read.figures,
    trend: read.trend,
    ...(seesCalls && { contacts: contactsOf(parts), supervisions: supervisionsOf(parts) }),
  };
}

function agentsOf({ engine, sites }: HttpParts, withNames: boolean): Section {
  return byKey(viewAgents(sites.current(), engine), (agent) => {
    const { agentId, teamId, state, sinceMs, reason, helpSinceMs, name } = agent;
    return [agentId, { agentId, teamId, state, sinceMs, reason, helpSinceMs, ...(withNames && { name }) }];
  });
}

function callsOf({ engine }: HttpParts): Section {
  const contacts = engine.contacts();
  const waiting = contacts.filter(({ stage }) => stage.at === 'waiting' || stage.at === 'offered');
  const count = (stage: string) => contacts.filter(({ stage: { at } }) => at === stage).length;
  const arrivals = waiting.map(({ arrival }) => arrival.arrivedAtMs);
  return {
    talking: count('talking'),
    waiting: waiting.length,
    inFlow: count('flow'),
    longestSinceMs: arrivals.length === 0 ? null : Math.min(...arrivals),
  };
}

/** Those that are over stay open for a note, but are no calls of this moment. */
function contactsOf({ engine }: HttpParts): Section {
  const living = engine.contacts().filter(({ stage }) => stage.at !== 'ended');
  return byKey(living, (contact) => [contact.id, viewContact(contact, engine.placeOf(contact.id))]);
}

function supervisionsOf({ engine }: HttpParts): Section {
  return byKey(engine.supervisions.all().map(viewSupervision), (one) => [one.supervisorId, one]);
}

function byKey<Row>(rows: readonly Row[], pairOf: (row: Row) => readonly [string, unknown]): Section {
  return Object.fromEntries(rows.map(pairOf));
}
