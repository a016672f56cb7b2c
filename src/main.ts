// The composition root: reads the configuration, makes every adapter, starts the engine, and ends all of it on a signal.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createAmiClient } from './adapters/asterisk/ami-client.js';
import { createAriClient } from './adapters/asterisk/ari-client.js';
import { startCdrReader } from './adapters/asterisk/cdr-file.js';
import { application } from './adapters/asterisk/channel-facts.js';
import { createRecorder } from './adapters/asterisk/recorder.js';
import { createAsteriskTelephony } from './adapters/asterisk/telephony.js';
import { startQueueLog } from './adapters/files/queue-log.js';
import { repairRecordings } from './adapters/files/recording-repair.js';
import { createEventPromptBook } from './adapters/files/event-prompt-book.js';
import { createSecretBook, type SecretBook } from './adapters/files/secret-book.js';
import { giveSignsOfLife, lastSignOfLife } from './adapters/files/sign-of-life.js';
import { createSiteEditor, workInThread } from './adapters/files/site-editor.js';
import { createSitePublisher, judgeInThread } from './adapters/files/site-publisher.js';
import { createSiteTurn } from './adapters/files/site-turn.js';
import { createVersionStore } from './adapters/files/version-store.js';
import { checkInThread, createSiteHolder, type SiteHolder } from './adapters/files/site-files.js';
import { createAccountBook, type FirstAccount } from './adapters/http/account-book.js';
import { createHttpServer } from './adapters/http/http-server.js';
import { noteVersions } from './adapters/http/version-notes.js';
import { createOneTimeCodes } from './adapters/http/one-time-code.js';
import { createPasswords } from './adapters/http/password-hash.js';
import { createWebhookSecrets } from './adapters/files/webhook-secrets.js';
import { createFileOutbox } from './adapters/messages/file-outbox.js';
import { createHttpGateway } from './adapters/messages/http-gateway.js';
import { createPacketWebhook } from './adapters/messages/packet-webhook.js';
import { isSigned } from './adapters/messages/signature.js';
import { createCallerNumbers, identifyCaller } from './adapters/memory/caller-numbers.js';
import { createAccountStore } from './adapters/postgres/account-store.js';
import { createAuditTrail } from './adapters/postgres/audit-trail.js';
import { createCallerTable } from './adapters/postgres/caller-table.js';
import { openDatabase } from './adapters/postgres/database.js';
import { startJournalWriter, type WriterNews } from './adapters/postgres/journal-writer.js';
import { createCaseStore } from './adapters/postgres/case-store.js';
import { createMessageStore } from './adapters/postgres/message-store.js';
import { createPacketStore } from './adapters/postgres/packet-store.js';
import { createRecordStore, type RecordStore } from './adapters/postgres/record-store.js';
import { createDutyStore } from './adapters/postgres/duty-store.js';
import { createLimitStore } from './adapters/postgres/limit-store.js';
import { createOpeningStore } from './adapters/postgres/opening-store.js';
import { readLastTalks } from './adapters/postgres/last-talks.js';
import { createWishStore } from './adapters/postgres/wish-store.js';
import { createStopList } from './adapters/postgres/stop-list.js';
import { createEventPromptSounds } from './adapters/prompts/event-prompt-sounds.js';
import { createPromptStore } from './adapters/prompts/prompt-store.js';
import { createSoundMaker } from './adapters/prompts/sound-maker.js';
import { createPromptStudio } from './adapters/prompts/prompt-studio.js';
import { redisKeys } from './adapters/redis/keys.js';
import { createRedisLiveNumbers } from './adapters/redis/live-numbers.js';
import { createRedisLiveStore } from './adapters/redis/live-store.js';
import { createRedisClient } from './adapters/redis/redis-client.js';
import { shareSpool } from './adapters/spool/shared-spool.js';
import type { RecoveredStream } from './adapters/spool/spool-recovery.js';
import { openSpool, type SpoolTrouble } from './adapters/spool/spool.js';
import { systemClock, systemTimers, uuidV7 } from './adapters/system/clock.js';
import { createCodeHash } from './adapters/system/code-hash.js';
import { watchEventLoop } from './adapters/system/event-loop-watch.js';
import { readConfig, type Config } from './config.js';
import type { Agent } from './contact/agent.js';
import { addDays, dayKeyAt } from './contact/civil-time.js';
import { isSealed } from './contact/confidential.js';
import type { Arrival, Contact } from './contact/contact.js';
import type { CallerKey } from './contact/ids.js';
import { formatFinding } from './contact/finding.js';
import { createCallerMemory } from './engine/caller-memory.js';
import type { CallerWishFact } from './engine/caller-wish.js';
import { keepLastAgents } from './engine/last-agents.js';
import { createAttempts } from './engine/attempts.js';
import { dateAlarms } from './engine/date-alarms.js';
import { createEngine, type Engine, type Recovered } from './engine/engine.js';
import { createEventPrompts } from './engine/event-prompts.js';
import { createMessageDesk } from './engine/message-desk.js';
import { startMessageSender } from './engine/message-sender.js';
import type { NumberBook } from './engine/messages.js';
import { startPacketSender, type PacketContact } from './engine/packet-sender.js';
import { createPinCheck } from './engine/pin-check.js';
import type { Log, Messages } from './engine/ports.js';
import { keepDuty } from './engine/duty-book.js';
import { keepStandings } from './engine/standings.js';
import type { Site } from './site/site.js';

/** Events that nobody here listens to, and two thirds of all: each would be made, sent and read. */
const disallowedEvents = [
  ...['ChannelVarset', 'ChannelDialplan', 'ChannelCallerId', 'ChannelConnectedLine', 'Dial'],
  ...['BridgeCreated', 'BridgeDestroyed', 'ChannelEnteredBridge', 'ChannelLeftBridge'],
  ...['PlaybackStarted', 'PlaybackContinuing', 'PeerStatusChange'],
];
/** Redis is waited for this long at a start; then the service starts without it. */
const redisPatienceMs = 3_000;
/** The same for the accounts: without the database nobody with an account is known. Calls do not wait. */
const accountsPatienceMs = 2_000;
/** Recordings of so many days are looked through at a start. */
const mendDays = 7;
/** A year's holidays may fall due, and a number come near its end, while the service runs. */
const datesEveryMs = 3_600_000;
/** Files changed by hand are noticed, and what the host's terminal has published is in force, after this. */
const versionsEveryMs = 5_000;
/** The end of everything, whatever still hangs. */
const endMs = 2_000;

const projectDir = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { version: string };

/** Makes everything and starts it; the result ends it. */
async function run(config: Config, log: Log): Promise<() => Promise<void>> {
  const nowMs = () => systemClock.nowMs();
  const changed: {
    engine?: Engine;
    lookAtDates?: () => void;
    refreshAccounts?: () => Promise<void>;
    reloadPrompts?: () => void;
    messages?: Messages;
  } = {};
  const secrets = createSecretBook(config.secretsDir);
  const sites = await loadSite(config, log, async ({ devices, agents }) => {
    changed.engine?.siteChanged();
    changed.lookAtDates?.();
    try {
      changed.reloadPrompts?.();
    } catch (error) {
      log.error(
        { error: String(error) },
        'the new list of prompts cannot be read; the former one stays in force',
      );
    }
    // New people and phones are ready when the reload is done.
    await secrets
      .complete(devices.keys(), agents.keys())
      .catch((error: unknown) =>
        log.error({ error: String(error) }, 'no secrets could be made for new rows'),
      );
    await changed.refreshAccounts?.();
  });
  const site = sites.current();
  await secrets.complete(site.devices.keys(), site.agents.keys());

  const wishesJournaled: CallerWishFact[] = [];
  const { spool, recovered } = await openSpool({
    dir: config.spoolDir,
    search: {
      text: '"CallerWishSet"',
      found: ({ facts }) => {
        for (const fact of facts) if (fact.type === 'CallerWishSet') wishesJournaled.push(fact);
      },
    },
    onTrouble: (trouble) => tellSpoolTrouble(trouble, log, changed.engine),
  });
  const keys = redisKeys(site.name);
  const redis = createRedisClient({ ...config.redis, clientName: 'yihao-sessions' }, (error) =>
    log.warn({ error: error.message }, 'Redis (sessions)'),
  );
  const store = createRedisLiveStore({ ...config.redis, site: site.name, node: config.node, log });
  const database = openDatabase({ url: config.databaseUrl });
  const callerTable = createCallerTable(database, config.callerSecret);
  const callers = createCallerNumbers({
    secret: config.callerSecret,
    homeAreaCode: site.areaCode,
    live: createRedisLiveNumbers(redis, keys.callers),
    table: callerTable,
    onTrouble: (half) => log.warn({ half }, 'callers’ numbers cannot be kept there now'),
  });
  const ari = createAriClient({
    baseUrl: config.ari.url,
    user: config.ari.user,
    password: config.ari.password,
    app: application,
    disallowedEvents,
  });
  const ami = createAmiClient(config.ami);
  const prompts = createPromptStore(config.soundsManifest);
  const soundMaker = createSoundMaker({
    program: join(projectDir, 'scripts', 'prompts.mjs'),
    flowsDir: config.flowsDir,
    stagingDir: join(config.home, 'site-staging'),
    folders: config.soundFolders,
    onFault: (reason) => log.error({ reason }, 'sounds could not be made: run npm run prompts -- build'),
  });
  const eventSounds = createEventPromptSounds({
    soundsDir: dirname(config.soundsManifest),
    speak: async (text) => {
      const lexicon = await readFile(join(config.flowsDir, 'lexicon.yaml'), 'utf8');
      return soundMaker.speak({ text, language: 'zh', speed: 'normal', lexicon });
    },
    durationOf: (id) => events.all().find((event) => event.id === id)?.durationMs,
  });
  const events = createEventPrompts({
    clock: systemClock,
    ids: uuidV7,
    sites,
    book: createEventPromptBook(join(config.home, 'event-prompts.json'), (asideFile) =>
      log.error(
        { asideFile },
        'the list of event prompts was damaged and is set aside: none is told, write them again',
      ),
    ),
    voice: eventSounds,
    wentLive: () => changed.engine?.eventWentLive(),
  });
  const telephony = createAsteriskTelephony({
    node: config.node,
    ari,
    ami,
    recorder: createRecorder(ami, config.recordingsDir, config.recordingFloorBytes),
    media: eventSounds.media(prompts),
    accounts: () => accountsOf(sites, secrets),
    accountSettings: {
      mediaAddress: config.mediaAddress,
      qualifyEveryMs: config.qualifyEveryMs,
      qualifyTimeoutMs: config.qualifyTimeoutMs,
      rtpTimeoutMs: config.rtpTimeoutMs,
      rtpTimeoutHeldMs: config.rtpTimeoutHeldMs,
    },
    log,
  });
  changed.refreshAccounts = () => telephony.refreshAccounts();
  changed.reloadPrompts = () => prompts.reload();
  const attempts = createAttempts();
  const [messageStore, stopList] = [createMessageStore(database), createStopList(database)];
  const limits = createLimitStore(database);
  const standings = keepStandings({
    clock: systemClock,
    timers: systemTimers,
    log,
    read: async (atMs) => {
      const confidential = new Set(await stopList.confidential(atMs));
      await callerTable.sealNumbers();
      return { confidential, limits: await limits.inForce(atMs) };
    },
    onRead: () => changed.engine?.standingsChanged(),
  });
  const dutyStore = createDutyStore(database);
  const duty = keepDuty({
    clock: systemClock,
    timers: systemTimers,
    log,
    store: dutyStore,
    onRead: () => changed.lookAtDates?.(),
  });
  const memory = createCallerMemory({
    clock: systemClock,
    timers: systemTimers,
    log,
    store: createWishStore(database),
    journaled: wishesJournaled,
    callsWithinMs: () => sites.current().callerPolicy.repeatWithinMs,
  });
  const lastAgents = keepLastAgents({
    clock: systemClock,
    timers: systemTimers,
    log,
    read: readLastTalks(database),
    keptMs: () =>
      Math.max(
        sites.current().redial?.withinMs ?? 0,
        ...[...sites.current().queues.values()].map(({ sticky }) => sticky?.withinMs ?? 0),
      ),
  });
  const pins = createPinCheck((agentId) => secrets.pinOf(agentId), attempts);
  const codeHash = createCodeHash(config.callerSecret);
  const cases = createCaseStore({ database, clock: systemClock, hash: codeHash });
  const engine = createEngine({
    siteName: site.name,
    node: config.node,
    serviceVersion: version,
    clock: systemClock,
    timers: systemTimers,
    ids: uuidV7,
    telephony,
    store,
    journal: spool,
    callers,
    standings,
    memory,
    lastAgents,
    cases,
    duty: duty.view,
    messages: {
      send: async (order) => (await changed.messages?.send(order)) ?? { ok: false, code: 'numbersAway' },
    },
    sites,
    pins,
    events,
    log,
  });
  changed.engine = engine;

  await store.whenUp(redisPatienceMs);
  const lifeFile = join(config.home, 'alive');
  const livedAtMs = lastSignOfLife(lifeFile);
  await engine.start(recoveredState(recovered, livedAtMs));
  const endSigns = giveSignsOfLife(lifeFile, nowMs, (error) =>
    log.warn({ error: String(error) }, 'no sign of life could be left; a gap may be shown too long'),
  );
  await callers
    // A sealed call's number has only to be written away.
    .restore(
      engine
        .contacts()
        .filter((contact) => !isSealed(contact))
        .map(({ arrival }) => arrival.callerKey),
    )
    .catch((error: unknown) =>
      log.warn({ error: String(error) }, 'the numbers of living calls are not back yet'),
    );
  const [toDatabase = spool, toQueueLog = spool] = shareSpool(spool, config.queueLogFile === null ? 1 : 2);
  const queueLog =
    config.queueLogFile === null
      ? undefined
      : startQueueLog({
          file: config.queueLogFile,
          source: toQueueLog,
          onTrouble: (reason) =>
            log.error({ reason }, 'queue_log cannot be written; its lines wait in the spool'),
        });
  const writer = startJournalWriter({
    database,
    source: toDatabase,
    node: config.node,
    onNews: (news) => tellWriterNews(news, log, engine),
  });
  const callRecords = startCdrReader({
    file: config.cdrFile,
    note: (call) => engine.missedCall(call),
    isKept: () => !spool.stats().full && callers.unwritten() === 0,
    log,
  });
  const lookAtDates = () => {
    const site = sites.current();
    const { changes } = duty.view(site);
    for (const { alarm, about, set } of dateAlarms(site, engine.condition().alarms, nowMs(), changes))
      engine.alarm(alarm, about, set);
  };
  changed.lookAtDates = lookAtDates;
  lookAtDates();
  const datesTimer = setInterval(lookAtDates, datesEveryMs);
  const numbers: NumberBook = {
    find: async (callerKey) => callers.numberOf(callerKey) ?? (await callerTable.read(callerKey)),
  };
  const records = createRecordStore(database);
  const messageParts = {
    store: messageStore,
    stopList,
    numbers,
    sites,
    clock: systemClock,
    note: engine.note,
  };
  const desk = createMessageDesk({
    ...messageParts,
    isSealed: async (contactId) => {
      const live = engine.contacts().find(({ id }) => id === contactId);
      if (live !== undefined) return isSealed(live);
      return ((await records.contact(contactId))?.record.sealed ?? null) !== null;
    },
  });
  changed.messages = desk;
  const sender = startMessageSender({
    ...messageParts,
    timers: systemTimers,
    chance: Math.random,
    gateway: gatewayOf(config, nowMs, log),
    alarm: (stands) => engine.alarm('messagesFailing', 'gateway', stands),
    log,
  });
  const packets = createPacketStore(database);
  const packetSender = startPacketSender({
    ...{ store: packets, numbers, sites, clock: systemClock, timers: systemTimers, chance: Math.random, log },
    way: createPacketWebhook({ nowMs }),
    secretOf: createWebhookSecrets(join(config.secretsDir, 'webhooks')),
    contactOf: async (contactId) => {
      const live = engine.contacts().find(({ id }) => id === contactId);
      if (live !== undefined) return packetContactOf(live);
      const found = await records.contact(contactId);
      return found === undefined ? undefined : packetContactOfRecord(found);
    },
    note: engine.note,
    taken: engine.consults.packetTaken,
    alarm: (targetId, stands) => engine.alarm('packetsFailing', targetId, stands),
  });
  const studio = createPromptStudio({
    soundsDir: dirname(config.soundsManifest),
    recordingsDir: join(config.home, 'prompt-recordings'),
    store: prompts,
  });
  const inTurn = createSiteTurn();
  const versionsDir = join(config.home, 'site-versions');
  const versions = createVersionStore({ versionsDir, draftsDir: join(config.home, 'site-drafts') });
  await versions.noteFolder(config.flowsDir);
  const publisher = createSitePublisher({
    folder: {
      dir: config.flowsDir,
      store: versions,
      lockFile: join(versionsDir, 'lock'),
      nowMs,
    },
    sites,
    inTurn,
    judge: judgeInThread,
    sounds: soundMaker,
    hasRecording: studio.has,
    onVersions: noteVersions(engine, livedAtMs ?? nowMs()),
  });
  const lookAtVersions = () =>
    void publisher
      .look()
      .catch((error: unknown) => log.error({ error: String(error) }, 'the versions cannot be looked at'));
  lookAtVersions();
  const versionsTimer = setInterval(lookAtVersions, versionsEveryMs);
  const { gatewaySecret } = config.messages;
  const [accountStore, passwords] = [createAccountStore(database), createPasswords()];
  const book = createAccountBook({
    store: accountStore,
    passwords,
    firstAccounts: firstAccountsOf(config),
    nowMs,
    log,
  });
  const http = await createHttpServer({
    engine,
    sites,
    records,
    pins,
    accounts: {
      store: accountStore,
      book,
      passwords,
      codes: createOneTimeCodes({ key: config.totpKey, issuer: `12345 ${site.name}` }),
      attempts,
    },
    auditReader: createAuditTrail(database),
    callerOf: (number) =>
      identifyCaller(number, { secret: config.callerSecret, homeAreaCode: site.areaCode }),
    recordingsDir: config.recordingsDir,
    editor: createSiteEditor({
      dir: config.flowsDir,
      historyDir: join(config.home, 'site-history'),
      sites,
      nowMs,
      inTurn,
      work: workInThread,
    }),
    publisher,
    speaker: soundMaker,
    messages: {
      desk,
      store: messageStore,
      stopList,
      isSigned: (word, atMs) => isSigned(gatewaySecret, word, atMs),
    },
    packets,
    openings: createOpeningStore(database),
    limits,
    duty: { book: duty, store: dutyStore },
    numbers,
    standingsChanged: () => standings.refresh(),
    cases: { store: cases, hash: codeHash },
    secrets,
    events,
    eventSounds,
    studio,
    sip: config.sip,
    kioskToken: config.kioskToken,
    pagesDir: config.pagesDir,
    sessionSecret: config.sessionSecret,
    secureCookie: config.secureCookie,
    sessions: redis,
    sessionKeyOf: keys.session,
    backlogBytes: () => writer.stats().backlogBytes,
    version,
    nowMs,
    log,
  });
  void mendRecordings(config, nowMs(), log);
  ami.connect({ onTrouble: (error) => log.warn({ error: error.message }, 'AMI') });
  telephony.connect();
  await book.start(accountsPatienceMs);
  await http.listen({ host: config.http.host, port: config.http.port });
  // A start's own work is no slowness.
  const endWatch = watchEventLoop((slow, longestMs) => {
    if (slow) log.warn({ longestMs }, 'the event loop was held up');
    engine.alarm('eventLoopSlow', config.node, slow);
  });
  log.info({ version, site: site.name, siteVersion: site.version, port: config.http.port }, 'Yihao is there');

  return async () => {
    clearInterval(datesTimer);
    clearInterval(versionsTimer);
    endWatch();
    endSigns();
    book.stop();
    standings.stop();
    duty.stop();
    lastAgents.stop();
    memory.stop();
    await callRecords.stop();
    engine.stop();
    await Promise.allSettled([
      http.close(),
      sender.stop(),
      packetSender.stop(),
      writer.stop(),
      queueLog?.stop(),
      ari.close(),
      ami.close(),
      callers.close(),
    ]);
    await Promise.allSettled([store.close(), spool.close(), database.destroy()]);
    redis.disconnect();
  };
}

/** What an emergency line or a utility may be told of a living contact. */
function packetContactOf({ arrival, disposition, ...contact }: Contact): PacketContact {
  const { callerKey, callerShown, dnis, entryId } = arrival;
  const { district = null, category = null, matterNumber = null } = disposition;
  return {
    callerKey,
    callerShown,
    isSealed: isSealed(contact),
    dnis,
    entryId,
    district,
    category,
    matterNumber,
  };
}

/** The same of one that is over. */
function packetContactOfRecord({
  record,
  journal,
}: NonNullable<Awaited<ReturnType<RecordStore['contact']>>>): PacketContact {
  const { dnis, entryId, district, category, matterNumber } = record;
  const arrived = journal.find(({ type }) => type === 'ContactArrived')?.data as Partial<Arrival> | undefined;
  const shown = { callerKey: record.callerKey as CallerKey, callerShown: arrived?.callerShown === true };
  return { ...shown, isSealed: record.sealed !== null, dnis, entryId, district, category, matterNumber };
}

/** A gateway, or a file that nobody is written to from. */
function gatewayOf({ messages }: Config, nowMs: () => number, log: Log) {
  const { gatewayUrl: url, gatewaySecret: secret, outboxFile } = messages;
  if (url !== null) return createHttpGateway({ url, secret, nowMs });
  log.info({ file: outboxFile }, 'no YIHAO_SMS_URL: short messages are written to a file and reach nobody');
  return createFileOutbox(outboxFile, nowMs);
}

/** 三员 and the hotline's administrator. */
function firstAccountsOf({ firstPasswords: { admin, security, audit, hotline } }: Config): FirstAccount[] {
  return [
    { name: 'admin', displayName: '系统管理员', role: 'systemAdmin', password: admin },
    { name: 'security', displayName: '安全管理员', role: 'securityAdmin', password: security },
    { name: 'audit', displayName: '审计管理员', role: 'auditAdmin', password: audit },
    { name: 'hotline', displayName: '热线管理员', role: 'hotlineAdmin', password: hotline },
  ];
}

async function loadSite(
  config: Config,
  log: Log,
  onReload: (site: Site) => Promise<void>,
): Promise<SiteHolder> {
  const loaded = await createSiteHolder({
    dir: config.flowsDir,
    nowMs: () => systemClock.nowMs(),
    check: checkInThread,
    onReload,
  });
  if (!loaded.ok) {
    for (const finding of loaded.findings)
      log.error({ finding: formatFinding(finding, 'zh') }, 'the site cannot be used');
    throw new Error(`${config.flowsDir}: ${loaded.findings.length} findings; run: npm run flows -- check`);
  }
  for (const warning of loaded.holder.current().warnings)
    log.warn({ finding: formatFinding(warning, 'zh') }, 'site');
  return loaded.holder;
}

function accountsOf(sites: SiteHolder, secrets: SecretBook) {
  return [...sites.current().devices.keys()].flatMap((deviceId) => {
    const password = secrets.passwordOf(deviceId);
    return password === undefined ? [] : [{ deviceId, password }];
  });
}

/** The spool's streams as the engine takes them; in a quiet night the last sign of life is newer than any fact. */
function recoveredState(streams: readonly RecoveredStream[], livedAtMs: number | null): Recovered {
  const imagesOf = (wanted: RecoveredStream['stream']) =>
    streams.flatMap(({ stream, image }) => (stream === wanted && image !== null ? [image] : []));
  const instants = streams.flatMap(({ atMs }) => (atMs === null ? [] : [atMs]));
  const nextSeqs = new Map(streams.map(({ stream, id, lastSeq }) => [`${stream} ${id}`, lastSeq + 1]));
  return {
    image: { contacts: imagesOf('contact') as Contact[], agents: imagesOf('agent') as Agent[] },
    lastAtMs: instants.length === 0 ? null : Math.max(...instants, livedAtMs ?? 0),
    nextSeq: (stream, id) => nextSeqs.get(`${stream} ${id}`) ?? 0,
  };
}

function tellSpoolTrouble(trouble: SpoolTrouble, log: Log, engine: Engine | undefined): void {
  log.error({ trouble }, 'the spool is in trouble');
  if (trouble.type === 'full') engine?.alarm('spoolDiskFull', 'spool', true);
  if (trouble.type !== 'room') return;
  engine?.alarm('spoolDiskFull', 'spool', false);
  engine?.note({ type: 'DataGap', fromMs: trouble.fromMs, toMs: trouble.toMs, part: 'spool' });
}

function tellWriterNews(news: WriterNews, log: Log, engine: Engine): void {
  switch (news.type) {
    case 'lost':
      log.error({ reason: news.reason }, 'the database is away; the spool keeps everything');
      engine.alarm('databaseAway', 'database', true);
      return engine.note({ type: 'PartLost', part: 'database', reason: news.reason });
    case 'back':
      engine.alarm('databaseAway', 'database', false);
      return engine.note({ type: 'PartBack', part: 'database', awayMs: news.awayMs });
    case 'refused':
      return log.error({ refusals: news.refusals }, 'the database refused facts; they are put aside');
  }
}

/** Recordings that the last crash left open; Asterisk may have been down with us for days. */
async function mendRecordings(config: Config, nowMs: number, log: Log): Promise<void> {
  const today = dayKeyAt(nowMs);
  const days = Array.from({ length: mendDays }, (_, n) => addDays(today, -n).replaceAll('-', '/'));
  const { mended } = await repairRecordings(config.recordingsDir, days, nowMs);
  if (mended.length > 0) log.warn({ mended }, 'recordings cut off by a crash were mended');
}

/** Ends in good order on the first signal; at once on the second, or when something hangs. */
function endOnSignal(log: Log, end: () => Promise<void>): void {
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (ending) process.exit(1);
      ending = true;
      log.info({ signal }, 'ending');
      setTimeout(() => process.exit(1), endMs).unref();
      void end().then(() => process.exit(0));
    });
  }
}

const log = pino({ level: process.env['YIHAO_LOG_LEVEL'] || 'info', base: null });
try {
  endOnSignal(log, await run(readConfig(process.env, projectDir), log));
} catch (error) {
  log.fatal({ error: error instanceof Error ? error.message : String(error) }, 'Yihao cannot start');
  process.exitCode = 1;
  setTimeout(() => process.exit(1), endMs);
}
