// How routing is shown: people as cover counts them, rings, queues by name; schemas, and the live state put into them.
import { Type, type Static } from 'typebox';
import { presenceOf, ringAgent, type CoverAgent, type CoverInput } from '../../acd/cover.js';
import { previewRings, type Ring, type RingPreview, type RingState } from '../../acd/rings.js';
import { shownState } from '../../contact/agent.js';
import { isWaiting, type Contact } from '../../contact/contact.js';
import { dayKeyAt } from '../../contact/civil-time.js';
import type { QueueId } from '../../contact/ids.js';
import type { Engine } from '../../engine/engine.js';
import type { Queue, Site } from '../../site/site.js';
import { hasEnded } from './access.js';
import { nullable } from './views.js';

const ids = Type.Array(Type.String());

/** A queue by its names. */
export const queueNames = { queueId: Type.String(), name: Type.String(), en: Type.String() };

/** When a ring opens: any of these, none for a queue's own requirement. */
export const ringOpening = {
  afterMs: nullable(Type.Integer()),
  fewerThan: nullable(Type.Integer()),
  placeAbove: nullable(Type.Integer()),
};

export const ringView = Type.Object({
  ring: Type.Integer(),
  requires: ids,
  open: Type.Boolean(),
  ...ringOpening,
  adds: ids,
  /** Of those it adds, who could be given a call now. */
  ready: ids,
  addsEver: ids,
});
export type RingView = Static<typeof ringView>;

/** A queue's names. */
export function namesOfQueue(site: Site, queueId: QueueId) {
  const queue = site.queues.get(queueId);
  return { queueId, name: queue?.name ?? queueId, en: queue?.en ?? queueId };
}

/** Everybody of the files, but those whose team has ended and who are gone. */
export function peopleOf(site: Site, engine: Engine, nowMs: number): readonly CoverAgent[] {
  const live = new Map(engine.agents().map((agent) => [agent.id, agent]));
  const todayKey = dayKeyAt(nowMs);
  return [...site.agents.values()].flatMap((profile) => {
    const agent = live.get(profile.id);
    const isGone = (agent?.activity.is ?? 'offline') === 'offline' && hasEnded(site, profile, todayKey);
    // Without a fact of his there was no sign-in.
    const presence = presenceOf(agent === undefined || agent.version === 0 ? undefined : shownState(agent));
    return isGone
      ? []
      : [{ agentId: profile.id, skills: site.skillLevels.get(profile.id) ?? new Map(), presence }];
  });
}

/** Who waits in a queue. */
export function waitingIn(engine: Engine, queueId: QueueId): readonly Contact[] {
  return engine
    .contacts()
    .filter((contact) => isWaiting(contact) && contact.place.request.queueId === queueId);
}

/** All that cover is counted from. */
export function coverInput(site: Site, engine: Engine, nowMs: number): CoverInput {
  return {
    skills: [...site.skills.keys()],
    agents: peopleOf(site, engine, nowMs),
    queues: [...site.queues.values()].map(({ id, requires, rings }) => ({
      ...{ queueId: id, requires, rings },
      waiting: waitingIn(engine, id).length,
    })),
  };
}

/** Whom each ring adds for one call. */
export function viewRings(
  people: readonly CoverAgent[],
  asked: { readonly requires: readonly string[]; readonly rings: readonly Ring[] },
  call: Pick<RingState, 'waitedMs' | 'waiting'>,
): RingView[] {
  return previewRings(asked.requires, asked.rings, people.map(ringAgent), call).map(viewRing);
}

function viewRing(preview: RingPreview): RingView {
  const { ring, requires, open, afterMs, fewerThan, placeAbove, adds, ready, addsEver } = preview;
  const lists = { requires: [...requires], adds: [...adds], ready: [...ready], addsEver: [...addsEver] };
  return { ring, open, afterMs, fewerThan, placeAbove, ...lists };
}

/** When ring `ring` of a queue opens; null for its own requirement and for none. */
export function openingOf(queue: Pick<Queue, 'rings'> | undefined, ring: number | null) {
  const one = ring === null ? undefined : queue?.rings[ring - 1];
  if (one === undefined) return null;
  return { afterMs: one.afterMs, fewerThan: one.fewerThan, placeAbove: one.placeAbove };
}
