// An agent's own strip: himself, the contact he has or had last, and his day as far as the records give it.
import type { Agent } from '../../contact/agent.js';
import { dayKeyAt, dayStartMs } from '../../contact/civil-time.js';
import { isHeld, type Contact } from '../../contact/contact.js';
import type { AgentId } from '../../contact/ids.js';
import { surveyVerdict, type SurveyPolicy } from '../../contact/survey.js';
import type { ContactRecord } from '../../metrics/contact-record.js';
import { cityNames } from '../../site/legal-route.js';
import type { Site } from '../../site/site.js';
import type { HttpParts } from './http-parts.js';
import { keepReading, type KeptReading, type ReadLane } from './kept-reading.js';
import type { LiveData } from './live-image.js';
import type { ContactFilter } from './record-reader.js';
import { ownTalk, viewAgent, viewContact, viewSupervision } from './views.js';

const dayEveryMs = 10_000;
/** What a caller did before this call does not change any more. */
const callerEveryMs = 3_600_000;
/** The most records counted for one agent's day or one caller's. */
const mostPages = 10;

/** Begins an agent's strip; the result tells what is to be seen now. */
export function openStripView(parts: HttpParts, lane: ReadLane, agentId: AgentId): () => LiveData {
  const { engine, sites, nowMs, log } = parts;
  const kept = { lane, nowMs, log };
  const day = keepReading({ ...kept, name: 'agent day', everyMs: dayEveryMs, read: readDay });
  let caller: { readonly contactId: string; readonly calls: KeptReading<number> } | undefined;

  async function readDay() {
    const dayKey = dayKeyAt(nowMs());
    const [records, missed] = await Promise.all([
      todaysRecords(parts, { agentId }),
      parts.records.offersUnanswered(agentId, dayStartMs(dayKey)),
    ]);
    // His own calls are counted apart.
    const talks = records.filter(({ excluded }) => excluded !== 'outbound');
    const sum = (of: (record: ContactRecord) => number) => talks.reduce((total, one) => total + of(one), 0);
    return {
      dayKey,
      answered: talks.length,
      talkMs: sum(({ talkMs }) => talkMs),
      wrapUpMs: sum(({ wrapUpMs }) => wrapUpMs),
      missed,
      calledOut: records.length - talks.length,
    };
  }

  /** This caller's calls today, this one included; null where he showed no number or it is not known yet. */
  function callsToday({ id, arrival: { callerKey } }: Contact): number | null {
    if (callerKey === '') return null;
    if (caller?.contactId !== id) {
      const read = async () => {
        const records = await todaysRecords(parts, { callerKey });
        return (
          records.filter(({ contactId, excluded }) => contactId !== id && excluded !== 'outbound').length + 1
        );
      };
      const calls = keepReading({ ...kept, name: 'calls of a caller', everyMs: callerEveryMs, read });
      caller = { contactId: id, calls };
    }
    return caller.calls.value() ?? null;
  }

  function contactOf(agent: Agent | undefined): object | null {
    const { activity } = agent ?? {};
    if (activity === undefined || !('contactId' in activity)) return null;
    const contact = engine.contacts().find(({ id }) => id === activity.contactId);
    if (contact === undefined) return null;
    const shown = viewContact(contact, engine.placeOf(contact.id));
    const site = sites.ofVersion(contact.arrival.siteVersion);
    const queueId = contact.place?.request.queueId;
    return {
      ...shown,
      entryName: site.entries.get(shown.entryId)?.name ?? shown.dnis,
      queueName: (queueId && site.queues.get(queueId)?.name) ?? null,
      ...talkOf(contact),
      releasesTo: releasesTo(contact, site.contactPolicy.survey),
      callsToday: callsToday(contact),
      handedOver: contact.arrival.handedOver !== undefined,
      callsBefore: contact.arrival.callsBefore ?? 0,
      repeatWithinMs: site.callerPolicy.repeatWithinMs,
      wish: (contact.wish === undefined ? contact.arrival.wish : contact.wish) ?? null,
      region: regionIn(site, contact) ?? /^(0\d{2,3})-/.exec(shown.callerMasked)?.[1] ?? null,
    };
  }

  /** Where a sub-centre says the matter is; a city by its name. */
  function regionIn({ legalRoutes }: Site, { arrival }: Contact): string | undefined {
    const told = arrival.handedOver?.region;
    return told === undefined ? undefined : (cityNames(legalRoutes).get(told) ?? told);
  }

  return () => {
    const live = engine.agents().find(({ id }) => id === agentId);
    const shown = viewAgent(sites.current(), agentId, live, ownTalk(engine.contacts(), agentId));
    const present = engine.supervisions.of(agentId);
    const wrapUpEndsAtMs = live?.activity.is === 'wrapup' ? (live.deadlines.wrapUp ?? null) : null;
    const restEndsAtMs = live?.activity.is === 'missed' ? (live.deadlines.rest ?? null) : null;
    const breakPlace = engine.breakPlaceOf(agentId);
    const { dayKey, ...figures } = day.value() ?? {};
    return {
      me: { agent: shown && { ...shown, wrapUpEndsAtMs, restEndsAtMs, breakPlace } },
      contact: { current: contactOf(live) },
      supervision: { own: present === undefined ? null : viewSupervision(present) },
      day: dayKey === dayKeyAt(nowMs()) ? figures : {},
    };
  };
}

/** What the citizen would hear if the agent left now: the button is called by it. */
function releasesTo(contact: Contact, policy: SurveyPolicy): 'survey' | 'goodbye' {
  const { stage, arrival, disposition } = contact;
  // How long he will have talked is not known yet: the shortest talk does not change the button.
  const asked = surveyVerdict({ ...disposition, tag: arrival.tag }, policy.minTalkMs, policy).is === 'asked';
  return stage.at === 'talking' && asked ? 'survey' : 'goodbye';
}

/** What only he who talks needs to know. A supervisor who listens stays unseen; one who whispers is told of. */
function talkOf({ stage, deadlines }: Contact): object {
  if (stage.at !== 'talking')
    return { holdOverdue: false, holdEndsAtMs: null, whispered: false, silent: null };
  const { supervision } = stage.talk;
  return {
    holdOverdue: isHeld(stage.talk) && deadlines.holdNotice === undefined,
    holdEndsAtMs: deadlines.holdOver ?? null,
    silent: stage.talk.silent ?? null,
    whispered: supervision?.mode === 'whisper' && supervision.sinceMs !== null,
  };
}

async function todaysRecords(
  { records, nowMs }: HttpParts,
  filter: Pick<ContactFilter, 'agentId' | 'callerKey'>,
): Promise<readonly ContactRecord[]> {
  const found: ContactRecord[] = [];
  const today: ContactFilter = { ...filter, fromMs: dayStartMs(dayKeyAt(nowMs())), limit: 200 };
  let cursor: string | null = null;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const result = await records.contacts({ ...today, ...(cursor !== null && { cursor }) });
    if (!result.ok) break;
    found.push(...result.page.contacts);
    ({ cursor } = result.page);
    if (cursor === null) break;
  }
  return found;
}
