// @ts-check
// npm run kpis: counts the calls of a period anew from the raw journal, call by call, and says where the service tells otherwise.
// It shares nothing with the code it checks: what counts as what is written here once more, from docs/glossary.md alone.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { layoutOf } from './run/layout.mjs';
import { databaseUrl } from './run/postgres.mjs';

const usage = `用法 usage: npm run kpis -- --from 2026-11-23 --to 2026-11-24 [选项 options]
  --from, --to          时段 period [from, to):一日 a day, or epoch ms;最长 31 天 at most 31 days
  --api URL             服务地址 the service;默认 default http://127.0.0.1:12340
  --user 工号             班长 a supervisor;默认 default 1001, 密码 PIN from YIHAO_HOME/secrets/pins.json
  --password-file FILE  或用其中的密码 or the password in it
  --database URL        日志所在数据库 the journal's database;默认为本机 default: this machine's
  --within-ms N         应答时限 the answer time;默认 default 15000`;

/** What the ledger's tag takes out of every rate; prompt-only calls only as long as they never came into line. */
const outside = new Set(['testCall', 'blocked', 'promptOnly']);

/** @typedef {{ atMs: number, seq: number, type: string, data: Record<string, any> }} Fact */
/** @typedef {{ arrivedAtMs: number, excluded: boolean, answered: boolean, over: boolean, abandoned: boolean, waitMs: number | null }} Call */

/** One call by its facts. @param {readonly Fact[]} facts @returns {Call} */
function callOf(facts) {
  const [first] = facts;
  if (first === undefined) throw new Error('a call without facts');
  const missed = facts.find(({ type }) => type === 'CallMissedByService');
  const arrived = facts.find(({ type }) => type === 'ContactArrived') ?? missed;
  // Who overflowed from our line to a sub-centre and was answered there was answered, late.
  const queuedAt = facts.findIndex(({ type }) => type === 'ContactQueued');
  const connected = facts.find(
    ({ type }, at) =>
      type === 'AgentConnected' || (type === 'CentreConnected' && queuedAt >= 0 && at > queuedAt),
  );
  const ended = facts.find(({ type }) => type === 'ContactEnded');
  const queued = facts.some(({ type }) => type === 'ContactQueued');
  // What happened last to his place in line: a citizen whom the queue let go has not given up.
  const line = facts.filter(({ type }) => type === 'ContactQueued' || type === 'QueueExited').at(-1);
  const tag = String(arrived?.data['tag'] ?? '');
  const arrivedAtMs = Number(arrived?.data['arrivedAtMs'] ?? arrivalWithout(first));
  return {
    arrivedAtMs,
    excluded: outside.has(tag) && !(tag === 'promptOnly' && queued),
    answered: connected !== undefined,
    over: ended !== undefined || missed !== undefined,
    abandoned:
      connected === undefined &&
      ended?.data['by'] === 'citizen' &&
      ended.data['reason'] !== 'node' &&
      line?.type !== 'QueueExited',
    waitMs: connected === undefined ? null : connected.atMs - arrivedAtMs,
  };
}

/** Where the arrival was lost with a full disk, the first thing known stands in. @param {Fact} first */
function arrivalWithout(first) {
  return first.type === 'AgentConnected' ? first.atMs - Number(first.data['waitedMs']) : first.atMs;
}

/** @param {Iterable<Call>} calls @param {number} withinMs */
function countsOf(calls, withinMs) {
  const counted = [...calls].filter(({ excluded, answered, over }) => !excluded && (answered || over));
  const answered = counted.filter((call) => call.answered);
  const sum = (/** @type {Call[]} */ list) => list.reduce((all, { waitMs }) => all + (waitMs ?? 0), 0);
  return {
    offered: counted.length,
    answered: answered.length,
    within15: answered.filter(({ waitMs }) => (waitMs ?? 0) <= withinMs).length,
    abandoned: counted.filter(({ abandoned }) => abandoned).length,
    answeredWaitMs: sum(answered),
  };
}

const dayMs = 86_400_000;

/** The facts of the table `journal`, those of calls that began before or went on after the period too. @param {string} url @param {{ fromMs: number, toMs: number }} period */
async function factsOf(url, { fromMs, toMs }) {
  const client = new pg.Client({ connectionString: url, statement_timeout: 120_000 });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select id, seq, at_ms, type, data from journal
       where stream = 'contact' and at_ms >= $1 and at_ms < $2 order by id, seq`,
      [fromMs - dayMs, toMs + dayMs],
    );
    return rows.map(({ id, seq, at_ms, type, data }) => ({
      id: String(id),
      fact: { atMs: Number(at_ms), seq: Number(seq), type: String(type), data },
    }));
  } finally {
    await client.end();
  }
}

/** @param {readonly { id: string, fact: Fact }[]} rows @param {{ fromMs: number, toMs: number }} period */
function callsOf(rows, { fromMs, toMs }) {
  /** @type {Map<string, Map<number, Fact>>} */
  const byId = new Map();
  for (const { id, fact } of rows) byId.set(id, (byId.get(id) ?? new Map()).set(fact.seq, fact));
  const calls = [...byId].map(([id, facts]) => {
    const call = callOf([...facts.values()].sort((one, other) => one.seq - other.seq));
    return /** @type {const} */ ([id, call]);
  });
  return new Map(calls.filter(([, { arrivedAtMs }]) => arrivedAtMs >= fromMs && arrivedAtMs < toMs));
}

/** What the service says. @param {string} api @param {string} user @param {string} password */
async function serviceAt(api, user, password) {
  const login = await fetch(`${api}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  });
  if (!login.ok) throw new Error(`log-in as ${user}: ${String(login.status)} ${await login.text()}`);
  const cookie = (login.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  /** @param {string} address @returns {Promise<any>} */
  const get = async (address) => {
    const answer = await fetch(`${api}${address}`, { headers: { cookie } });
    if (answer.status === 429) return sleep(10_000).then(() => get(address));
    if (!answer.ok) throw new Error(`${address}: ${String(answer.status)} ${await answer.text()}`);
    return answer.json();
  };
  return get;
}

/** Compares both and returns what differs, a line each. @param {Map<string, Call>} calls @param {Map<string, any>} records */
function differencesByCall(calls, records) {
  const lines = [...records.keys()]
    .filter((id) => !calls.has(id))
    .map((id) => `${id}: no such call in the journal`);
  for (const [id, call] of calls) {
    const record = records.get(id);
    if (record === undefined) lines.push(`${id}: not among the service's records`);
    else
      for (const [name, ours, theirs] of [
        ['arrivedAtMs', call.arrivedAtMs, record.arrivedAtMs],
        ['excluded', call.excluded, record.excluded !== null],
        ['answered', call.answered, record.answered],
        ['over', call.over, record.endedAtMs !== null],
        ['abandoned', call.abandoned, record.missedCause === 'abandoned'],
        ['waitMs', call.waitMs, record.answered ? record.waitMs : null],
      ])
        if (ours !== theirs) lines.push(`${id}: ${name} is ${ours} by the journal, ${theirs} in the record`);
  }
  return lines;
}

/** @param {string} name @param {string | undefined} text */
function instantOf(name, text) {
  const atMs = /^\d{12,14}$/.test(text ?? '') ? Number(text) : Date.parse(`${text}T00:00:00+08:00`);
  if (Number.isNaN(atMs)) throw new Error(`--${name}: 2026-11-23 or epoch ms\n${usage}`);
  return atMs;
}

/** @param {string} user @param {string | undefined} file @param {string} pinsFile */
async function passwordOf(user, file, pinsFile) {
  if (file !== undefined) return (await readFile(file, 'utf8')).trim();
  const pins = JSON.parse(await readFile(pinsFile, 'utf8'));
  if (pins[user] === undefined) throw new Error(`--user ${user}: no such 工号 in ${pinsFile}`);
  return String(pins[user]);
}

async function main() {
  const texts = ['from', 'to', 'api', 'user', 'password-file', 'database', 'within-ms'];
  const options = Object.fromEntries(texts.map((name) => [name, /** @type {const} */ ({ type: 'string' })]));
  const values = /** @type {Record<string, string | undefined>} */ (parseArgs({ options }).values);
  const period = { fromMs: instantOf('from', values['from']), toMs: instantOf('to', values['to']) };
  const layout = layoutOf(process.env);
  const user = values['user'] ?? '1001';
  const password = await passwordOf(user, values['password-file'], path.join(layout.secrets, 'pins.json'));
  const api = values['api'] ?? `http://127.0.0.1:${String(layout.httpPort)}`;
  const facts = await factsOf(values['database'] ?? (await databaseUrl(layout)), period);
  const calls = callsOf(facts, period);
  const ours = countsOf(calls.values(), Number(values['within-ms'] ?? 15_000));

  const get = await serviceAt(api, user, password);
  const between = `from=${String(period.fromMs)}&to=${String(period.toMs)}`;
  const { counts, figures } = (await get(`/api/v1/kpis?by=day&${between}`)).total;
  const records = new Map();
  for (let cursor = ''; ;) {
    const page = await get(`/api/v1/contacts?limit=200&${between}${cursor && `&cursor=${cursor}`}`);
    for (const record of page.contacts) records.set(record.contactId, record);
    if (page.cursor === null) break;
    cursor = page.cursor;
  }

  const lines = differencesByCall(calls, records);
  const { offered, answered, within15 } = ours;
  for (const [name, mine, theirs] of [
    ['offered 呼入总量', offered, counts.offered],
    ['answered 人工接通量', answered, counts.answered],
    ['abandoned 放弃', ours.abandoned, figures.abandonRate.numerator],
    ['answerRate 接通率', `${answered}/${offered}`, fraction(figures.answerRate)],
    ['15 s 按呼入 of offered', `${within15}/${offered}`, fraction(figures.within15OfOffered)],
    ['15 s 按接通 of answered', `${within15}/${answered}`, fraction(figures.within15OfAnswered)],
    ['asa 平均应答(毫秒/次)', `${ours.answeredWaitMs}/${answered}`, fraction(figures.asa)],
  ]) {
    console.log(`  ${name}: ${mine}`);
    if (mine !== theirs) lines.push(`${name}: ${mine} by the journal, ${theirs} by the service`);
  }
  for (const line of lines) console.log(`≠ ${line}`);
  console.log(`${String(calls.size)} 个来电 calls, ${String(lines.length)} 处不符 differences`);
  if (lines.length > 0 && period.toMs > Date.now())
    console.log(
      '时段尚未结束,读取期间的来电在变化:请把 --to 定在几分钟之前再算一次。 The period still runs and its calls changed meanwhile: set --to some minutes back.',
    );
  process.exitCode = lines.length === 0 ? 0 : 1;
}

/** @param {{ numerator: number, denominator: number }} figure */
const fraction = ({ numerator, denominator }) => `${numerator}/${denominator}`;

await main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
