// Who may do what: the tables of routes, of live views and of roles, and the rule that an agent acts on himself only.
import type { AgentId } from '../../contact/ids.js';
import { agentRoles, type AgentRole, type Site } from '../../site/site.js';

/** Those who have an account of their own and no 工号: 质检员, 热线管理员, 系统/安全/审计管理员 (三员), 上级监管. */
export const accountRoles = [
  'quality',
  'hotlineAdmin',
  'systemAdmin',
  'securityAdmin',
  'auditAdmin',
  'province',
] as const;
export type AccountRole = (typeof accountRoles)[number];

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
  { readonly is: 'agent'; readonly agentId: AgentId } | { readonly is: 'account'; readonly name: string };

const persons: readonly Role[] = agentRoles;
const leaders: readonly Role[] = ['supervisor', 'hotlineAdmin'];
/** Those who act on agents, each as far as mayActOn lets him. */
const actors: readonly Role[] = [...persons, 'hotlineAdmin'];
/** Those who see call records: agents their own. */
const readers: readonly Role[] = [...persons, 'quality', 'hotlineAdmin', 'province'];
const overseers: readonly Role[] = [...leaders, 'province'];

/** Every route and the roles that may call it. A route that is not here cannot be registered. */
export const routeAccess = {
  'GET /': 'anyone',
  'GET /login': 'anyone',
  'GET /seat': 'anyone',
  'GET /wall': 'anyone',
  'GET /admin': 'anyone',
  'GET /admin/cards': 'anyone',
  'GET /provision/:token': 'anyone',
  'GET /assets/*': 'anyone',
  'GET /favicon.svg': 'anyone',
  'GET /healthz': 'anyone',
  'GET /readyz': 'anyone',
  'GET /metrics': 'anyone',
  'GET /ws': 'anyone',
  'GET /api/v1/openapi.json': 'anyone',
  'POST /api/v1/session': 'anyone',
  'DELETE /api/v1/session': roles,
  'GET /api/v1/me': roles,
  'POST /api/v1/agents/:id/sign-in': actors,
  'POST /api/v1/agents/:id/sign-out': actors,
  'POST /api/v1/agents/:id/ready': actors,
  'POST /api/v1/agents/:id/break': actors,
  'POST /api/v1/agents/:id/wrap-up/end': actors,
  'POST /api/v1/agents/:id/wrap-up/extend': actors,
  'GET /api/v1/contacts': readers,
  'GET /api/v1/contacts/:id': readers,
  'POST /api/v1/contacts/:id/release': persons,
  'POST /api/v1/contacts/:id/recording': persons,
  'POST /api/v1/contacts/:id/disposition': persons,
  'GET /api/v1/live': overseers,
  'GET /api/v1/kpis': overseers,
  'GET /api/v1/site': leaders,
  'POST /api/v1/site/reload': ['hotlineAdmin'],
  'POST /api/v1/site/menu': ['hotlineAdmin'],
  'GET /api/v1/admin/agents': leaders,
  'GET /api/v1/admin/teams': leaders,
  'GET /api/v1/admin/skills': leaders,
  'GET /api/v1/admin/devices': leaders,
  'GET /api/v1/admin/calendar': leaders,
  'PUT /api/v1/admin/agents/:id': ['hotlineAdmin'],
  'PUT /api/v1/admin/teams/:id': ['hotlineAdmin'],
  'PUT /api/v1/admin/skills/:id': ['hotlineAdmin'],
  'PUT /api/v1/admin/devices/:id': ['hotlineAdmin'],
  'PUT /api/v1/admin/calendar/:id': ['hotlineAdmin'],
  'DELETE /api/v1/admin/agents/:id': ['hotlineAdmin'],
  'DELETE /api/v1/admin/teams/:id': ['hotlineAdmin'],
  'DELETE /api/v1/admin/skills/:id': ['hotlineAdmin'],
  'DELETE /api/v1/admin/devices/:id': ['hotlineAdmin'],
  'DELETE /api/v1/admin/calendar/:id': ['hotlineAdmin'],
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

/** Agents and experts act on themselves, supervisors and the hotline's administrators on anybody. */
export function mayActOn(user: User, agentId: AgentId): boolean {
  return leaders.includes(user.role) || user.agentId === agentId;
}

/** Agents and experts see the records of their own contacts only. */
export function seesOwnContactsOnly(user: User): user is User & { readonly agentId: AgentId } {
  return user.role === 'agent' || user.role === 'expert';
}

/** The role of an account; undefined = there is no such account, or it may do nothing. */
export type AccountRoleOf = (name: string) => AccountRole | undefined;

/** The user behind a session, or undefined where the agent is no longer in the files or the account may do nothing. */
export function userOf(
  session: SessionUser | undefined,
  site: Site,
  accountRoleOf: AccountRoleOf,
): User | undefined {
  if (session === undefined) return undefined;
  if (session.is === 'account') {
    const role = accountRoleOf(session.name);
    return role && { role, agentId: null, name: session.name };
  }
  const role = site.agents.get(session.agentId)?.role;
  return role && { role, agentId: session.agentId, name: session.agentId };
}
