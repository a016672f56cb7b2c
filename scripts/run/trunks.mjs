// @ts-check
// Reads ivr-flows/trunks.yaml, and refuses what could not be written into Asterisk's configuration.

import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { parse } from 'yaml';
import { loadBuilt } from '../prompts/core.mjs';
import { SettingError } from './layout.mjs';

/**
 * @typedef {object} Trunk
 * @property {string} id
 * @property {'address' | 'registration'} kind
 * @property {readonly string[]} addresses from which its calls come: IP addresses or networks (a.b.c.d/n)
 * @property {boolean} trustIdInbound whether P-Asserted-Identity is believed
 * @property {number} maxLines calls at one time
 * @property {'requestUri' | 'to'} didFrom where the dialled number stands
 * @property {string | undefined} contact SIP URI that calls to the carrier go to, and that is asked whether it lives
 * @property {string} server host[:port] to register with (registration)
 * @property {string} username (registration)
 * @property {string} passwordFile name of a file under YIHAO_HOME/secrets (registration)
 */

/**
 * @typedef {object} TrunkPlan
 * @property {number} maxCalls calls at one time over all trunks
 * @property {readonly string[]} dutyPhones what Asterisk dials, `PJSIP/…`
 * @property {readonly Trunk[]} trunks
 */

const WORD = /^[a-z][a-z0-9]{0,31}$/;
const HOST = /^[A-Za-z0-9.-]+(:\d{1,5})?$/;
const ACCOUNT = /^[0-9A-Za-z+._-]{1,64}$/;
const SIP_URI = /^sip:([0-9A-Za-z+._-]+@)?[A-Za-z0-9.-]+(:\d{1,5})?(;transport=(udp|tcp))?$/;
const NUMBER = /^[0-9]{3,16}$/;

/**
 * @param {string} file
 * @param {string} where
 * @param {string} zh
 * @param {string} en
 * @returns {never}
 */
function refuse(file, where, zh, en) {
  throw new SettingError(`${file} ${where}:${zh}。 ${en}.`);
}

/** @param {unknown} value */
function isNetwork(value) {
  const [address = '', bits, more] = String(value).split('/');
  return isIP(address) !== 0 && more === undefined && (bits === undefined || /^\d{1,3}$/.test(bits));
}

/** @param {unknown} value @returns {Record<string, unknown>} */
function recordOf(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** @param {unknown} value @returns {readonly unknown[]} */
function listOf(value) {
  return Array.isArray(value) ? value : [];
}

/**
 * @param {unknown} value
 * @param {string} file
 * @returns {Trunk}
 */
function trunkOf(value, file) {
  const row = recordOf(value);
  const id = String(row['id'] ?? '');
  const where = `trunks.${id || '?'}`;
  const check = (/** @type {boolean} */ ok, /** @type {string} */ key, /** @type {string} */ form) => {
    if (!ok) refuse(file, `${where}.${key}`, `应为${form}`, `${key} is missing or not of the form ${form}`);
  };
  check(WORD.test(id), 'id', '[a-z][a-z0-9]*');
  const kind = row['kind'] === 'registration' ? 'registration' : 'address';
  check(row['kind'] === kind, 'kind', 'address | registration');
  const addresses = listOf(row['addresses']).map(String);
  check(addresses.length > 0 && addresses.every(isNetwork), 'addresses', "['192.0.2.10']");
  const maxLines = Number(row['maxLines']);
  check(Number.isInteger(maxLines) && maxLines > 0, 'maxLines', '1, 2, 3 …');
  const didFrom = row['didFrom'] === 'to' ? 'to' : 'requestUri';
  check((row['didFrom'] ?? didFrom) === didFrom, 'didFrom', 'requestUri | to');
  const contact = row['contact'] === undefined ? undefined : String(row['contact']);
  check(contact === undefined || SIP_URI.test(contact), 'contact', 'sip:192.0.2.10:5060');
  const [server, username, passwordFile] = ['server', 'username', 'passwordFile'].map((key) =>
    String(row[key] ?? ''),
  );
  if (kind === 'registration') {
    check(HOST.test(server ?? ''), 'server', 'sip.example.net');
    check(ACCOUNT.test(username ?? ''), 'username', '[0-9A-Za-z+._-]');
    check(ACCOUNT.test(passwordFile ?? ''), 'passwordFile', 'trunk-carrier');
  } else {
    check(didFrom === 'requestUri', 'didFrom', 'requestUri');
  }
  return {
    id,
    kind,
    addresses,
    trustIdInbound: row['trustIdInbound'] === true,
    maxLines,
    didFrom,
    contact,
    server: server ?? '',
    username: username ?? '',
    passwordFile: passwordFile ?? '',
  };
}

/**
 * @param {unknown} value
 * @param {readonly Trunk[]} trunks
 * @param {string} file
 */
async function dutyPhoneOf(value, trunks, file) {
  const { device, trunk, number } = recordOf(value);
  if (ACCOUNT.test(String(device ?? ''))) return `PJSIP/${String(device)}`;
  const known = trunks.some(({ id, contact }) => id === trunk && contact !== undefined);
  const { neverDialled } = await loadBuilt('contact/dial-out');
  // Asterisk dials it by itself while the service is away: the service, whose rules say more, refuses to start with any other.
  const dialled = NUMBER.test(String(number ?? '')) && neverDialled(String(number)) === null;
  if (known && dialled) return `PJSIP/${String(number)}@${String(trunk)}`;
  return refuse(
    file,
    'dutyPhones',
    '请写 device,或写 trunk(须有 contact)与可以拨打的 number',
    'Write a device, or a trunk that has a contact and a number that may be dialled',
  );
}

/** @param {string} file */
async function readYaml(file) {
  const text = await readFile(file, 'utf8').catch(() =>
    refuse(file, '', '文件不存在或不可读', 'The file is missing or cannot be read'),
  );
  try {
    return /** @type {unknown} */ (parse(text));
  } catch (error) {
    return refuse(file, '', `YAML 格式有误(${String(error)})`, 'This is no YAML');
  }
}

/**
 * What trunks.yaml says.
 * @param {string} flows the folder that holds it
 * @returns {Promise<TrunkPlan>}
 * @throws {SettingError} naming the file and the field
 */
export async function readTrunkPlan(flows) {
  const file = path.join(flows, 'trunks.yaml');
  const plan = recordOf(await readYaml(file));
  const trunks = listOf(plan['trunks']).map((row) => trunkOf(row, file));
  const maxCalls = Number(plan['maxCalls']);
  if (!Number.isInteger(maxCalls) || maxCalls < 1)
    refuse(file, 'maxCalls', '应为正整数', 'maxCalls is a positive integer');
  if (new Set(trunks.map(({ id }) => id)).size !== trunks.length)
    refuse(file, 'trunks', 'id 重复', 'Two trunks have one id');
  return {
    maxCalls,
    trunks,
    dutyPhones: await Promise.all(
      listOf(plan['dutyPhones']).map((phone) => dutyPhoneOf(phone, trunks, file)),
    ),
  };
}
