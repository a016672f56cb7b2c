// The administration of the office: rows of the site's files shown, changed and taken out, and PINs given anew.
import type { FastifyRequest } from 'fastify';
import { Type, type TObject } from 'typebox';
import { civilTimeAt } from '../../contact/civil-time.js';
import type { AgentId } from '../../contact/ids.js';
import { holdsNumber } from '../../contact/number-in-text.js';
import { AppError } from '../../errors.js';
import type { RowFields, RowValue } from '../../site/edit-rows.js';
import type { EditedTable, SiteRowEdit } from '../../site/edit-site.js';
import { rowSeen } from '../../site/row-seen.js';
import {
  agentFields,
  agentRowOf,
  changedFields,
  deviceFields,
  fieldsOf,
  namedFields,
  referencesTo,
  teamFields,
  teamRowOf,
} from '../../site/site-rows.js';
import type { NamedRow, Site } from '../../site/site.js';
import { sendAgentTable } from './agent-export.js';
import type { User } from './access.js';
import {
  agentFieldsBody,
  agentRowView,
  calendarView,
  deviceFieldsBody,
  deviceRowView,
  namedFieldsBody,
  rowId,
  skillRowView,
  teamFieldsBody,
  teamRowView,
  viewAgentRows,
  viewCalendar,
  viewDeviceRows,
  viewSkillRows,
  viewTeamRows,
} from './admin-views.js';
import { audit, type AuditDetails } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { oneOf } from './views.js';

const strict = { additionalProperties: false } as const;
const seen = Type.String({ minLength: 1, maxLength: 64, description: 'names the row as it was shown' });
const listQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ maxLength: 64 })),
    limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,3}$' })),
  },
  strict,
);
const agentsQuery = Type.Object(
  {
    ...listQuery.properties,
    format: Type.Optional(oneOf(['json', 'csv', 'xlsx'])),
    lang: Type.Optional(oneOf(['zh', 'en'])),
  },
  strict,
);
const changedView = Type.Object({ version: Type.String() });
const removeQuery = Type.Object({ seen }, strict);
const agentId = Type.Object({ id: Type.String({ pattern: '^\\d{3,8}$' }) });
const deviceId = Type.Object({ id: Type.String({ pattern: '^[a-z][a-z0-9]{1,15}$' }) });
const anyId = Type.Object({ id: rowId });
/** Enough for any office in one page. */
const rowsAtOnce = 5_000;

const bodyOf = <Fields extends Parameters<typeof Type.Object>[0]>(fields: Fields) =>
  Type.Object({ seen: Type.Union([seen, Type.Null()]), ...fields }, strict);
const listOf = (row: TObject) =>
  Type.Object({
    version: Type.String(),
    writable: Type.Boolean(),
    rows: Type.Array(Type.Object({ ...row.properties, seen })),
    cursor: Type.Union([Type.String(), Type.Null()]),
  });

/** Adds the routes of the tables. */
export function addAdminRoutes(api: Api, parts: HttpParts): void {
  const { engine, sites, editor, nowMs } = parts;

  async function listed<Row extends { readonly id: string }>(
    table: EditedTable,
    rows: readonly Row[],
    { cursor, limit = String(rowsAtOnce) }: { cursor?: string; limit?: string },
  ) {
    const start = cursor === undefined ? 0 : rows.findIndex(({ id }) => id === cursor) + 1;
    if (cursor !== undefined && start === 0) throw new AppError('CURSOR_INVALID');
    const page = rows.slice(start, start + Number(limit));
    const isLast = start + page.length >= rows.length;
    const site = sites.current();
    return {
      version: site.version,
      writable: await editor.isWritable(),
      rows: page.map((row) => ({ ...row, seen: rowSeen(fieldsOf(site, table, row.id)) })),
      cursor: isLast ? null : (page.at(-1)?.id ?? null),
    };
  }

  /** @throws SITE_INVALID with every finding, and as the editor does */
  async function put(request: FastifyRequest, row: SiteRowEdit, over: string | null) {
    const user = knownUser(request, parts);
    const before = fieldsOf(sites.current(), row.table, row.id);
    const done = await editor.edit({ row, seen: over });
    if (!done.ok) throw new AppError('SITE_INVALID', { findings: done.findings });
    auditEdit(parts, user, row, before);
    return { version: done.site.version };
  }

  function remove(request: FastifyRequest, table: EditedTable, id: string, over: string) {
    const site = sites.current();
    if (fieldsOf(site, table, id) === undefined) throw new AppError('ROW_UNKNOWN', { table, id });
    const by = [...signedIn(table, id), ...referencesTo(site, table, id)];
    if (by.length > 0) throw new AppError('ROW_IN_USE', { by: by.slice(0, 50) });
    return put(request, { table, id, fields: null }, over);
  }

  function signedIn(table: EditedTable, id: string): readonly string[] {
    const isIt = (agent: { readonly id: string; readonly deviceId: string | null }) =>
      (table === 'agents' && agent.id === id) || (table === 'devices' && agent.deviceId === id);
    const here = engine.agents().filter((agent) => agent.activity.is !== 'offline' && isIt(agent));
    return here.map((agent) => `signedIn ${agent.id}`);
  }

  api.get(
    '/api/v1/admin/agents',
    {
      schema: {
        summary: 'Agents of the files',
        querystring: agentsQuery,
        response: { 200: listOf(agentRowView) },
      },
    },
    async (request, reply) => {
      const { format = 'json', lang = 'zh', ...page } = request.query;
      const site = sites.current();
      if (format !== 'json') return sendAgentTable(reply, site, { format, lang, nowMs: nowMs() });
      return listed('agents', viewAgentRows(site, engine, nowMs()), page);
    },
  );
  api.get(
    '/api/v1/admin/teams',
    { schema: { summary: 'Teams', querystring: listQuery, response: { 200: listOf(teamRowView) } } },
    async (request) => listed('teams', viewTeamRows(sites.current(), nowMs()), request.query),
  );
  api.get(
    '/api/v1/admin/skills',
    { schema: { summary: 'Skills', querystring: listQuery, response: { 200: listOf(skillRowView) } } },
    async (request) => listed('skills', viewSkillRows(sites.current()), request.query),
  );
  api.get(
    '/api/v1/admin/devices',
    { schema: { summary: 'Phones', querystring: listQuery, response: { 200: listOf(deviceRowView) } } },
    async (request) => listed('devices', viewDeviceRows(sites.current(), engine), request.query),
  );
  const yearQuery = Type.Object({ year: Type.Optional(Type.String({ pattern: '^2\\d{3}$' })) }, strict);
  api.get(
    '/api/v1/admin/calendar',
    {
      schema: { summary: 'A year of the calendar', querystring: yearQuery, response: { 200: calendarView } },
    },
    async (request) => {
      const year = Number(request.query.year ?? civilTimeAt(nowMs()).year);
      const site = sites.current();
      return {
        version: site.version,
        writable: await editor.isWritable(),
        ...viewCalendar(site, year, nowMs()),
      };
    },
  );

  const answer = { 200: changedView };
  api.put(
    '/api/v1/admin/agents/:id',
    {
      schema: {
        summary: 'Makes or changes an agent',
        params: agentId,
        body: bodyOf(agentFieldsBody),
        response: answer,
      },
    },
    async (request) => {
      const { id } = request.params;
      const before = agentRowOf(parts.sites.current(), id);
      const { levels = before?.levels ?? {}, prefers = before?.prefers ?? null } = request.body;
      const fields = agentFields({ ...request.body, levels, prefers, id });
      return put(request, { table: 'agents', id, fields }, request.body.seen);
    },
  );
  api.put(
    '/api/v1/admin/teams/:id',
    {
      schema: {
        summary: 'Makes or changes a team',
        params: anyId,
        body: bodyOf(teamFieldsBody),
        response: answer,
      },
    },
    async (request) => {
      const { id } = request.params;
      const before = teamRowOf(parts.sites.current(), id);
      const { prefers = before?.prefers ?? [], breaks = before?.breaks ?? {} } = request.body;
      const fields = teamFields({ ...request.body, prefers, breaks, id });
      return put(request, { table: 'teams', id, fields }, request.body.seen);
    },
  );
  api.put(
    '/api/v1/admin/skills/:id',
    {
      schema: {
        summary: 'Makes or changes a skill',
        params: anyId,
        body: bodyOf(namedFieldsBody),
        response: answer,
      },
    },
    async (request) => {
      const { id } = request.params;
      const fields = namedFields({ ...request.body, id });
      return put(request, { table: 'skills', id, fields }, request.body.seen);
    },
  );
  api.put(
    '/api/v1/admin/devices/:id',
    {
      schema: {
        summary: 'Makes or changes a phone; it can register at once',
        params: deviceId,
        body: bodyOf(deviceFieldsBody),
        response: answer,
      },
    },
    async (request) => {
      const { id } = request.params;
      const fields = deviceFields({ ...request.body, id });
      return put(request, { table: 'devices', id, fields }, request.body.seen);
    },
  );
  for (const [table, params] of [
    ['agents', agentId],
    ['teams', anyId],
    ['skills', anyId],
    ['devices', deviceId],
  ] as const)
    api.delete(
      `/api/v1/admin/${table}/:id`,
      {
        schema: {
          summary: `Takes a row out of ${table}`,
          params,
          querystring: removeQuery,
          response: answer,
        },
      },
      async (request) => remove(request, table, request.params.id, request.query.seen),
    );

  api.post(
    '/api/v1/admin/agents/:id/pin',
    {
      schema: {
        summary: 'Gives an agent a new PIN, in force at once and told once',
        params: agentId,
        response: { 200: Type.Object({ agentId: Type.String(), pin: Type.String() }) },
      },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const id = request.params.id as AgentId;
      if (!sites.current().agents.has(id)) throw new AppError('AGENT_UNKNOWN', { agentId: id });
      if (!mayResetPin(user, id)) throw new AppError('FORBIDDEN');
      const pin = await parts.secrets.newPin(id);
      parts.pins.forgive(id);
      audit(parts, user, 'agent.pin', id);
      void reply.header('cache-control', 'no-store');
      return { agentId: id, pin };
    },
  );

  /** 班长: his own, and those of his team who do not lead. */
  function mayResetPin(user: User, id: AgentId): boolean {
    if (user.role === 'hotlineAdmin') return true;
    const { agents } = sites.current();
    const [own, other] = [user.agentId === null ? undefined : agents.get(user.agentId), agents.get(id)];
    if (own === undefined || other === undefined) return false;
    return own === other || (own.teamId === other.teamId && other.role !== 'supervisor');
  }
}

/** One fact a row: which fields changed, and from what to what where that names no person and no secret. */
export function auditEdit(
  parts: Pick<HttpParts, 'engine' | 'sites'>,
  user: User,
  { table, id, fields }: SiteRowEdit,
  before: RowFields | undefined,
): void {
  const what = fields === null ? 'remove' : before === undefined ? 'add' : 'change';
  const changed = changedFields(before, fields);
  const told = what === 'change' ? changed.filter((field) => toldFields[table].includes(field)) : [];
  const values = told.flatMap((field) => [
    [`${field}.from`, toldValue(parts.sites.current(), field, before?.[field])],
    [`${field}.to`, toldValue(parts.sites.current(), field, fields?.[field])],
  ]);
  const details = { what, fields: changed.join(','), ...Object.fromEntries(values) } as AuditDetails;
  audit(parts, user, 'site.edit', `${table} ${id}`, details);
}

/** Fields whose values the audit may hold: no agent's name. */
const toldFields: Readonly<Record<EditedTable, readonly string[]>> = {
  agents: ['team', 'skills', 'role', 'seesNumber', 'autoAnswer', 'device', 'prefers'],
  teams: ['name', 'en', 'until', 'prefers', 'breaks'],
  skills: ['name', 'en'],
  devices: ['name'],
};

/** A row's name; of a skill with a level both. */
function toldRow(rows: ReadonlyMap<string, NamedRow> | undefined, value: RowValue): string {
  if (typeof value !== 'object') return rows?.get(String(value))?.name ?? String(value);
  return Object.entries(value)
    .map(([id, level]) => `${rows?.get(id)?.name ?? id}:${String(level)}`)
    .join('、');
}

/** A value as the audit keeps it; teams and skills by what they are called now. */
function toldValue(site: Site, field: string, value: RowValue | undefined): string | boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value;
  const rows: ReadonlyMap<string, NamedRow> | undefined = {
    team: site.teams,
    skills: site.skills,
    prefers: site.queues,
  }[field];
  const text = [value]
    .flat()
    .map((one) => toldRow(rows, one))
    .join('、');
  return holdsNumber(text) ? '****' : text;
}
