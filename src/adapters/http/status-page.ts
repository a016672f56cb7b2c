// A plain page that tells how the site is doing: counts only, no names and no numbers, anew every 5 s.
import { dayKeyAt, dayMs, dayStartMs, formatClock, formatDuration } from '../../contact/civil-time.js';
import { shownState, type ShownAgentState } from '../../contact/agent.js';
import type { AlarmName } from '../../engine/ports.js';
import type { HttpParts } from './http-parts.js';
import { reportKpis, tallyRulesOf, type KpiRow } from './kpi-report.js';
import { viewQueues } from './views.js';

/** The page's only style; its hash is what the page's policy allows. */
export const statusStyle = `body{font:18px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a2433}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:1.6rem 0 .3rem}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #d5dce6}
td:not(:first-child),th:not(:first-child){text-align:right;font-variant-numeric:tabular-nums}
.bad{color:#b3261e;font-weight:600}small{color:#5a6675}`;

const stateNames: Readonly<Record<ShownAgentState, string>> = {
  ready: '空闲',
  ringing: '振铃',
  talking: '通话',
  hold: '保持',
  wrapup: '话后处理',
  break: '小休',
  missed: '未应答示忙',
  unreachable: '失联',
  busyOwnCall: '话机占用',
  offline: '离线',
};

const alarmNames: Readonly<Record<AlarmName, string>> = {
  nodeSick: '电话节点无应答',
  newContactAddress: '话机通话中更换地址',
  phoneMisconfigured: '话机设置有误',
  recordingFailed: '录音失败',
  recordingDiskLow: '录音磁盘不足',
  spoolDiskFull: '日志磁盘已满',
  databaseAway: '数据库无法访问',
  promptMissing: '缺少提示音',
  calendarMissing: '缺少节假日安排',
  eventLoopSlow: '服务响应迟缓',
};

/** Today's figures are counted at most so often, however many look at the page. */
const figuresKeptMs = 10_000;

type Cell = string | number;

/** A function that draws the page as it is now. */
export function createStatusPage(parts: HttpParts): () => Promise<string> {
  const today = createTodayFigures(parts);
  return async () => {
    const figures = await today();
    const site = parts.sites.current();
    const title = escape(site.entries.get(site.mainEntryId)?.name ?? site.name);
    return [
      '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">',
      `<meta name="viewport" content="width=device-width"><title>${title}</title><style>${statusStyle}</style></head>`,
      `<body><h1>${title} 实时运行</h1><p><small>数据更新于 ${formatClock(parts.nowMs())}</small></p>`,
      section('座席', ['状态', '人数'], agentRows(parts)),
      section('排队', ['队列', '当前排队', '最长等待', '可接座席', '在线座席'], queueRows(parts)),
      section('今日', ['指标', '数值', '分子/分母'], figures === null ? [] : figureRows(figures)),
      figures === null ? '<p class="bad">数据库暂时无法访问,通话不受影响。</p>' : '',
      section('部件', ['部件', '状况'], partRows(parts, figures !== null)),
      section('告警', ['告警', '对象', '始于'], alarmRows(parts)),
      '</body></html>',
    ].join('\n');
  };
}

/** Null while the database is away. One count at a time, kept for a while. */
function createTodayFigures({ records, sites, nowMs, log }: HttpParts): () => Promise<KpiRow | null> {
  let kept: { readonly atMs: number; readonly figures: Promise<KpiRow | null> } | undefined;

  async function count(atMs: number): Promise<KpiRow | null> {
    const fromMs = dayStartMs(dayKeyAt(atMs));
    const rules = tallyRulesOf(sites.current().metricsPolicy);
    try {
      return (await reportKpis(records, { fromMs, toMs: fromMs + dayMs, by: 'day' }, rules)).total;
    } catch (error) {
      log.warn({ error: String(error) }, 'no figures for the status page');
      return null;
    }
  }

  return () => {
    const atMs = nowMs();
    if (kept === undefined || atMs - kept.atMs >= figuresKeptMs) kept = { atMs, figures: count(atMs) };
    return kept.figures;
  };
}

function agentRows({ engine, sites }: HttpParts): readonly (readonly Cell[])[] {
  const live = engine.agents();
  const count = (state: ShownAgentState) => live.filter((agent) => shownState(agent) === state).length;
  const known = sites.current().agents.size;
  return (Object.keys(stateNames) as ShownAgentState[]).map((state) => [
    stateNames[state],
    state === 'offline' ? known - live.length + count(state) : count(state),
  ]);
}

function queueRows({ engine, sites, nowMs }: HttpParts): readonly (readonly Cell[])[] {
  return viewQueues(sites.current(), engine, nowMs()).map((queue) => [
    queue.name,
    queue.waiting,
    formatDuration(queue.longestWaitMs),
    queue.ready,
    queue.signedIn,
  ]);
}

function figureRows({ counts, figures, gapMs }: KpiRow): readonly (readonly Cell[])[] {
  const rate = (
    name: string,
    { text, numerator, denominator }: KpiRow['figures']['answerRate'],
  ): readonly Cell[] => [name, text, `${String(numerator)}/${String(denominator)}`];
  return [
    ['呼入总量', counts.offered, ''],
    rate('接通率', figures.answerRate),
    rate('15秒接通率(按呼入)', figures.within15OfOffered),
    rate('15秒接通率(按接通)', figures.within15OfAnswered),
    rate('服务触达率', figures.reached),
    ['平均应答时长', figures.asa.text, ''],
    ['最长等待', formatDuration(counts.longestWaitMs), ''],
    ['数据缺口', formatDuration(gapMs), ''],
  ];
}

function partRows({ engine }: HttpParts, databaseUp: boolean): readonly (readonly Cell[])[] {
  const { telephony, store, trunks } = engine.condition();
  const telephonyNames = {
    connected: '正常',
    disconnected: '未连接',
    sick: '异常',
    replaced: '已由其他服务接管',
  };
  return [
    ['电话节点', telephonyNames[telephony]],
    ['实时数据(Redis)', store === 'up' ? '正常' : '未连接'],
    ['数据库', databaseUp ? '正常' : '未连接'],
    ...trunks.map(({ trunkId, linesInUse, registration }): readonly Cell[] => [
      `中继 ${trunkId}`,
      `占用 ${String(linesInUse)}${registration === 'failed' ? ',未注册' : ''}`,
    ]),
  ];
}

function alarmRows({ engine }: HttpParts): readonly (readonly Cell[])[] {
  return engine
    .condition()
    .alarms.map(({ alarm, about, sinceMs }) => [alarmNames[alarm], about, formatClock(sinceMs)]);
}

function section(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '';
  const head = heads.map((text) => `<th>${text}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('');
  return `<h2>${title}</h2><table><tr>${head}</tr>${body}</table>`;
}

function cell(value: Cell): string {
  return typeof value === 'number' ? `<td class="n">${String(value)}</td>` : `<td>${escape(value)}</td>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
