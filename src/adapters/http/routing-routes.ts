// Routing explained: why this agent, why no calls, and whom each ring of a queue adds now.
import { Type, type Static } from 'typebox';
import { choiceOf } from '../../acd/choice.js';
import { isSignedIn, type CoverAgent } from '../../acd/cover.js';
import { overtakenAtMost } from '../../acd/place.js';
import { mayServe } from '../../acd/rings.js';
import { whyNoCalls, type QueueNow } from '../../acd/why-no-calls.js';
import { isWaiting, type Contact } from '../../contact/contact.js';
import type { AgentId } from '../../contact/ids.js';
import { breakReasons, shownState } from '../../contact/agent.js';
import { strategies, type MatchDecision } from '../../contact/offer.js';
import type { Engine } from '../../engine/engine.js';
import { AppError } from '../../errors.js';
import { rateText } from '../../metrics/figure.js';
import { meanErrorMs, waitMoments } from '../../metrics/wait-error.js';
import type { Queue, Site } from '../../site/site.js';
import { mayActOn } from './access.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import {
  namesOfQueue,
  openingOf,
  peopleOf,
  queueNames,
  ringOpening,
  ringView,
  viewRings,
  waitingIn,
} from './routing-views.js';
import { latelyView, othersView, viewLately, viewOthers } from './verdict-view.js';
import { agentNames, agentStates, lineOfText, namesOf, namesView, nullable, oneOf } from './views.js';

const agentParams = Type.Object({ id: lineOfText(32) });
const contactParams = Type.Object({ id: lineOfText(64) });
const clauses = Type.Array(Type.String());
/** What the agents and skills named in an answer are called. */
const names = Type.Object({ agents: namesView, skills: namesView });

const standingView = Type.Object({
  ...queueNames,
  reason: oneOf(['skills', 'ringClosed', 'notReady', 'nobodyWaits', 'othersFirst', 'none']),
  ring: nullable(Type.Integer()),
  /** When that ring opens; null where it is the queue's own requirement. */
  opens: nullable(Type.Object(ringOpening)),
  lacks: clauses,
  waiting: Type.Integer(),
  before: Type.Integer(),
});
const noCallsView = Type.Object({
  agentId: Type.String(),
  state: oneOf(agentStates),
  breakReason: nullable(oneOf(breakReasons)),
  /** In that state since; null = not signed in. */
  sinceMs: nullable(Type.Integer()),
  skills: Type.Record(Type.String(), Type.Integer()),
  queues: Type.Array(standingView),
  /** What the last decisions made while he was signed in were for him, latest first. */
  lately: Type.Array(latelyView),
  names,
});
export type NoCallsView = Static<typeof noCallsView>;

const routingView = Type.Object({
  placesPerPriority: Type.Integer(),
  queues: Type.Array(
    Type.Object({
      ...queueNames,
      strategy: oneOf(strategies),
      priority: Type.Integer(),
      /** How many queued later can at most be served before one of its calls by an agent who could have taken it. */
      overtakenAtMost: Type.Integer(),
      waiting: Type.Integer(),
      rings: Type.Array(ringView),
      /** Agents who have a choice among queues and may take its calls: which choice of theirs it is. */
      choices: Type.Array(Type.Object({ agentId: Type.String(), choice: Type.Integer() })),
      tellsWait: Type.Boolean(),
      /** Of a call that it would get now. */
      expectedWait: Type.Object({
        lowMs: nullable(Type.Integer()),
        highMs: nullable(Type.Integer()),
        /** Why it is not known. */
        why: nullable(oneOf(['atOnce', 'nobody', 'away', 'tooMany'])),
      }),
      /** How well waits were foretold, since the service was started. */
      waitErrors: Type.Array(
        Type.Object({
          day: Type.String(),
          moment: oneOf(waitMoments),
          answered: Type.Integer(),
          within: Type.Integer(),
          sooner: Type.Integer(),
          later: Type.Integer(),
          left: Type.Integer(),
          leftLater: Type.Integer(),
          meanErrorMs: nullable(Type.Integer()),
          coverage: Type.String(),
        }),
      ),
    }),
  ),
  names,
});
export type RoutingView = Static<typeof routingView>;

const decisionsView = Type.Object({
  contactId: Type.String(),
  decisions: Type.Array(
    Type.Object({
      atMs: Type.Integer(),
      decision: Type.Unknown(),
      /** Everybody else who was signed in, by why he was not chosen; null in decisions of before that was recorded. */
      others: nullable(Type.Array(othersView)),
    }),
  ),
  /** Of a contact that waits: its place, and whom each ring adds for it at this moment. */
  now: nullable(Type.Object({ ...queueNames, place: nullable(Type.Integer()), rings: Type.Array(ringView) })),
  names,
});
export type DecisionsView = Static<typeof decisionsView>;

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
        summary:
          'How every queue routes: its strategy, its bound, whom each ring adds now, and the expected wait with its error',
        response: { 200: routingView },
      },
    },
    async () => viewRouting(sites.current(), engine, nowMs()),
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
      const site = sites.current();
      return {
        contactId: id,
        decisions: offers.map(({ atMs, data }) =>
          viewDecision(atMs, (data as { readonly decision?: MatchDecision }).decision),
        ),
        now: waiting === undefined ? null : viewNow(site, engine, waiting, nowMs()),
        names: namesIn(site),
      };
    },
  );
}

/** Those signed in are told by reason, and not as they are written. */
function viewDecision(atMs: number, decision: MatchDecision | undefined): DecisionsView['decisions'][number] {
  if (decision === undefined) return { atMs, decision: null, others: null };
  const { signedIn: _written, reserved: _too, ...rest } = decision;
  return { atMs, decision: rest, others: viewOthers(decision) };
}

function namesIn(site: Site): Static<typeof names> {
  return { agents: agentNames(site), skills: namesOf(site.skills.values()) };
}

function viewNoCalls(site: Site, engine: Engine, agentId: AgentId, nowMs: number): NoCallsView {
  const skills = site.skillLevels.get(agentId);
  if (skills === undefined) throw new AppError('AGENT_UNKNOWN', { agentId });
  const live = engine.agents().find(({ id }) => id === agentId);
  const standing = engine.onDuty().find((one) => one.agentId === agentId)?.standing;
  const queues = [...site.queues.values()].map((queue) => queueNow(engine, queue, nowMs));
  return {
    agentId,
    state: live === undefined ? 'offline' : shownState(live),
    breakReason: standing?.breakReason ?? null,
    sinceMs: standing?.sinceMs ?? null,
    skills: Object.fromEntries(skills),
    queues: whyNoCalls({ agentId, skills }, queues, engine.onDuty(), nowMs).map((standing) => ({
      ...standing,
      opens: openingOf(site.queues.get(standing.queueId), standing.ring),
      lacks: [...standing.lacks],
      ...namesOfQueue(site, standing.queueId),
    })),
    lately: viewLately(site, engine.decisions(), agentId),
    names: namesIn(site),
  };
}

function queueNow(engine: Engine, queue: Queue, nowMs: number): QueueNow {
  const queuedAtMs = waitingIn(engine, queue.id).map(({ place }) => place?.queuedAtMs ?? nowMs);
  return {
    queueId: queue.id,
    requires: queue.requires,
    routing: queue,
    waiting: queuedAtMs.length,
    longestWaitMs: nowMs - Math.min(nowMs, ...queuedAtMs),
  };
}

function viewRouting(site: Site, engine: Engine, nowMs: number): RoutingView {
  const { placesPerPriority } = site.routing;
  const highest = highestPriority(site);
  const people = peopleOf(site, engine, nowMs);
  return {
    placesPerPriority,
    queues: [...site.queues.values()].map((queue) => {
      const waiting = waitingIn(engine, queue.id).length;
      return {
        ...namesOfQueue(site, queue.id),
        strategy: queue.strategy,
        priority: queue.priority,
        overtakenAtMost: overtakenAtMost(queue.priority, highest, placesPerPriority),
        waiting,
        rings: viewRings(people, queue, { waitedMs: 0, waiting }),
        choices: viewChoices(site, people, queue),
        tellsWait: queue.tellsWait,
        expectedWait: viewWait(engine, queue),
        waitErrors: viewWaitErrors(engine, queue),
      };
    }),
    names: namesIn(site),
  };
}

/** Those who are signed in, by their choice. */
function viewChoices(site: Site, people: readonly CoverAgent[], queue: Queue) {
  return people
    .filter((one) => isSignedIn(one) && mayServe(one.skills, queue))
    .flatMap(({ agentId }) => {
      const prefers = site.choices.get(agentId);
      return prefers === undefined ? [] : [{ agentId, choice: choiceOf(prefers, queue.id) }];
    })
    .sort((one, other) => one.choice - other.choice);
}

function viewWait(engine: Engine, queue: Queue) {
  const wait = engine.waits.ofQueue(queue);
  return wait.known
    ? { lowMs: wait.lowMs, highMs: wait.highMs, why: null }
    : { lowMs: null, highMs: null, why: wait.why };
}

function viewWaitErrors(engine: Engine, queue: Queue) {
  return engine.waits.errors().flatMap((row) => {
    const { day, queueId, moment, answered, within, sooner, later, left, leftLater } = row;
    const counts = { answered, within, sooner, later, left, leftLater };
    const figures = { meanErrorMs: meanErrorMs(row), coverage: rateText(within, answered) };
    return queueId === queue.id ? [{ day, moment, ...counts, ...figures }] : [];
  });
}

/** The highest priority that a queue or a flow gives. */
function highestPriority(site: Site): number {
  const asked = [...site.flows.values()].flatMap(({ nodes }) =>
    [...nodes.values()].flatMap((node) => (node.kind === 'enqueue' ? [node.request.priority] : [])),
  );
  return Math.max(0, ...[...site.queues.values()].map(({ priority }) => priority), ...asked);
}

function viewNow(site: Site, engine: Engine, contact: Contact, nowMs: number): DecisionsView['now'] {
  if (!isWaiting(contact)) return null;
  const { request, queuedAtMs } = contact.place;
  const { queueId, requires, also = [] } = request;
  const rings = (site.queues.get(queueId)?.rings ?? []).map((ring) => ({
    ...ring,
    requires: [...ring.requires, ...also],
  }));
  const call = { waitedMs: nowMs - queuedAtMs, waiting: waitingIn(engine, queueId).length };
  return {
    ...namesOfQueue(site, queueId),
    place: engine.placeOf(contact.id),
    rings: viewRings(peopleOf(site, engine, nowMs), { requires, rings }, call),
  };
}
