// A hotline in virtual time with an HTTP server over it, for tests: people who can log in, records folded from its journal.
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import { createHttpServer, sessionCookie } from '../../src/adapters/http/http-server.js';
import type { HttpParts, SiteChange } from '../../src/adapters/http/http-parts.js';
import type { RecordReader } from '../../src/adapters/http/record-reader.js';
import { doSiteWork } from '../../src/adapters/files/site-work.js';
import { createMemorySessions, type SessionRedis } from '../../src/adapters/http/session-store.js';
import type { RecordStore } from '../../src/adapters/postgres/record-store.js';
import type { AgentFact } from '../../src/contact/agent.js';
import type { ContactFact } from '../../src/contact/contact-signals.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { AppError } from '../../src/errors.js';
import { createPinCheck } from '../../src/engine/pin-check.js';
import { foldContact, type ContactRecord, type Timed } from '../../src/metrics/contact-record.js';
import { parseSite } from '../../src/site/parse-site.js';
import type { Site } from '../../src/site/site.js';
import { createWorld, type World } from '../../src/sim/world.js';

/** Monday, 10:00 at the site. */
export const startMs = Date.UTC(2026, 10, 23, 2);
/** The citizen's number: it may show up nowhere. */
export const citizenNumber = '13000000001';
export const adminPassword = 'correct horse battery staple';
const folder = new URL('../../ivr-flows/', import.meta.url);
const files = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file, readFileSync(new URL(file, folder), 'utf8')]),
);

function siteOf(menu: boolean): Site {
  const parsed = parseSite(files, { nowMs: startMs, overrides: { menu } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return parsed.site;
}
export const plainSite = siteOf(false);
export const menuSite = siteOf(true);

/** The database's reader is one of ours: a type error here means that the two have come apart. */
export const readerOf = (store: RecordStore): RecordReader => store;

/** The records of a world, folded from its journal whenever they are asked for. */
function recordsOf(world: World): RecordReader {
  const timed = <Fact>(stream: string, wanted: (id: string) => boolean) =>
    world.journal
      .filter((entry) => entry.stream === stream && wanted(entry.id))
      .flatMap(({ seq, atMs, id, facts }) =>
        facts.map((fact, at) => ({ id, seq: seq + at, atMs, fact: fact as Fact })),
      );
  const ids = () => [...new Set(timed<ContactFact>('contact', () => true).map(({ id }) => id))];
  const fold = (id: string): ContactRecord | undefined => {
    const agents = timed<AgentFact>('agent', () => true);
    const own = agents.filter(({ fact }) => 'contactId' in fact && fact.contactId === id);
    return foldContact(id, timed<ContactFact>('contact', (one) => one === id) as Timed<ContactFact>[], own);
  };
  const all = () =>
    ids()
      .flatMap((id) => fold(id) ?? [])
      .sort((a, b) => b.arrivedAtMs - a.arrivedAtMs);
  return {
    async contacts({ agentId, callerKey, cursor, limit = 50, answered }) {
      const start = cursor === undefined ? 0 : Number(cursor);
      if (!Number.isInteger(start)) return { ok: false, code: 'CURSOR_INVALID' };
      const found = all().filter(
        (record) =>
          (agentId === undefined || record.agentIds.includes(agentId)) &&
          (callerKey === undefined || record.callerKey === callerKey) &&
          (answered === undefined || record.answered === answered),
      );
      const contacts = found.slice(start, start + limit);
      const next = start + limit < found.length ? String(start + limit) : null;
      return { ok: true, page: { contacts, cursor: next } };
    },
    async contact(id) {
      const record = fold(id);
      const journal = timed<ContactFact>('contact', (one) => one === id).map(({ fact, seq, atMs }) => {
        const { type, ...data } = fact;
        return { stream: 'contact', id, seq, atMs, type, data };
      });
      return record === undefined ? undefined : { record, journal };
    },
    async *countedRecords({ fromMs, toMs }) {
      yield all().filter(({ arrivedAtMs }) => arrivedAtMs >= fromMs && arrivedAtMs < toMs);
    },
    async *countedArrivals({ fromMs, toMs }) {
      yield all()
        .filter(
          ({ arrivedAtMs, excluded }) => excluded === null && arrivedAtMs >= fromMs && arrivedAtMs < toMs,
        )
        .reverse();
    },
    dataGaps: async () => [{ part: 'asterisk', fromMs: startMs, toMs: startMs + 5_000 }],
    firstArrivalMs: async () => startMs - 3 * 86_400_000,
  };
}

/** A token of a screen on a wall. */
export const kioskToken = 'a-token-of-a-screen';

export interface OfficeOptions {
  readonly sessions?: SessionRedis;
  readonly requestsPerMinute?: number;
  readonly records?: Partial<RecordReader>;
  /** In place of the world's own. */
  readonly site?: Site;
  readonly engine?: (engine: World['engine']) => World['engine'];
  readonly pagesDir?: string;
}

/** A world with a server over it, and people who can be logged in. */
export async function openOffice({
  sessions,
  requestsPerMinute = 100_000,
  records,
  site: firstSite = plainSite,
  engine = (own) => own,
  pagesDir = '/nowhere',
}: OfficeOptions = {}) {
  const world = createWorld({ site: plainSite, startMs });
  await world.start();
  for (const device of ['d1001', 'd1002'] as DeviceId[]) {
    world.telephony.setReachable(device, true);
    world.telephony.setHabit(device, { does: 'answer', afterMs: 1_000, talkMs: 600_000 });
  }
  const logged: { readonly fields: object; readonly message: string; readonly level: string }[] = [];
  const log = (level: string) => (fields: object, message: string) =>
    void logged.push({ fields, message, level });
  let site = firstSite;
  let broken = false;
  const texts = new Map(files);
  const pins = new Map<AgentId, string>();
  const change = (next: Site): SiteChange => {
    if (broken)
      return {
        ok: false,
        findings: [
          { level: 'error', file: 'queues.yaml', line: 3, code: 'unknownKey', zh: '错', en: 'wrong' },
        ],
      };
    const unchanged = next === site;
    site = next;
    return { ok: true, site, unchanged };
  };
  const parts: HttpParts = {
    engine: engine(world.engine),
    sites: {
      current: () => site,
      ofVersion: () => site,
      reload: async () => change(site),
      setMenu: async (menu) => change(menu === true ? menuSite : plainSite),
    },
    records: { ...recordsOf(world), ...records },
    pins: createPinCheck((id) => pins.get(id) ?? (site.agents.has(id) ? `24680${id.slice(-1)}` : undefined)),
    editor: {
      isWritable: async () => true,
      async edit({ seenVersion, edits, dryRun = false }) {
        if (seenVersion !== site.version) throw new AppError('SITE_CHANGED', { version: site.version });
        const done = doSiteWork({
          files: texts,
          edits,
          options: { nowMs: startMs, overrides: { menu: false } },
        });
        if (!done.ok) return done;
        if (!dryRun) {
          for (const [file, text] of done.changed) texts.set(file, text);
          const parsed = parseSite(texts, { nowMs: startMs, overrides: { menu: false } });
          if (parsed.ok) site = parsed.site;
        }
        return { ok: true, site, edits: done.edits, rows: done.rows };
      },
    },
    secrets: {
      passwordOf: (deviceId) => (site.devices.has(deviceId) ? `password of ${deviceId}` : undefined),
      async newPin(agentId) {
        pins.set(agentId, '482915');
        return '482915';
      },
    },
    sip: { host: null, port: 5060 },
    adminPassword,
    accountRoleOf: (name) => (name === 'admin' ? 'hotlineAdmin' : undefined),
    kioskToken,
    pagesDir,
    sessionSecret: 'a secret of thirty-two characters or more',
    sessions: sessions ?? createMemorySessions(() => Date.now()),
    sessionKeyOf: (id) => `{yihao:test}:session:${id}`,
    version: '0.1.0',
    nowMs: () => world.clock.nowMs(),
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    requestsPerMinute,
  };
  const server = await createHttpServer(parts);
  t.teardown(() => server.close());

  type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
  async function call(
    route: string,
    {
      cookie = '',
      body,
      headers = {},
    }: { cookie?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<LightMyRequestResponse> {
    const [method, url] = route.split(' ') as [Method, string];
    return server.inject({
      method,
      url,
      headers: { host: 'hotline.test', ...(cookie !== '' && { cookie }), ...headers },
      ...(body !== undefined && { payload: body as object }),
    });
  }
  async function logIn(user: string, password = user === 'admin' ? adminPassword : `24680${user.slice(-1)}`) {
    const response = await call('POST /api/v1/session', { body: { user, password } });
    const cookie = response.cookies.find(({ name }) => name === sessionCookie);
    return {
      response,
      cookie: cookie === undefined ? '' : `${sessionCookie}=${encodeURIComponent(cookie.value)}`,
    };
  }
  return {
    world,
    server,
    logged,
    call,
    logIn,
    breakFiles: (isBroken: boolean) => void (broken = isBroken),
    /** A talk between a citizen and agent 1001. */
    async talk() {
      world.signIn('1001' as AgentId, 'd1001' as DeviceId);
      world.telephony.call({ ani: citizenNumber, dnis: '12345', patienceMs: null });
      await world.runUntil(world.clock.nowMs() + 6_000);
      const contact = world.engine.contacts().find(({ stage }) => stage.at === 'talking');
      if (contact === undefined) throw new Error('no talk');
      return contact.id;
    },
  };
}
