// Reads emergency.yaml: emergency lines and public utilities, and holds them against trunks and what is never dialled. A site without it hands nobody over.
import { neverHandedOver } from '../contact/dial-out.js';
import type { DialRules } from '../contact/dial-out.js';
import type { Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import { targetKinds } from '../contact/hand-over-target.js';
import { checkTarget } from './check-target.js';
import { readTable, type Table } from './parse-rows.js';
import { acceptances, type Target, type TargetNumber, type TargetWebhook } from './target.js';

const second = 1_000;
const numbersMax = 8;

/** A target with the lines of its numbers. */
export interface TargetRow extends Target {
  readonly lines: readonly number[];
}

/** `emergency.yaml`. */
export function parseTargets(file: string, text: string): Table<TargetRow> {
  const known = [
    ...['id', 'name', 'en', 'key', 'kind', 'numbers', 'accept', 'acceptAfter', 'ring', 'atOnce'],
    ...['tellsCaller', 'tellsConfidential', 'webhook'],
  ];
  const keys = new Map<string, number>();
  return readTable(file, text, known, (fields) => {
    const name = fields.text('name');
    const kind = fields.oneOf('kind', targetKinds, 'utility');
    const isEmergency = kind === 'emergency';
    return {
      ...{ id: fields.id('id'), name, en: fields.text('en', name), key: readKey(fields, keys), kind },
      ...readNumbers(fields),
      accept: fields.oneOf('accept', acceptances, 'answer'),
      acceptAfterMs: fields.durationMs('acceptAfter', { min: 0, max: 120 * second }, 10 * second),
      ringMs: fields.durationMs('ring', { min: 5 * second, max: 60 * second }, 15 * second),
      atOnce: fields.whole('atOnce', { min: 1, max: 1_000 }, 10),
      tellsCaller: fields.flag('tellsCaller', isEmergency),
      tellsConfidential: fields.flag('tellsConfidential', isEmergency),
      webhook: fields.has('webhook') ? readWebhook(fields.section('webhook')) : null,
    };
  });
}

/** One figure, and nobody else's: the agent presses it after the feature code. */
function readKey(fields: Fields, seen: Map<string, number>): string {
  const key = fields.id('key', '');
  if (key === '') return '';
  if (!/^[0-9]$/.test(key))
    fields.wrong(['key'], 'badKey', {
      zh: "key 是一个按键,写在引号里,例如 '1'。",
      en: "key is one figure, quoted, such as '1'.",
    });
  const earlier = seen.get(key);
  if (earlier !== undefined)
    fields.wrong(['key'], 'keyTwice', {
      zh: `按键 ${key} 已用于第 ${String(earlier)} 行。请换一个。`,
      en: `Key ${key} is taken by line ${String(earlier)}: choose another.`,
    });
  seen.set(key, fields.line);
  return key;
}

function readNumbers(fields: Fields): Pick<TargetRow, 'numbers' | 'lines'> {
  const rows = fields.rows('numbers');
  if (rows.length === 0 || rows.length > numbersMax)
    fields.wrong(['numbers'], 'badNumbers', {
      zh: `numbers 须有 1 至 ${String(numbersMax)} 个号码,按顺序呼叫,每个写 number 和 trunk。`,
      en: `numbers has 1 to ${String(numbersMax)} numbers, called in this order, each with number and trunk.`,
    });
  return { numbers: rows.map(readNumber), lines: rows.map(({ line }) => line) };
}

function readNumber(row: Fields): TargetNumber {
  row.refuseOthers(['number', 'trunk']);
  return { number: row.id('number'), trunkId: row.id('trunk') };
}

function readWebhook(fields: Fields): TargetWebhook {
  fields.refuseOthers(['url', 'secret']);
  const url = fields.text('url');
  if (url !== '' && !isSafe(url))
    fields.wrong(['url'], 'badUrl', {
      zh: 'url 须是 https:// 地址,或本机的 http:// 地址,不带用户名和密码。',
      en: 'url is https://…, or http:// to this machine, without user and password.',
    });
  const secret = fields.id('secret');
  if (secret !== '' && !/^[a-z0-9][a-z0-9-]{0,40}$/.test(secret))
    fields.wrong(['secret'], 'badSecretName', {
      zh: 'secret 是密钥文件名(secrets/webhooks/ 下),只用小写字母、数字和横线,不是密钥本身。',
      en: 'secret names a file in secrets/webhooks/: lower-case letters, figures, dashes; it is not the secret itself.',
    });
  return { url, secret };
}

/** What is sent there names a citizen. */
function isSafe(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== '' || url.password !== '') return false;
  const isLocal = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal);
}

/** Every number goes out by a trunk that dials, and is none that nobody dials. */
export function checkTargets(
  { file, rows }: Table<TargetRow>,
  { dialsOut, dialRules }: { readonly dialsOut: ReadonlyMap<string, boolean>; readonly dialRules: DialRules },
): readonly Finding[] {
  return [...rows.values()].flatMap(({ row }) =>
    row.numbers.flatMap((one, at) => {
      const line = row.lines[at] ?? 1;
      const isRefused = one.number !== '' && neverHandedOver(dialRules, one.number) !== null;
      const faults = [...checkTarget(dialsOut, one), ...(isRefused ? [notDialled(one.number)] : [])];
      return faults.map((fault): Finding => ({ level: 'error', file, line, ...fault }));
    }),
  );
}

const notDialled = (number: string) => ({
  code: 'dialNotAllowed',
  zh: `不能拨打 ${number}:本热线自己的号码、声讯号码、接入码、国际号码以及 dial-out.yaml 中 refused 的号码一律不拨。`,
  en: `${number} is not dialled: the hotline's own, premium, access and foreign numbers never are, nor what dial-out.yaml refuses.`,
});
