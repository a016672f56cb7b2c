// Who may do what: the tables of routes, of live views and of roles, and the rule that an agent acts on himself only.
import type { AgentId } from '../../contact/ids.js';
import type { Site } from '../../site/site.js';

/** 话务员, 班长, 系统管理员. */
export type Role = 'agent' | 'supervisor' | 'admin';

/** Who is logged in. An administrator has no 工号. */
export type User =
  | { readonly role: 'agent' | 'supervisor'; readonly agentId: AgentId }
  | { readonly role: 'admin'; readonly agentId: null };

/** What a session remembers; the role is looked up anew at each request, so that a change of the files takes effect. */
export type SessionUser =
  { readonly is: 'agent'; readonly agentId: AgentId } | { readonly is: 'admin'; readonly agentId: null };

const everybody: readonly Role[] = ['agent', 'supervisor', 'admin'];
const leaders: readonly Role[] = ['supervisor', 'admin'];
const persons: readonly Role[] = ['agent', 'supervisor'];
const admins: readonly Role[] = ['admin'];

/** Every route and the roles that may call it. A route that is not here cannot be registered. */
export const routeAccess = {
  'GET /': 'anyone',
  'GET /login': 'anyone',
  'GET /seat': 'anyone',
  'GET /wall': 'anyone',
  'GET /assets/*': 'anyone',
  'GET /favicon.svg': 'anyone',
  'GET /healthz': 'anyone',
  'GET /readyz': 'anyone',
  'GET /metrics': 'anyone',
  'GET /ws': 'anyone',
  'GET /api/v1/openapi.json': 'anyone',
  'POST /api/v1/session': 'anyone',
  'DELETE /api/v1/session': everybody,
  'GET /api/v1/me': everybody,
  'POST /api/v1/agents/:id/sign-in': everybody,
  'POST /api/v1/agents/:id/sign-out': everybody,
  'POST /api/v1/agents/:id/ready': everybody,
  'POST /api/v1/agents/:id/break': everybody,
  'POST /api/v1/agents/:id/wrap-up/end': everybody,
  'POST /api/v1/agents/:id/wrap-up/extend': everybody,
  'GET /api/v1/contacts': everybody,
  'GET /api/v1/contacts/:id': everybody,
  'POST /api/v1/contacts/:id/release': persons,
  'POST /api/v1/contacts/:id/recording': persons,
  'POST /api/v1/contacts/:id/disposition': persons,
  'GET /api/v1/live': leaders,
  'GET /api/v1/kpis': leaders,
  'GET /api/v1/site': leaders,
  'POST /api/v1/site/reload': admins,
  'POST /api/v1/site/menu': admins,
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
  wall: [...everybody, 'kiosk'],
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
  return leaders.some((role) => role === who);
}

/** Agents act on themselves, supervisors and administrators on anybody. */
export function mayActOn(user: User, agentId: AgentId): boolean {
  return user.role !== 'agent' || user.agentId === agentId;
}

/** The user behind a session, or undefined where the agent is no longer in the files. */
export function userOf(session: SessionUser | undefined, site: Site): User | undefined {
  if (session === undefined) return undefined;
  if (session.is === 'admin') return { role: 'admin', agentId: null };
  const role = site.agents.get(session.agentId)?.role;
  return role === undefined ? undefined : { role, agentId: session.agentId };
}
