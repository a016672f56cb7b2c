// Routing explained: why this agent, why no calls, and whom each ring of a queue adds now.
import { Type } from 'typebox';
import { overtakenAtMost } from '../../acd/place.js';
import { previewRings } from '../../acd/rings.js';
import { whyNoCalls, type QueueNow } from '../../acd/why-no-calls.js';
import { shownState } from '../../contact/agent.js';
import { isWaiting, type Contact } from '../../contact/contact.js';
import type { AgentId } from '../../contact/ids.js';
import { strategies, type MatchDecision } from '../../contact/offer.js';
import type { Engine } from '../../engine/engine.js';
import { AppError } from '../../errors.js';
import type { Queue, Site } from '../../site/site.js';
import { mayActOn } from './access.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { agentStates, lineOfText, nullable, oneOf } from './views.js';

const agentParams = Type.Object({ id: lineOfText(32) });
const contactParams = Type.Object({ id: lineOfText(64) });
const named = { queueId: Type.String(), name: Type.String(), en: Type.String() };
const clauses = Type.Array(Type.String());

const standingView = Type.Object({
  ...named,
  reason: oneOf(['skills', 'ringClosed', 'notReady', 'nobodyWaits', 'othersFirst', 'none']),
  ring: nullable(Type.Integer()),
  lacks: clauses,
  waiting: Type.Integer(),
  before: Type.Integer(),
});
const noCallsView = Type.Object({
  agentId: Type.String(),
  state: oneOf(agentStates),
  skills: Type.Record(Type.String(), Type.Integer()),
  queues: Type.Array(standingView),
});

const ringView = Type.Object({
  ring: Type.Integer(),
  requires: clauses,
  open: Type.Boolean(),
  afterMs: nullable(Type.Integer()),
  adds: Type.Array(Type.String()),
  addsEver: Type.Array(Type.String()),
});
const routingView = Type.Object({
  placesPerPriority: Type.Integer(),
  queues: Type.Array(
    Type.Object({
      ...named,
      strategy: oneOf(strategies),
      priority: Type.Integer(),
      /** How many queued later can at most be served before one of its calls by an agent who could have taken it. */
      overtakenAtMost: Type.Integer(),
      waiting: Type.Integer(),
      rings: Type.Array(ringView),
    }),
  ),
});

const decisionsView = Type.Object({
  contactId: Type.String(),
  decisions: Type.Array(Type.Object({ atMs: Type.Integer(), decision: Type.Unknown() })),
  /** Of a contact that waits: its place, and whom each ring adds for it at this moment. */
  now: nullable(Type.Object({ place: nullable(Type.Integer()), rings: Type.Array(ringView) })),
});

/** Adds the routes. */
export function addRoutingRoutes(api: Api, parts: HttpParts): void {
  const { engine, sites, records, nowMs } = parts;

  api.get(
    '/api/v1/agents/:id/why',
    {
      schema: {
        summary: '为什么没有来电: how an agent stands to every queue now',
        params: agentParams,
        response: { 200: noCallsView },
      },
    },
    async (request) => {
      const agentId = request.params.id as AgentId;
      if (!mayActOn(knownUser(request, parts), agentId)) throw new AppError('FORBIDDEN');
      return viewNoCalls(sites.current(), engine, agentId, nowMs());
    },
  );

  api.get(
    '/api/v1/routing',
    {
      schema: {
        summary: 'How every queue routes: its strategy, its bound, and whom each ring adds now',
        response: { 200: routingView },
      },
    },
    async () => viewRouting(sites.current(), engine),
  );

  api.get(
    '/api/v1/contacts/:id/why',
    {
      schema: {
        summary: '为什么派给他: every decision about a call, and who could take it now if it waits',
        params: contactParams,
        response: { 200: decisionsView },
      },
    },
    async (request) => {
      const { id } = request.params;
      const user = knownUser(request, parts);
      const waiting = engine.contacts().find((contact) => contact.id === id);
      const found = await records.contact(id);
      if (found === undefined && waiting === undefined) throw new AppError('CONTACT_UNKNOWN');
      audit(parts, user, 'contact.seen', id);
      const offers = (found?.journal ?? []).filter(({ type }) => type === 'OfferMade');
      return {
        contactId: id,
        decisions: offers.map(({ atMs, data }) => ({
          atMs,
          decision: (data as { readonly decision?: MatchDecision }).decision ?? null,
        })),
        now: waiting === undefined ? null : viewNow(sites.current(), engine, waiting),
      };
    },
  );
}

function viewNoCalls(site: Site, engine: Engine, agentId: AgentId, nowMs: number) {
  const skills = site.skillLevels.get(agentId);
  if (skills === undefined) throw new AppError('AGENT_UNKNOWN', { agentId });
  const live = engine.agents().find(({ id }) => id === agentId);
  const queues = [...site.queues.values()].map((queue) => queueNow(engine, queue, nowMs));
  return {
    agentId,
    state: live === undefined ? ('offline' as const) : shownState(live),
    skills: Object.fromEntries(skills),
    queues: whyNoCalls({ agentId, skills }, queues, engine.onDuty(), nowMs).map((standing) => ({
      ...standing,
      lacks: [...standing.lacks],
      ...namesOf(site, standing.queueId),
    })),
  };
}

function queueNow(engine: Engine, queue: Queue, nowMs: number): QueueNow {
  const queuedAtMs = waitingIn(engine, queue).map(({ place }) => place?.queuedAtMs ?? nowMs);
  return {
    queueId: queue.id,
    requires: queue.requires,
    routing: queue,
    waiting: queuedAtMs.length,
    longestWaitMs: nowMs - Math.min(nowMs, ...queuedAtMs),
  };
}

function waitingIn(engine: Engine, queue: Queue): readonly Contact[] {
  return engine
    .contacts()
    .filter((contact) => isWaiting(contact) && contact.place.request.queueId === queue.id);
}

function viewRouting(site: Site, engine: Engine) {
  const { placesPerPriority } = site.routing;
  const highest = highestPriority(site);
  return {
    placesPerPriority,
    queues: [...site.queues.values()].map((queue) => ({
      ...namesOf(site, queue.id),
      strategy: queue.strategy,
      priority: queue.priority,
      overtakenAtMost: overtakenAtMost(queue.priority, highest, placesPerPriority),
      waiting: waitingIn(engine, queue).length,
      rings: ringsOf(site, engine, queue, queue.requires),
    })),
  };
}

/** The highest priority that a queue or a flow gives. */
function highestPriority(site: Site): number {
  const asked = [...site.flows.values()].flatMap(({ nodes }) =>
    [...nodes.values()].flatMap((node) => (node.kind === 'enqueue' ? [node.request.priority] : [])),
  );
  return Math.max(0, ...[...site.queues.values()].map(({ priority }) => priority), ...asked);
}

function viewNow(site: Site, engine: Engine, contact: Contact) {
  if (!isWaiting(contact)) return null;
  const { request } = contact.place;
  const queue = site.queues.get(request.queueId);
  const { also = [] } = request;
  const rings = (queue?.rings ?? []).map((ring) => ({ ...ring, requires: [...ring.requires, ...also] }));
  return {
    place: engine.placeOf(contact.id),
    rings: queue === undefined ? [] : ringsOf(site, engine, { ...queue, rings }, request.requires),
  };
}

function ringsOf(site: Site, engine: Engine, queue: Queue, requires: readonly string[]) {
  const onDuty = new Set(engine.onDuty().map(({ agentId }) => agentId));
  const agents = [...site.skillLevels].map(([agentId, skills]) => {
    return { agentId, skills, signedIn: onDuty.has(agentId) };
  });
  return previewRings(requires, queue.rings, agents, waitingIn(engine, queue).length).map((ring) => ({
    ...ring,
    requires: [...ring.requires],
    adds: [...ring.adds],
    addsEver: [...ring.addsEver],
  }));
}

function namesOf(site: Site, queueId: Queue['id']) {
  const queue = site.queues.get(queueId);
  return { queueId, name: queue?.name ?? queueId, en: queue?.en ?? queueId };
}
