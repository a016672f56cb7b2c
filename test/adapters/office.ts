// A hotline in virtual time with an HTTP server over it, for tests: people who can log in, records folded from its journal.
import { createMemoryCases } from '../../src/adapters/memory/case-store.js';
import { createCodeHash } from '../../src/adapters/system/code-hash.js';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import { createHttpServer, sessionCookie } from '../../src/adapters/http/http-server.js';
import type { AuditedView, AuditReader } from '../../src/adapters/http/audit-reader.js';
import type { HttpParts, SiteChange } from '../../src/adapters/http/http-parts.js';
import type { RecordReader } from '../../src/adapters/http/record-reader.js';
import { createEventPromptBook } from '../../src/adapters/files/event-prompt-book.js';
import { doSiteWork } from '../../src/adapters/files/site-work.js';
import { createMemorySessions, type SessionRedis } from '../../src/adapters/http/session-store.js';
import { createSoundMaker } from '../../src/adapters/prompts/sound-maker.js';
import { createEventPromptSounds } from '../../src/adapters/prompts/event-prompt-sounds.js';
import type { AuditTrail } from '../../src/adapters/postgres/audit-trail.js';
import type { RecordStore } from '../../src/adapters/postgres/record-store.js';
import type { AgentFact } from '../../src/contact/agent.js';
import type { ContactFact } from '../../src/contact/contact-signals.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import type { Log } from '../../src/engine/ports.js';
import type { AccountStore } from '../../src/engine/account.js';
import { limitState, type LimitRow, type LimitStore } from '../../src/engine/call-limit.js';
import { keepDuty } from '../../src/engine/duty-book.js';
import type { DutyChangeRow, DutyStore } from '../../src/engine/duty-change.js';
import type { Opening, OpeningStore } from '../../src/engine/opening.js';
import { createAttempts } from '../../src/engine/attempts.js';
import { createEventPrompts } from '../../src/engine/event-prompts.js';
import type { EventPrompt } from '../../src/contact/event-prompt.js';
import { maskNumber } from '../../src/contact/masking.js';
import { createPinCheck } from '../../src/engine/pin-check.js';
import type { SiteFact } from '../../src/engine/ports.js';
import { mergeNotes, type Broadcast, type HandoverNote } from '../../src/engine/shift-notes.js';
import {
  foldContact,
  withReached,
  type ContactRecord,
  type Timed,
} from '../../src/metrics/contact-record.js';
import { isOfConsult } from '../../src/metrics/consults.js';
import type { ReachedFact, ReachedMark } from '../../src/metrics/reached.js';
import { unreachedCallers } from '../../src/metrics/unreached.js';
import { parseSite } from '../../src/site/parse-site.js';
import type { Site } from '../../src/site/site.js';
import { requireWishSeen } from '../../src/site/site-edited.js';
import { createWorld, type World } from '../../src/sim/world.js';
import type { FirstAccount } from '../../src/adapters/http/account-book.js';
import { officeMessages } from './office-messages.js';
import { accountPassword, openAccounts } from './office-accounts.js';
import { drawFrom, isWanted, reported } from './memory-records.js';
import { openPrompts } from './office-prompts.js';
import { openVersions } from './office-versions.js';

/** Monday, 10:00 at the site. */
export const startMs = Date.UTC(2026, 10, 23, 2);
/** The citizen's number: it may show up nowhere. */
export const citizenNumber = '13000000001';
const folder = new URL('../../ivr-flows/', import.meta.url);
/** The shipped files. */
export const siteTexts: ReadonlyMap<string, string> = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file, withoutSurvey(file, readFileSync(new URL(file, folder), 'utf8'))]),
);

/** What is looked at here ends with the goodbye; test/contact/contact-survey.test.ts has the survey on. */
function withoutSurvey(file: string, text: string): string {
  return file === 'policies.yaml' ? text.replace('enabled: true', 'enabled: false') : text;
}

/** A site of these files. */
export function siteOf(menu: boolean, read: ReadonlyMap<string, string> = siteTexts): Site {
  const parsed = parseSite(read, { nowMs: startMs, overrides: { menu } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return parsed.site;
}
export const plainSite = siteOf(false);
export const menuSite = siteOf(true);
/** With somebody of every role: 1009 is an expert. */
const textsOfAllRoles: ReadonlyMap<string, string> = new Map([
  ...siteTexts,
  [
    'agents.yaml',
    `${siteTexts.get('agents.yaml') ?? ''}- { id: '1009', name: 演示九, team: west, role: expert, skills: [general] }\n`,
  ],
]);
export const siteOfAllRoles = siteOf(false, textsOfAllRoles);

/** The database's reader is one of ours: a type error here means that the two have come apart. */
export const readerOf = (store: RecordStore): RecordReader => store;
export const auditReaderOf = (trail: AuditTrail): AuditReader => trail;

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
    const facts = timed<ContactFact>('contact', (one) => one === id) as Timed<ContactFact>[];
    const record = foldContact(id, facts, own);
    const reached = ofSite('ContactReached').filter(({ fact }) => fact.contactId === id);
    return record && withReached(record, reached as Timed<ReachedFact>[]);
  };
  const ofSite = <Type extends SiteFact['type']>(type: Type) =>
    timed<SiteFact>('site', () => true).flatMap(({ seq, atMs, fact }) =>
      fact.type === type ? [{ seq, atMs, fact: fact as Extract<SiteFact, { type: Type }> }] : [],
    );
  const marks = (): readonly ReachedMark[] =>
    ofSite('ContactReached').map(({ atMs, fact: { type: _type, ...mark } }) => ({ ...mark, atMs }));
  const unreached = (sinceMs: number) =>
    unreachedCallers(
      all().filter(({ arrivedAtMs }) => arrivedAtMs >= sinceMs),
      marks(),
    );
  const readBy = (type: 'BroadcastRead' | 'HandoverRead', noteId: string) =>
    ofSite(type).flatMap(({ atMs, fact }) => (fact.noteId === noteId ? [{ by: fact.by, atMs }] : []));
  const broadcasts = (): readonly Broadcast[] =>
    ofSite('BroadcastSent').map(({ atMs, fact: { type: _type, noteId: id, ...rest } }) => ({
      ...{ id, atMs, ...rest },
      readBy: readBy('BroadcastRead', id),
    }));
  const handovers = (): readonly HandoverNote[] =>
    ofSite('HandoverWritten').map(({ atMs, fact: { type: _type, noteId: id, ...rest } }) => ({
      ...{ id, atMs, ...rest },
      readBy: readBy('HandoverRead', id),
    }));
  const all = () =>
    ids()
      .flatMap((id) => fold(id) ?? [])
      .sort((a, b) => b.arrivedAtMs - a.arrivedAtMs);
  return {
    async contacts(filter) {
      const { cursor, limit = 50 } = filter;
      const start = cursor === undefined ? 0 : Number(cursor);
      if (!Number.isInteger(start)) return { ok: false, code: 'CURSOR_INVALID' };
      const found = all().filter((record) => isWanted(record, filter));
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
      const messages = timed<SiteFact>('site', () => true).flatMap(({ fact, id: site, seq, atMs }) => {
        if (!fact.type.startsWith('Message') || !('contactId' in fact) || fact.contactId !== id) return [];
        // What a message says is not journaled.
        const { type, ...data } = { ...fact, slots: undefined };
        return [{ stream: 'site', id: site, seq, atMs, type, data }];
      });
      return record === undefined ? undefined : { record, journal: [...journal, ...messages] };
    },
    draw: async (filter, count, seed) =>
      drawFrom(
        all().filter((record) => isWanted(record, filter)),
        count,
        seed,
      ),
    unreached: async ({ sinceMs, ...page }) => pageOf(unreached(sinceMs), page),
    async unreachedCount(sinceMs) {
      const rows = unreached(sinceMs);
      return { count: rows.length, latestAtMs: rows[0]?.lastMissedAtMs ?? null };
    },
    async unreachedOf(contactId, sinceMs) {
      const key = fold(contactId)?.callerKey;
      const isHis = ({ callerKey, contactId: id }: ContactRecord) =>
        id === contactId || (callerKey !== '' && callerKey === key);
      const his = all().filter((record) => record.arrivedAtMs >= sinceMs && isHis(record));
      const open = his.filter(({ contactId: id }) =>
        unreachedCallers([fold(id) as ContactRecord, ...his.filter((one) => one.answered)], marks()).some(
          (row) => row.contactId === id,
        ),
      );
      return open.map(({ contactId: id }) => id);
    },
    reachedMark: async (contactId) => marks().findLast((mark) => mark.contactId === contactId),
    broadcasts: async ({ sinceMs = 0, ...page }) =>
      pageOf(
        mergeNotes(broadcasts(), []).filter(({ atMs }) => atMs >= sinceMs),
        page,
      ),
    handovers: async (page) => pageOf(mergeNotes(handovers(), []), page),
    async *countedRecords({ fromMs, toMs }) {
      yield all()
        .filter(({ arrivedAtMs }) => arrivedAtMs >= fromMs && arrivedAtMs < toMs)
        .map(reported);
    },
    async *countedArrivals({ fromMs, toMs }) {
      yield all()
        .filter(
          ({ arrivedAtMs, excluded }) => excluded === null && arrivedAtMs >= fromMs && arrivedAtMs < toMs,
        )
        .reverse();
    },
    offersUnanswered: async (agentId, sinceMs) =>
      timed<AgentFact>('agent', (id) => id === agentId).filter(
        ({ atMs, fact }) => atMs >= sinceMs && 'outcome' in fact && fact.outcome === 'rona',
      ).length,
    consultFacts: async ({ fromMs, toMs }) =>
      timed<ContactFact>('contact', () => true).flatMap(({ atMs, fact }) =>
        isOfConsult(fact) && atMs >= fromMs && atMs < toMs ? [{ atMs, fact }] : [],
      ),
    dataGaps: async () => [{ part: 'asterisk', fromMs: startMs, toMs: startMs + 5_000 }],
    firstArrivalMs: async () => startMs - 3 * 86_400_000,
  };
}

/** What a world's journal tells of audited acts. */
function auditOf(world: World): AuditReader {
  return {
    async acts({ account, act, fromMs = 0, toMs = Infinity, withoutRoles, cursor = '0', limit = 50 }) {
      const start = Number(cursor);
      if (!Number.isInteger(start)) return { ok: false, code: 'CURSOR_INVALID' };
      const all = world.journal.flatMap(({ id, seq, atMs, facts }) =>
        facts.flatMap((fact, at): readonly AuditedView[] => {
          if (fact.type !== 'Audited') return [];
          const { type: _type, ...told } = fact;
          return [{ id, seq: seq + at, atMs, ...told, details: { ...told.details } }];
        }),
      );
      const wanted = all
        .reverse()
        .filter(
          (one) =>
            (account === undefined || one.by === account || one.about === account) &&
            (act === undefined || one.act === act) &&
            one.atMs >= fromMs &&
            one.atMs < toMs &&
            !withoutRoles.includes(one.role),
        );
      const next = start + limit < wanted.length ? String(start + limit) : null;
      return { ok: true, page: { acts: wanted.slice(start, start + limit), cursor: next } };
    },
  };
}

/** A page of these rows; the cursor is the number of the next. */
function pageOf<Row>(
  rows: readonly Row[],
  { cursor = '0', limit = 50 }: { cursor?: string; limit?: number },
) {
  const start = Number(cursor);
  if (!Number.isInteger(start)) return { ok: false, code: 'CURSOR_INVALID' } as const;
  const next = start + limit < rows.length ? String(start + limit) : null;
  return { ok: true, rows: rows.slice(start, start + limit), cursor: next } as const;
}

/** Wishes to open what is sealed, as the database keeps them. */
export function openingsInMemory(): OpeningStore {
  const rows = new Map<string, Opening>();
  return {
    add: async (opening) => void rows.set(opening.openingId, opening),
    find: async (id) => rows.get(id),
    settle: async (opening) => {
      if (rows.get(opening.openingId)?.version !== opening.version - 1) return false;
      rows.set(opening.openingId, opening);
      return true;
    },
    since: async (sinceMs) => [...rows.values()].filter((one) => one.requestedAtMs >= sinceMs).reverse(),
  };
}

/** Limits of callers' numbers, as the database keeps them. */
export function limitsInMemory(): LimitStore {
  const rows = new Map<string, LimitRow>();
  return {
    add: async (limit) => void rows.set(limit.limitId, limit),
    find: async (id) => rows.get(id),
    settle: async (limit) => {
      if (rows.get(limit.limitId)?.version !== limit.version - 1) return false;
      rows.set(limit.limitId, limit);
      return true;
    },
    list: async (nowMs, sinceMs) =>
      [...rows.values()].filter((one) => one.untilMs > nowMs || one.proposedAtMs >= sinceMs).reverse(),
    inForce: async (nowMs) =>
      new Map(
        [...rows.values()]
          .filter((one) => limitState(one, nowMs) === 'inForce')
          .map(({ callerKey, level, untilMs }) => [callerKey, { level, untilMs }]),
      ),
  };
}

/** Changes of duty, as the database keeps them. */
export function dutyInMemory(): DutyStore {
  const rows = new Map<string, DutyChangeRow>();
  return {
    add: async (row) => void rows.set(row.changeId, row),
    find: async (id) => rows.get(id),
    settle: async (row) => {
      if (rows.get(row.changeId)?.version !== row.version - 1) return false;
      rows.set(row.changeId, row);
      return true;
    },
    list: async (endingAfterMs) =>
      [...rows.values()]
        .filter(({ toMs }) => toMs > endingAfterMs)
        .sort((a, b) => (a.decidedAtMs ?? Infinity) - (b.decidedAtMs ?? Infinity)),
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
  /** Of the world itself. */
  readonly worldSite?: Site;
  readonly engine?: (engine: World['engine']) => World['engine'];
  readonly pagesDir?: string;
  readonly accountStore?: AccountStore;
  /** A site at its very beginning: these accounts and no others. */
  readonly firstAccounts?: readonly FirstAccount[];
}

/** A world with a server over it, and people who can be logged in. */
export async function openOffice({
  sessions,
  requestsPerMinute = 100_000,
  records,
  site: firstSite = plainSite,
  worldSite = plainSite,
  engine = (own) => own,
  pagesDir = '/nowhere',
  accountStore,
  firstAccounts,
}: OfficeOptions = {}) {
  const known: { events: () => readonly EventPrompt[] } = { events: () => [] };
  const world = createWorld({ site: worldSite, startMs, events: () => known.events() });
  await world.start();
  for (const device of ['d1001', 'd1002'] as DeviceId[]) {
    world.telephony.setReachable(device, true);
    world.telephony.setHabit(device, { does: 'answer', afterMs: 1_000, talkMs: 600_000 });
  }
  const logged: { readonly fields: object; readonly message: string; readonly level: string }[] = [];
  const log = (level: string) => (fields: object, message: string) =>
    void logged.push({ fields, message, level });
  const logs: Log = { info: log('info'), warn: log('warn'), error: log('error') };
  const attempts = createAttempts();
  const accounts = await openAccounts({
    nowMs: () => world.clock.nowMs(),
    attempts,
    log: logs,
    ...(accountStore !== undefined && { store: accountStore }),
    ...(firstAccounts !== undefined && { firstAccounts }),
  });
  let site = firstSite;
  let broken = false;
  const texts = new Map(firstSite === siteOfAllRoles ? textsOfAllRoles : siteTexts);
  const pins = new Map<AgentId, string>();
  const pinOf = (id: AgentId) => pins.get(id) ?? (site.agents.has(id) ? `24680${id.slice(-1)}` : undefined);
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
  const loadTexts = (read: ReadonlyMap<string, string>) => {
    for (const file of texts.keys()) if (!read.has(file)) texts.delete(file);
    for (const [file, text] of read) texts.set(file, text);
    const parsed = parseSite(texts, { nowMs: startMs, overrides: { menu: site.menu } });
    if (parsed.ok) site = parsed.site;
    return parsed.ok ? { ok: true as const, site, unchanged: false } : parsed;
  };
  const prompts = openPrompts();
  const versions = openVersions(texts, {
    site: () => site,
    load: loadTexts,
    nowMs: () => world.clock.nowMs(),
    engine: world.engine,
    hasRecording: prompts.studio.has,
  });
  const recordingsDir = mkdtempSync(path.join(tmpdir(), 'yihao-recordings-'));
  t.teardown(() => rmSync(recordingsDir, { recursive: true }));
  const codeHash = createCodeHash('test');
  const soundMaker = createSoundMaker({
    program: path.resolve(import.meta.dirname, '../../scripts/prompts.mjs'),
    flowsDir: path.resolve(import.meta.dirname, '../../ivr-flows'),
    stagingDir: path.join(recordingsDir, 'staging'),
    folders: { YIHAO_HOME: recordingsDir },
    onFault: (reason) => t.fail(reason),
  });
  const eventSounds = createEventPromptSounds({
    soundsDir: path.join(recordingsDir, 'sounds'),
    speak: (text) => soundMaker.speak({ text, language: 'zh', speed: 'normal', lexicon: '' }),
    durationOf: (id) => events.all().find((event) => event.id === id)?.durationMs,
  });
  let eventIds = 0;
  const events = createEventPrompts({
    clock: world.clock,
    ids: { next: () => `event-${String((eventIds += 1))}` },
    sites: { current: () => site, ofVersion: () => site },
    book: createEventPromptBook(path.join(recordingsDir, 'event-prompts.json'), (aside) => {
      throw new Error(`damaged: ${aside}`);
    }),
    voice: eventSounds,
    wentLive: () => world.engine.eventWentLive(),
  });
  known.events = () => events.all();
  const dutyStore = dutyInMemory();
  const timers = { at: world.clock.at };
  const duty = keepDuty({ clock: world.clock, timers, log: logs, store: dutyStore, onRead: () => undefined });
  t.teardown(() => duty.stop());
  const parts: HttpParts = {
    engine: engine(world.engine),
    cases: { store: createMemoryCases({ clock: world.clock, hash: codeHash }), hash: codeHash },
    sites: {
      current: () => site,
      ofVersion: () => site,
      reload: async () => change(site),
      setMenu: async (menu) => change(menu === true ? menuSite : plainSite),
    },
    records: { ...recordsOf(world), ...records },
    packets: { ofContact: async () => [] },
    pins: createPinCheck(pinOf, attempts),
    accounts: accounts.parts,
    auditReader: auditOf(world),
    callerOf: (number) =>
      /^\d{11}$/.test(number) ? { callerKey: `key-${number}`, callerMasked: maskNumber(number) } : undefined,
    recordingsDir,
    editor: {
      isWritable: async () => true,
      async edit(wish) {
        requireWishSeen(site, wish);
        const dryRun = 'table' in wish && wish.dryRun;
        const done = doSiteWork({
          files: texts,
          edits: 'table' in wish ? { table: wish.table } : [wish.row],
          options: { nowMs: startMs, overrides: { menu: false } },
        });
        if (!done.ok) return done;
        if (!dryRun) {
          for (const [file, text] of done.changed) texts.set(file, text);
          await versions.write(done.changed);
          const parsed = parseSite(texts, { nowMs: startMs, overrides: { menu: false } });
          if (parsed.ok) site = parsed.site;
        }
        return { ok: true, site, edits: done.edits, rows: done.rows };
      },
    },
    publisher: versions.publisher,
    speaker: versions.speaker,
    messages: officeMessages(world, { current: () => site, ofVersion: () => site }),
    openings: openingsInMemory(),
    limits: limitsInMemory(),
    duty: { book: duty, store: dutyStore },
    // The world's keys hold their numbers.
    numbers: { find: async (callerKey) => callerKey.replace(/^key-/, '') },
    standingsChanged: async () => undefined,
    secrets: {
      passwordOf: (deviceId) => (site.devices.has(deviceId) ? `password of ${deviceId}` : undefined),
      pinOf,
      async newPin(agentId) {
        pins.set(agentId, '482915');
        return '482915';
      },
    },
    studio: prompts.studio,
    events,
    eventSounds,
    sip: { host: null, port: 5060 },
    kioskToken,
    pagesDir,
    sessionSecret: 'a secret of thirty-two characters or more',
    sessions: sessions ?? createMemorySessions(() => Date.now()),
    sessionKeyOf: (id) => `{yihao:test}:session:${id}`,
    version: '0.1.0',
    nowMs: () => world.clock.nowMs(),
    log: logs,
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
  /** Agents by PIN, accounts by password and, where they have one, a code. */
  async function logIn(
    user: string,
    password = accounts.isAccount(user) ? accountPassword : `24680${user.slice(-1)}`,
  ) {
    const code = await accounts.nextCode(user);
    const body = { user, password, ...(code !== undefined && { code }) };
    const response = await call('POST /api/v1/session', { body });
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
    accounts,
    recordingsDir,
    prompts,
    versions,
    call,
    logIn,
    /** The configuration in force. */
    site: () => site,
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
