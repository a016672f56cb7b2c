// Who may do what: the tables of routes, of live views and of roles, and the rule that an agent acts on himself only.
import type { DayKey } from '../../contact/civil-time.js';
import type { AgentId } from '../../contact/ids.js';
import { accountRoles, type AccountRole, type PendingStep } from '../../engine/account.js';
import { agentRoles, type AgentProfile, type AgentRole, type Site } from '../../site/site.js';
import { teamStanding } from '../../site/team-end.js';

/** People of agents.yaml (话务员, 专家, 班长), and accounts. */
export type Role = AgentRole | AccountRole;

/** Every role. */
export const roles: readonly Role[] = [...agentRoles, ...accountRoles];

/** Who is logged in: `name` is the 工号 or the account's name. */
export type User =
  | { readonly role: AgentRole; readonly agentId: AgentId; readonly name: string }
  | { readonly role: AccountRole; readonly agentId: null; readonly name: string };

/** What a session remembers; the role is looked up anew at each request, so that a change takes effect at once. */
export type SessionUser =
  /** `credential`: what he had proved himself by. */
  | { readonly is: 'agent'; readonly agentId: AgentId; readonly credential: string }
  | { readonly is: 'account'; readonly name: string; readonly credential: number };

const persons: readonly Role[] = agentRoles;
const supervisors: readonly Role[] = ['supervisor'];
const leaders: readonly Role[] = ['supervisor', 'hotlineAdmin'];
/** Those who act on agents, each as far as mayActOn lets him. */
const actors: readonly Role[] = [...persons, 'hotlineAdmin'];
/** Those who see call records: agents their own. */
const readers: readonly Role[] = [...persons, 'quality', 'hotlineAdmin', 'province'];
/** Those who look into calls that are not their own. */
const checkers: readonly Role[] = ['supervisor', 'quality', 'hotlineAdmin'];
const overseers: readonly Role[] = [...leaders, 'province'];
const reporters: readonly Role[] = [...checkers, 'province'];

/** Every route and the roles that may call it. A route that is not here cannot be registered. */
export const routeAccess = {
  'GET /': 'anyone',
  'GET /login': 'anyone',
  'GET /seat': 'anyone',
  'GET /wall': 'anyone',
  'GET /reports': 'anyone',
  'GET /lead': 'anyone',
  'GET /lead/contacts/:id': 'anyone',
  'GET /admin': 'anyone',
  'GET /admin/cards': 'anyone',
  'GET /provision/:token': 'anyone',
  'GET /assets/*': 'anyone',
  'GET /accounts': 'anyone',
  'GET /audit': 'anyone',
  'GET /prompts': 'anyone',
  'GET /publish': 'anyone',
  'GET /flows': 'anyone',
  'GET /routing': 'anyone',
  'GET /experts': 'anyone',
  'GET /favicon.svg': 'anyone',
  'GET /healthz': 'anyone',
  'GET /readyz': 'anyone',
  'GET /metrics': 'anyone',
  'GET /ws': 'anyone',
  'GET /api/v1/openapi.json': 'anyone',
  'POST /api/v1/session': 'anyone',
  'DELETE /api/v1/session': roles,
  'POST /api/v1/session/totp': accountRoles,
  'POST /api/v1/session/password': accountRoles,
  'GET /api/v1/me': roles,
  'POST /api/v1/agents/:id/sign-in': actors,
  'POST /api/v1/agents/:id/sign-out': actors,
  'POST /api/v1/agents/:id/ready': actors,
  'POST /api/v1/agents/:id/break': actors,
  'POST /api/v1/agents/:id/wrap-up/end': actors,
  'POST /api/v1/agents/:id/wrap-up/extend': actors,
  'POST /api/v1/agents/:id/calls': persons,
  'GET /api/v1/agents/:id/why': actors,
  'GET /api/v1/routing': checkers,
  'GET /api/v1/routing/skills': leaders,
  'GET /api/v1/routing/what-if': leaders,
  'GET /api/v1/contacts': readers,
  'GET /api/v1/contacts/:id': readers,
  'GET /api/v1/contacts/:id/why': checkers,
  'POST /api/v1/contacts/search': checkers,
  'GET /api/v1/contacts/:id/same-caller': checkers,
  'GET /api/v1/contacts/:id/recordings/:file': [...persons, 'quality', 'hotlineAdmin'],
  'POST /api/v1/contacts/:id/seal': actors,
  'POST /api/v1/contacts/:id/warn': persons,
  'GET /api/v1/limits': checkers,
  'POST /api/v1/limits': leaders,
  'POST /api/v1/limits/:id/agree': leaders,
  'POST /api/v1/limits/:id/refuse': leaders,
  'POST /api/v1/limits/:id/review': leaders,
  'POST /api/v1/limits/:id/lift': leaders,
  'GET /api/v1/experts': readers,
  'GET /api/v1/duty/changes': actors,
  'POST /api/v1/duty/changes': actors,
  'POST /api/v1/duty/changes/:id/agree': actors,
  'POST /api/v1/duty/changes/:id/refuse': actors,
  'GET /api/v1/legal-routes': readers,
  'POST /api/v1/contacts/:id/city': persons,
  'POST /api/v1/contacts/:id/scope': persons,
  'POST /api/v1/contacts/:id/consult': persons,
  'DELETE /api/v1/contacts/:id/consult': persons,
  'POST /api/v1/contacts/:id/consult/three-party': persons,
  'POST /api/v1/contacts/:id/consult/hand-over': persons,
  'POST /api/v1/contacts/:id/consult/back': persons,
  'GET /api/v1/consults': actors,
  'GET /api/v1/targets': readers,
  'POST /api/v1/contacts/:id/target': persons,
  'GET /api/v1/contacts/:id/packets': [...persons, 'quality', 'hotlineAdmin'],
  'POST /api/v1/contacts/:id/openings': checkers,
  'GET /api/v1/openings': checkers,
  'POST /api/v1/openings/:id/agree': leaders,
  'POST /api/v1/openings/:id/refuse': leaders,
  'POST /api/v1/openings/:id/number': checkers,
  'POST /api/v1/contacts/:id/reached': leaders,
  'POST /api/v1/contacts/:id/messages': persons,
  'GET /api/v1/contacts/:id/messages': [...persons, 'quality', 'hotlineAdmin'],
  'POST /api/v1/messages/reports': 'anyone',
  'POST /api/v1/messages/replies': 'anyone',
  'GET /api/v1/stop-list': leaders,
  'POST /api/v1/stop-list': leaders,
  'DELETE /api/v1/stop-list/:id': leaders,
  'POST /api/v1/caller-wishes': leaders,
  'POST /api/v1/cases': ['hotlineAdmin'],
  'GET /api/v1/unreached': checkers,
  'GET /api/v1/broadcasts': leaders,
  'POST /api/v1/broadcasts': leaders,
  'POST /api/v1/broadcasts/:id/receipt': persons,
  'GET /api/v1/events': leaders,
  'POST /api/v1/events': leaders,
  'GET /api/v1/events/:id/audio': leaders,
  'POST /api/v1/events/:id/confirm': leaders,
  'POST /api/v1/events/:id/end': leaders,
  'GET /api/v1/handover': leaders,
  'POST /api/v1/handover': leaders,
  'POST /api/v1/handover/:id/receipt': leaders,
  'POST /api/v1/contacts/:id/release': persons,
  'POST /api/v1/contacts/:id/recording': persons,
  'POST /api/v1/contacts/:id/disposition': persons,
  'POST /api/v1/contacts/:id/hold': persons,
  'POST /api/v1/contacts/:id/help': persons,
  'POST /api/v1/contacts/:id/seat': persons,
  'POST /api/v1/contacts/:id/wish': persons,
  'POST /api/v1/contacts/:id/silent': persons,
  'POST /api/v1/supervision': supervisors,
  'POST /api/v1/supervision/mode': supervisors,
  'DELETE /api/v1/supervision': supervisors,
  'GET /api/v1/live': overseers,
  'GET /api/v1/kpis': overseers,
  'GET /api/v1/reports': reporters,
  'POST /api/v1/samples': checkers,
  'GET /api/v1/numbers': reporters,
  'GET /api/v1/numbers/:number/meaning': reporters,
  'GET /api/v1/site': leaders,
  'POST /api/v1/site/reload': ['hotlineAdmin'],
  'POST /api/v1/site/menu': ['hotlineAdmin'],
  'GET /api/v1/flows': leaders,
  'GET /api/v1/flows/:id/picture': leaders,
  'GET /api/v1/publishing': leaders,
  'GET /api/v1/publishing/versions/:number': leaders,
  'POST /api/v1/publishing/versions/:number/undo': leaders,
  'POST /api/v1/publishing/versions/:number/review': ['hotlineAdmin'],
  'GET /api/v1/drafts/:author': leaders,
  'POST /api/v1/drafts/:author/publish': ['hotlineAdmin'],
  'GET /api/v1/draft/rows/:table': leaders,
  'PUT /api/v1/draft/rows/:table/:id': leaders,
  'DELETE /api/v1/draft/rows/:table/:id': leaders,
  'POST /api/v1/draft/rows/:table/:id/preview': leaders,
  'GET /api/v1/draft/flows': leaders,
  'GET /api/v1/draft/flows/:id': leaders,
  'PUT /api/v1/draft/flows/:id': leaders,
  'POST /api/v1/draft/flows/:id/preview': leaders,
  'POST /api/v1/draft/sound': leaders,
  'PUT /api/v1/draft/reason': leaders,
  'DELETE /api/v1/draft/changes/:at': leaders,
  'DELETE /api/v1/draft': leaders,
  'GET /api/v1/prompts': checkers,
  'GET /api/v1/prompts/:id/audio': checkers,
  'GET /api/v1/prompts/:id/figures': checkers,
  'POST /api/v1/prompts/:id/synthesis': leaders,
  'PUT /api/v1/prompts/:id/recording': leaders,
  'DELETE /api/v1/prompts/:id/recording': leaders,
  'GET /api/v1/prompt-recordings/:hash/audio': leaders,
  'GET /api/v1/prompt-recordings/:hash/figures': leaders,
  'GET /api/v1/accounts': ['systemAdmin', 'securityAdmin'],
  'POST /api/v1/accounts': ['systemAdmin'],
  'POST /api/v1/accounts/:name/disable': ['systemAdmin'],
  'POST /api/v1/accounts/:name/enable': ['systemAdmin'],
  'POST /api/v1/accounts/:name/password': ['systemAdmin'],
  'POST /api/v1/accounts/:name/role': ['securityAdmin'],
  'POST /api/v1/accounts/:name/totp': ['securityAdmin'],
  'GET /api/v1/audit': ['securityAdmin', 'auditAdmin'],
  'GET /api/v1/admin/agents': leaders,
  'GET /api/v1/admin/teams': leaders,
  'GET /api/v1/admin/skills': leaders,
  'GET /api/v1/admin/devices': leaders,
  'GET /api/v1/admin/calendar': leaders,
  'PUT /api/v1/admin/agents/:id': ['hotlineAdmin'],
  'PUT /api/v1/admin/teams/:id': ['hotlineAdmin'],
  'PUT /api/v1/admin/skills/:id': ['hotlineAdmin'],
  'PUT /api/v1/admin/devices/:id': ['hotlineAdmin'],
  'DELETE /api/v1/admin/agents/:id': ['hotlineAdmin'],
  'DELETE /api/v1/admin/teams/:id': ['hotlineAdmin'],
  'DELETE /api/v1/admin/skills/:id': ['hotlineAdmin'],
  'DELETE /api/v1/admin/devices/:id': ['hotlineAdmin'],
  'POST /api/v1/admin/agents/:id/pin': leaders,
  'POST /api/v1/admin/agents/import': ['hotlineAdmin'],
  'POST /api/v1/admin/cards': leaders,
} as const satisfies Readonly<Record<string, 'anyone' | readonly Role[]>>;

/** A row of the table. */
export type RouteName = keyof typeof routeAccess;

/** Whether a route has a row. */
export function isRouteName(name: string): name is RouteName {
  return Object.hasOwn(routeAccess, name);
}

/** Whether this user may call this route; `undefined` = nobody is logged in. */
export function mayCall(name: RouteName, user: User | undefined): boolean {
  const allowed: 'anyone' | readonly Role[] = routeAccess[name];
  return allowed === 'anyone' || (user !== undefined && allowed.includes(user.role));
}

/** All that a session may do while its account still has a password to change or codes to set up. */
const pendingRoutes: readonly RouteName[] = [
  'GET /api/v1/me',
  'DELETE /api/v1/session',
  'POST /api/v1/session/totp',
  'POST /api/v1/session/password',
];

/** Whether such a session may call this route. */
export function mayCallPending(name: RouteName): boolean {
  return routeAccess[name] === 'anyone' || pendingRoutes.includes(name);
}

/** Who may watch: a person by role, or a screen on a wall by its token. */
export type Watching = Role | 'kiosk';

/** What `/ws` offers, and who may watch it. Agents and screens see a smaller wall than those who lead. */
export const topicAccess = {
  wall: [...roles, 'kiosk'],
  strip: persons,
} as const satisfies Readonly<Record<string, readonly Watching[]>>;

/** What can be watched. */
export type Topic = keyof typeof topicAccess;

/** Every topic. */
export const topics = Object.keys(topicAccess) as readonly Topic[];

/** Whether this one may watch this topic. */
export function mayWatch(topic: Topic, who: Watching): boolean {
  const allowed: readonly Watching[] = topicAccess[topic];
  return allowed.includes(who);
}

/** Whether he sees names and calls on the wall. */
export function seesCalls(who: Watching): boolean {
  return overseers.some((role) => role === who);
}

/** Whether he leads the shift: acts on agents, speaks to all of them, sees to citizens not reached. */
export function leads(who: Watching): boolean {
  return leaders.some((role) => role === who);
}

/** Agents and experts act on themselves, supervisors and the hotline's administrators on anybody. */
export function mayActOn(user: User, agentId: AgentId): boolean {
  return leaders.includes(user.role) || user.agentId === agentId;
}

/** Agents and experts see the records of their own contacts only. */
export function seesOwnContactsOnly(user: User): user is User & { readonly agentId: AgentId } {
  return user.role === 'agent' || user.role === 'expert';
}

/** Whose acts this one does not read: the security administrators' own, and those of who looks after them. */
export function hiddenFrom(role: Role): readonly Role[] {
  return role === 'auditAdmin' ? [] : ['securityAdmin', 'auditAdmin'];
}

/** Whoever reads reports may take lists out of the house; agents look their own calls up on the page. */
export function mayExport({ role }: User): boolean {
  return reporters.includes(role);
}

/** What an account may do now; null = nothing: it is not there, or disabled, or proves itself by something else since. */
export type AccountOf = (
  name: string,
  credential: number,
) => {
  readonly role: AccountRole;
  readonly displayName: string;
  readonly pending: readonly PendingStep[];
} | null;

/** What a session is held against at each request. */
export interface Proofs {
  readonly accountOf: AccountOf;
  /** What a session of this agent carries that is still good; undefined = none is. */
  readonly agentCredential: (agentId: AgentId) => string | undefined;
  readonly todayKey: DayKey;
}

/** Who is behind a session. */
export interface KnownSession {
  readonly user: User;
  readonly displayName: string;
  /** What he has to do before he may do anything else. */
  readonly pending: readonly PendingStep[];
}

/** Undefined where the agent is no longer in the files, has a new PIN or his team has ended, or the account may do nothing. */
export function sessionOf(
  session: SessionUser | undefined,
  site: Site,
  proofs: Proofs,
): KnownSession | undefined {
  if (session === undefined) return undefined;
  if (session.is === 'account') {
    const { name } = session;
    const known = proofs.accountOf(name, session.credential);
    if (known === null) return undefined;
    const { role, displayName, pending } = known;
    return { user: { role, agentId: null, name }, displayName, pending };
  }
  const { agentId } = session;
  const agent = site.agents.get(agentId);
  if (agent === undefined || hasEnded(site, agent, proofs.todayKey)) return undefined;
  if (proofs.agentCredential(agentId) !== session.credential) return undefined;
  const user = { role: agent.role, agentId, name: agentId };
  return { user, displayName: agent.name, pending: [] };
}

/** The same for all that a whole session may do: with something pending there is nobody. */
export function userOf(session: SessionUser | undefined, site: Site, proofs: Proofs): User | undefined {
  const known = sessionOf(session, site, proofs);
  return known?.pending.length === 0 ? known.user : undefined;
}

/** Borrowed people whose last day is over have gone home. */
export function hasEnded({ teams }: Site, { teamId }: AgentProfile, todayKey: DayKey): boolean {
  return teamStanding(teams.get(teamId)?.until, todayKey) === 'ended';
}
