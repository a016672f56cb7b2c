// @ts-check
// The gateway of short messages: whether anything answers at its address. Nothing is sent.

import { fault, ok } from './finding.mjs';
import { quoted } from './patient.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */

const ANSWER_MS = 4000;

/** Any answer will do: a gateway may well refuse this kind of request. @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeMessages({ env }) {
  const url = env['YIHAO_SMS_URL'];
  if (!url)
    return [
      ok(
        'messages',
        '没有设置短信网关(YIHAO_SMS_URL),短信只写入文件。',
        'No gateway of short messages is set.',
      ),
    ];
  try {
    const { status } = await fetch(url, {
      method: 'OPTIONS',
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (status < 500) return [ok('messages', '短信网关有应答。', 'The gateway of short messages answers.')];
  } catch {
    // told below
  }
  return [
    fault(
      'messages',
      '短信网关没有应答,短信在排队重试。',
      'The gateway of short messages does not answer; messages wait and are tried again.',
      `curl -sS -m 5 -o /dev/null -w '%{http_code}' -X OPTIONS ${quoted(url)}`,
    ),
  ];
}
