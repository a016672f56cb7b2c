// The plainest distributor there can be, sharing no code with the real one: for each contact in order, look at every agent.
import type { AgentOnDuty } from '../../src/acd/on-duty.js';
import type { WaitingContact } from '../../src/acd/place.js';
import type { MatchInput } from '../../src/acd/queue-model.js';
import type { QueueRouting, Ring } from '../../src/acd/rings.js';

/** One pair and what its record must say. */
export interface PlainPair {
  readonly contactId: string;
  readonly agentId: string;
  readonly rule: string;
  readonly ring: number;
  readonly openRings: readonly number[];
  readonly place: number;
  readonly eligible: readonly string[];
  readonly eligibleCount: number;
  readonly signedInCount: number;
  /** Of everybody signed in what it was for him, and what he was doing. */
  readonly verdicts: readonly string[];
}

interface Atom {
  readonly skill: string;
  readonly least: number;
}

/** Of each clause read so far its alternatives, each a list of what must hold together. */
const read = new Map<string, readonly (readonly Atom[])[]>();

/** `a >= 3 and b or c`, without parentheses. */
function alternativesOf(clause: string): readonly (readonly Atom[])[] {
  const known = read.get(clause);
  if (known !== undefined) return known;
  const alternatives = clause.split(' or ').map((alternative) =>
    alternative.split(' and ').map((atom): Atom => {
      const [skill = '', least = '1'] = atom.split(' >= ');
      return { skill, least: Number(least) };
    }),
  );
  read.set(clause, alternatives);
  return alternatives;
}

/** Whether somebody meets every clause. */
export function holds(agent: AgentOnDuty, clauses: readonly string[]): boolean {
  for (const clause of clauses)
    if (!alternativesOf(clause).some((atoms) => atoms.every((atom) => levelIn(agent, atom) > 0)))
      return false;
  return true;
}

/** 0 where he does not meet it. */
function levelIn({ skills }: AgentOnDuty, { skill, least }: Atom): number {
  const level = (skills as ReadonlyMap<string, number>).get(skill) ?? 0;
  return level >= least ? level : 0;
}

/** Levels of what is asked, added up; of alternatives the best; what is asked twice counts once. */
function fit(agent: AgentOnDuty, clauses: readonly string[]): number {
  const parts = clauses.flatMap((clause) => (clause.includes(' or ') ? [clause] : clause.split(' and ')));
  return sum(
    [...new Set(parts)].map((part) =>
      Math.max(
        ...alternativesOf(part).map((atoms) => {
          const levels = atoms.map((atom) => levelIn(agent, atom));
          return levels.includes(0) ? 0 : sum(levels);
        }),
      ),
    ),
  );
}

const sum = (figures: readonly number[]) => figures.reduce((all, one) => all + one, 0);
const routingOf = ({ routing }: MatchInput, contact: WaitingContact): QueueRouting =>
  routing.queues.get(contact.queueId) ?? { strategy: 'longestIdle', rings: [] };

/** The sort key of the order of service. */
export function orderKey(input: MatchInput, contact: WaitingContact): readonly (string | number)[] {
  return [
    contact.resumed ? 0 : 1,
    contact.turn - contact.priority * input.routing.placesPerPriority,
    contact.turn,
    contact.queuedAtMs,
    contact.arrivedAtMs,
    contact.contactId,
  ];
}

/** Negative when the first differing part of `one` is less. */
export function lexical(one: readonly (string | number)[], other: readonly (string | number)[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  if (at < 0) return 0;
  return (one[at] ?? 0) < (other[at] ?? 0) ? -1 : 1;
}

/** Numbers of the rings that are open for a contact. */
export function openFor(input: MatchInput, contact: WaitingContact): readonly number[] {
  const cover = input.agents.filter((agent) => holds(agent, contact.requires)).length;
  const waiting = input.waiting.filter(({ queueId }) => queueId === contact.queueId).length;
  const isOpen = (ring: Ring) =>
    input.nowMs - contact.queuedAtMs >= (ring.afterMs ?? Infinity) ||
    cover < (ring.fewerThan ?? 0) ||
    waiting > (ring.placeAbove ?? Infinity);
  return routingOf(input, contact).rings.flatMap((ring, index) => (isOpen(ring) ? [index + 1] : []));
}

/** The innermost ring by which an agent may take a contact; undefined when he may not. */
export function ringFor(input: MatchInput, contact: WaitingContact, agent: AgentOnDuty): number | undefined {
  return [0, ...openFor(input, contact)].find((ring) => holds(agent, clausesOf(input, contact, ring)));
}

/** Waits for one agent alone. */
export function waitsForOne({ nowMs }: MatchInput, { prefer }: WaitingContact): boolean {
  return prefer !== null && nowMs < prefer.untilMs;
}

function clausesOf(input: MatchInput, contact: WaitingContact, ring: number): readonly string[] {
  if (ring === 0) return contact.requires;
  return [...(routingOf(input, contact).rings[ring - 1]?.requires ?? []), ...contact.also];
}

function busyMs(agent: AgentOnDuty, nowMs: number): number {
  return sum(agent.busy.filter(({ endsMs }) => nowMs - endsMs < 3_600_000).map((slot) => slot.busyMs));
}

function preference(input: MatchInput, contact: WaitingContact, agent: AgentOnDuty) {
  const ring = ringFor(input, contact, agent) ?? -1;
  const figure = {
    longestIdle: 0,
    bestSkill: -fit(agent, clausesOf(input, contact, ring)),
    leastSkilled: sum([...agent.skills.values()]),
    leastBusy: busyMs(agent, input.nowMs),
  }[routingOf(input, contact).strategy];
  return [ring, choice(input, contact, agent), figure, agent.idleSinceMs, agent.agentId];
}

/** How many queues he would rather serve than this one. */
function choice({ routing }: MatchInput, { queueId }: WaitingContact, { prefers = [] }: AgentOnDuty): number {
  if (routing.choices !== true) return 0;
  return [...prefers, queueId].indexOf(queueId);
}

const partsOfScore = (strategy: string) => [
  'ring',
  'choice',
  figureWords.get(strategy) ?? '',
  'idle',
  'order',
];
const figureWords = new Map([
  ['bestSkill', 'fit'],
  ['leastSkilled', 'total'],
  ['leastBusy', 'busy'],
]);

function verdict(
  input: MatchInput,
  contact: WaitingContact,
  agent: AgentOnDuty,
  { chosen, free }: { readonly chosen: AgentOnDuty; readonly free: readonly AgentOnDuty[] },
): string {
  const said = (...words: readonly (string | number)[]) =>
    [agent.agentId, agent.standing.state, ...words].join(' ');
  if (agent === chosen) return said('chosen');
  const { rings, strategy } = routingOf(input, contact);
  if (ringFor(input, contact, agent) === undefined) {
    const shut = rings.findIndex((_, at) => holds(agent, clausesOf(input, contact, at + 1)));
    return shut < 0 ? said('skills') : said('ringClosed', shut + 1);
  }
  if (!agent.ready) return said('notReady');
  if (!free.includes(agent)) return said('reserved');
  if (waitsForOne(input, contact)) return said('behind', 'preferred');
  const [best, other] = [preference(input, contact, chosen), preference(input, contact, agent)];
  return said('behind', partsOfScore(strategy)[best.findIndex((part, at) => part !== other[at])] ?? '');
}

/** Every pair of this moment, in the order of service. */
export function plainPairs(input: MatchInput): readonly PlainPair[] {
  const left = [...input.waiting].sort((one, other) => lexical(orderKey(input, one), orderKey(input, other)));
  let free = input.agents.filter(({ ready }) => ready);
  const pairs: PlainPair[] = [];
  for (const contact of [...left]) {
    const eligible = free
      .filter((agent) => ringFor(input, contact, agent) !== undefined)
      .sort((one, other) => lexical(preference(input, contact, one), preference(input, contact, other)));
    const chosen = waitsForOne(input, contact)
      ? eligible.find(({ agentId }) => agentId === contact.prefer?.agentId)
      : eligible[0];
    if (chosen === undefined) continue;
    pairs.push({
      contactId: contact.contactId,
      agentId: chosen.agentId,
      rule: waitsForOne(input, contact) ? 'preferred' : routingOf(input, contact).strategy,
      ring: ringFor(input, contact, chosen) ?? -1,
      openRings: openFor(input, contact),
      place: left.filter(({ queueId }) => queueId === contact.queueId).indexOf(contact) + 1,
      eligible: eligible.slice(0, 10).map(({ agentId }) => agentId),
      eligibleCount: eligible.length,
      signedInCount: input.agents.filter((agent) => ringFor(input, contact, agent) !== undefined).length,
      verdicts: input.agents.map((agent) => verdict(input, contact, agent, { chosen, free })).sort(),
    });
    free = free.filter((agent) => agent !== chosen);
    left.splice(left.indexOf(contact), 1);
  }
  return pairs;
}
