// Cards that make a phone ready: what is printed on them, and the address at which a phone fetches its settings by itself.
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AgentId, DeviceId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import type { AgentProfile } from '../../site/site.js';
import type { User } from './access.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { createProvisionTokens } from './provision-tokens.js';

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);
const body = Type.Object(
  {
    teamId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    agentIds: Type.Optional(
      Type.Array(Type.String({ pattern: '^\\d{3,8}$' }), { minItems: 1, maxItems: 500 }),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
);
const cardView = Type.Object({
  agentId: Type.String(),
  name: Type.String(),
  team: Type.String(),
  until: nullable(Type.String()),
  deviceId: nullable(Type.String()),
  deviceName: Type.String(),
  server: Type.String(),
  port: Type.Integer(),
  transport: Type.String(),
  /** `sip:user@host:port`, for phones that take no more. */
  uri: Type.String(),
  /** For hotlineAdmin alone; each is audited. */
  password: nullable(Type.String()),
  /** Path of the phone's settings, good once. */
  provisionPath: nullable(Type.String()),
  expiresAtMs: nullable(Type.Integer()),
});

/** Adds the cards and the phones' own address. */
export function addCardRoutes(api: Api, parts: HttpParts): void {
  const { sites, sip, secrets, nowMs } = parts;
  const tokens = createProvisionTokens();

  api.post(
    '/api/v1/admin/cards',
    {
      schema: {
        summary: 'Cards of a team or of agents',
        body,
        response: { 200: Type.Object({ cards: Type.Array(cardView) }) },
      },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const { teamId, agentIds = [] } = request.body;
      const wanted = new Set<string>(agentIds);
      const agents = [...sites.current().agents.values()].filter(
        (agent) => agent.teamId === teamId || wanted.has(agent.id),
      );
      void reply.header('cache-control', 'no-store');
      return { cards: agents.map((agent) => cardOf(agent, user, hostIn(request))) };
    },
  );

  function cardOf(agent: AgentProfile, user: User, host: string) {
    const { devices, teams } = sites.current();
    const deviceId = agent.deviceId ?? null;
    const team = teams.get(agent.teamId);
    const maySeePassword = user.role === 'hotlineAdmin' && deviceId !== null;
    const given = maySeePassword ? tokens.give(deviceId, nowMs()) : undefined;
    if (maySeePassword) audit(parts, user, 'device.card', deviceId, { agentId: agent.id });
    return {
      agentId: agent.id as AgentId,
      name: agent.name,
      team: team?.name ?? agent.teamId,
      until: team?.until ?? null,
      deviceId,
      deviceName: deviceId === null ? '' : (devices.get(deviceId)?.name ?? ''),
      server: host,
      port: sip.port,
      transport: 'UDP',
      uri: deviceId === null ? '' : `sip:${deviceId}@${host}:${String(sip.port)}`,
      password: maySeePassword ? (secrets.passwordOf(deviceId) ?? null) : null,
      provisionPath: given === undefined ? null : `/provision/${given.token}`,
      expiresAtMs: given?.expiresAtMs ?? null,
    };
  }

  /** The address phones are told; without a setting, the one the page was asked at. */
  function hostIn(request: FastifyRequest): string {
    return sip.host ?? request.hostname;
  }

  api.get(
    '/provision/:token',
    {
      schema: { hide: true, params: Type.Object({ token: Type.String({ maxLength: 64 }) }) },
      config: { rateLimit: { max: 60 } },
    },
    async (request, reply) => {
      const deviceId = tokens.take(request.params.token, nowMs());
      const password = deviceId && secrets.passwordOf(deviceId);
      if (deviceId === undefined || password === undefined || !sites.current().devices.has(deviceId))
        throw new AppError('PROVISION_LINK_SPENT');
      return reply
        .type('application/xml; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(phoneSettings({ deviceId, password, host: hostIn(request), port: sip.port }));
    },
  );
}

/** A SIP account in the form of Linphone's remote provisioning (lpconfig). */
export function phoneSettings(account: {
  readonly deviceId: DeviceId;
  readonly password: string;
  readonly host: string;
  readonly port: number;
}): string {
  const [user, host] = [escaped(account.deviceId), escaped(account.host)];
  const server = `sip:${host}:${String(account.port)};transport=udp`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">
  <section name="sip">
    <entry name="default_proxy" overwrite="true">0</entry>
  </section>
  <section name="auth_info_0" overwrite="true">
    <entry name="username" overwrite="true">${user}</entry>
    <entry name="passwd" overwrite="true">${escaped(account.password)}</entry>
    <entry name="domain" overwrite="true">${host}</entry>
  </section>
  <section name="proxy_0" overwrite="true">
    <entry name="reg_identity" overwrite="true">sip:${user}@${host}</entry>
    <entry name="reg_proxy" overwrite="true">&lt;${server}&gt;</entry>
    <entry name="reg_expires" overwrite="true">600</entry>
    <entry name="reg_sendregister" overwrite="true">1</entry>
    <entry name="publish" overwrite="true">0</entry>
  </section>
</config>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
