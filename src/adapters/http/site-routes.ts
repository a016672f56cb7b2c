// The configuration in force: what it is, reloading it, and the switch of the menu variant.
import { regionsOf } from '../../engine/event-prompts.js';
import { Type } from 'typebox';
import { AppError } from '../../errors.js';
import type { Site } from '../../site/site.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts, type SiteChange } from './http-parts.js';
import { oneOf } from './views.js';

const findingView = Type.Object({
  level: oneOf(['error', 'warning']),
  file: Type.String(),
  line: Type.Integer(),
  code: Type.Optional(Type.String()),
  zh: Type.String(),
  en: Type.String(),
});

const namedView = Type.Object({ id: Type.String(), name: Type.String(), en: Type.String() });
const siteView = Type.Object({
  name: Type.String(),
  version: Type.String(),
  menu: Type.Boolean(),
  entries: Type.Array(
    Type.Object({ id: Type.String(), name: Type.String(), flowId: Type.String(), queueId: Type.String() }),
  ),
  queues: Type.Array(namedView),
  /** Cities and districts that a call may be known to be of. */
  regions: Type.Array(Type.String()),
  /** What callers may wish for. */
  wishes: Type.Array(Type.String()),
  agents: Type.Integer(),
  devices: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  warnings: Type.Array(findingView),
});

const menuBody = Type.Object(
  { on: Type.Union([Type.Boolean(), Type.Null()], { description: 'null: as policies.yaml says' }) },
  { additionalProperties: false },
);

/** Adds the routes of the site's configuration. */
export function addSiteRoutes(api: Api, parts: HttpParts): void {
  const { sites, log } = parts;
  const answer = { 200: siteView };

  /** @throws SITE_INVALID with every finding; the running version stays */
  function changed(change: SiteChange) {
    if (!change.ok) throw new AppError('SITE_INVALID', { findings: change.findings });
    log.info({ siteVersion: change.site.version, unchanged: change.unchanged }, 'the site was read again');
    return viewSite(change.site);
  }

  api.get('/api/v1/site', { schema: { summary: 'The configuration in force', response: answer } }, async () =>
    viewSite(sites.current()),
  );
  api.post(
    '/api/v1/site/reload',
    { schema: { summary: 'Reads ivr-flows/ again', response: answer } },
    async (request) => {
      audit(parts, knownUser(request, parts), 'site.reload', sites.current().version);
      return changed(await sites.reload());
    },
  );
  api.post(
    '/api/v1/site/menu',
    { schema: { summary: 'Switches the menu variant', body: menuBody, response: answer } },
    async (request) => {
      audit(parts, knownUser(request, parts), 'site.menu', sites.current().version, { on: request.body.on });
      return changed(await sites.setMenu(request.body.on ?? undefined));
    },
  );
}

function viewSite(site: Site) {
  return {
    name: site.name,
    version: site.version,
    menu: site.menu,
    entries: [...site.entries.values()].map(({ id, name, flowId, queueId }) => ({
      id,
      name,
      flowId,
      queueId,
    })),
    queues: [...site.queues.values()].map(({ id, name, en }) => ({ id, name, en })),
    regions: [...regionsOf(site)],
    wishes: [...site.callerPolicy.wishes],
    agents: site.agents.size,
    devices: [...site.devices.values()].map(({ id, name }) => ({ id, name })),
    warnings: [...site.warnings],
  };
}
