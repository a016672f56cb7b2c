// @ts-check
// The service as it tells of itself: ready, standing alarms, trunks, the event loop's delay, the version of its flows.

import { ALARMS } from './alarms.mjs';
import { fault, notice, ok, skipped } from './finding.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */
/** @typedef {{telephony: string, store: string, alarms: readonly {alarm: keyof typeof ALARMS, about: string, sinceMs: number}[], trunks: readonly {trunkId: string, registration: string}[]}} Condition */

const ANSWER_MS = 4000;
const SLOW_MS = 100;

/** @param {Patient} patient @param {string} address */
async function get({ layout }, address) {
  const answer = await fetch(`http://127.0.0.1:${layout.httpPort}${address}`, {
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  return answer.text();
}

/** @param {Patient} patient @returns {Promise<string | undefined>} its metrics, where it gives any */
export async function metricsOf(patient) {
  if (patient.parts.service === undefined) return undefined;
  return get(patient, '/metrics').catch(() => undefined);
}

/** @param {string | undefined} metrics @returns {string | undefined} */
export function siteVersionIn(metrics) {
  return /^yihao_info\{.*site_version="([^"]*)"/m.exec(metrics ?? '')?.[1];
}

/** @param {Patient} patient @param {Promise<string | undefined>} metrics @returns {Promise<readonly Finding[]>} */
export async function probeService(patient, metrics) {
  const { parts, restart } = patient;
  if (parts.service === undefined || parts.service.frozen)
    return [skipped('service', '服务没有运行,未检查。', 'The service does not run.')];
  /** @type {Condition} */
  let condition;
  try {
    condition = JSON.parse(await get(patient, '/readyz')).condition;
  } catch {
    return [fault('service', '服务没有应答。', 'The service does not answer.', restart('service'))];
  }
  const found = [
    ...partsSeen(patient, condition),
    ...condition.alarms.map(({ alarm, about }) => alarmFinding(patient, alarm, about)),
    ...condition.trunks
      .filter(({ registration }) => registration === 'failed')
      .map(({ trunkId }) => trunkFinding(patient, trunkId)),
  ];
  const delayMs =
    1000 * Number(/^yihao_event_loop_delay_p99_seconds (\S+)/m.exec((await metrics) ?? '')?.[1] ?? 0);
  if (delayMs > SLOW_MS)
    found.push(
      notice(
        'service.delay',
        `服务的事件循环迟了 ${Math.round(delayMs)} ms。`,
        'The event loop is held up.',
        'top -b -n 1 | head -n 15',
      ),
    );
  return found.length > 0
    ? found
    : [ok('service', '服务就绪,没有告警。', 'The service is ready, no alarm stands.')];
}

/** @param {Patient} patient @param {Condition} condition */
function partsSeen({ restart }, { telephony, store }) {
  const found = [];
  if (telephony !== 'connected')
    found.push(
      fault(
        'service.telephony',
        `服务没有连上 Asterisk(${telephony})。`,
        'It is not connected to Asterisk.',
        restart('asterisk'),
      ),
    );
  if (store !== 'up')
    found.push(
      fault(
        'service.store',
        `服务没有连上 Redis(${store})。`,
        'It is not connected to Redis.',
        restart('redis'),
      ),
    );
  return found;
}

/** @param {Patient} patient @param {keyof typeof ALARMS} alarm @param {string} about */
function alarmFinding(patient, alarm, about) {
  const remedy = ALARMS[alarm];
  const words = /** @type {const} */ ([`告警:${remedy.zh}(${about})。`, `Alarm: ${remedy.en}.`]);
  const tell = remedy.critical ? fault : notice;
  return tell(`alarm.${alarm}`, ...words, remedy.mend(patient));
}

/** @param {Patient} patient @param {string} trunk */
function trunkFinding({ layout, edit }, trunk) {
  const zh = `中继 ${trunk} 没有在运营商注册成功。`;
  return fault(
    `trunk.${trunk}`,
    zh,
    'The trunk is not registered with its carrier.',
    edit(`${layout.flows}/trunks.yaml`),
  );
}
