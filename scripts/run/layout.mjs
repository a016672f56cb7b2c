// @ts-check
// Decides every path and port of one Yihao on one machine from its environment: the same environment gives the same places everywhere.

import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this file belongs to. */
export const projectDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Where one Yihao keeps and offers everything. Paths are absolute; ports are TCP unless named otherwise.
 * @typedef {object} Layout
 * @property {string} project the checkout
 * @property {string} home YIHAO_HOME, all state of this Yihao
 * @property {string} cache YIHAO_CACHE, downloads shared by all Yihaos of this user
 * @property {string} flows YIHAO_FLOWS, what a hotline's office edits
 * @property {string} site
 * @property {string} node
 * @property {string} bind the address SIP and RTP listen on; all else stays on loopback
 * @property {number} httpPort
 * @property {number} ariPort
 * @property {number} amiPort
 * @property {number} redisPort
 * @property {number} postgresPort
 * @property {number} sipPort UDP and TCP
 * @property {number} rtpStart first UDP port of RTP
 * @property {number} rtpEnd last UDP port of RTP
 * @property {string} secrets one secret a file
 * @property {string} asterisk
 * @property {string} asteriskEtc the rendered configuration
 * @property {string} redis
 * @property {string} postgres
 * @property {string} spool
 * @property {string} recordings
 * @property {string} sounds
 * @property {string} promptRecordings recordings of prompts that were uploaded by page
 * @property {string} siteVersions every version of what citizens hear
 * @property {string} siteDrafts drafts that wait for a second person
 * @property {string} eventPrompts the file of the event prompts
 * @property {string} eventSounds
 * @property {string} moh hold music
 * @property {string} cdr
 * @property {string} log
 * @property {string} run pid files and the lock
 */

/** A setting of the environment that cannot be used; the message says which and what to write instead. */
export class SettingError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'SettingError';
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @param {number} fallback
 */
function portOf(env, name, fallback) {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65530) return port;
  throw new SettingError(
    `${name}=${text} 不是可用的端口号,请写 1 到 65530 之间的整数。 ${name} is no port number: write an integer from 1 to 65530.`,
  );
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @param {string} fallback
 */
function dirOf(env, name, fallback) {
  return path.resolve(env[name] || fallback);
}

/** @param {NodeJS.ProcessEnv} env */
function cacheOf(env) {
  const base = env['XDG_CACHE_HOME'] || path.join(env['HOME'] || homedir(), '.cache');
  return dirOf(env, 'YIHAO_CACHE', path.join(base, 'yihao'));
}

/** @param {NodeJS.ProcessEnv} env */
function portsOf(env) {
  const base = portOf(env, 'YIHAO_PORT_BASE', 12340);
  return {
    httpPort: base,
    ariPort: base + 1,
    amiPort: base + 2,
    redisPort: base + 3,
    postgresPort: base + 4,
    sipPort: portOf(env, 'YIHAO_SIP_PORT', 5060),
    rtpStart: portOf(env, 'YIHAO_RTP_START', 14000),
    rtpEnd: portOf(env, 'YIHAO_RTP_END', 14999),
  };
}

/** @param {string} home */
function foldersOf(home) {
  const asterisk = path.join(home, 'asterisk');
  return {
    secrets: path.join(home, 'secrets'),
    asterisk,
    asteriskEtc: path.join(asterisk, 'etc'),
    redis: path.join(home, 'redis'),
    postgres: path.join(home, 'postgres'),
    spool: path.join(home, 'spool'),
    recordings: path.join(home, 'recordings'),
    sounds: path.join(home, 'sounds'),
    promptRecordings: path.join(home, 'prompt-recordings'),
    siteVersions: path.join(home, 'site-versions'),
    siteDrafts: path.join(home, 'site-drafts'),
    eventPrompts: path.join(home, 'event-prompts.json'),
    eventSounds: path.join(home, 'sounds', 'events'),
    moh: path.join(home, 'moh'),
    cdr: path.join(home, 'cdr'),
    log: path.join(home, 'log'),
    run: path.join(home, 'run'),
  };
}

/**
 * Every path and port of the Yihao that `env` describes.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Layout}
 * @throws {SettingError} a port that is none
 */
export function layoutOf(env) {
  const home = dirOf(env, 'YIHAO_HOME', path.join(projectDir, '.yihao'));
  return {
    project: projectDir,
    home,
    cache: cacheOf(env),
    flows: dirOf(env, 'YIHAO_FLOWS', path.join(projectDir, 'ivr-flows')),
    site: env['YIHAO_SITE'] || 'demo',
    node: env['YIHAO_NODE'] || 'n1',
    bind: env['YIHAO_BIND'] || '127.0.0.1',
    ...portsOf(env),
    ...foldersOf(home),
  };
}

/**
 * The environment that gives `layout` again: what a child process is started with.
 * @param {Layout} layout
 * @returns {Record<string, string>}
 */
export function envOf(layout) {
  return {
    YIHAO_HOME: layout.home,
    YIHAO_CACHE: layout.cache,
    YIHAO_FLOWS: layout.flows,
    YIHAO_SITE: layout.site,
    YIHAO_NODE: layout.node,
    YIHAO_BIND: layout.bind,
    YIHAO_PORT_BASE: String(layout.httpPort),
    YIHAO_SIP_PORT: String(layout.sipPort),
    YIHAO_RTP_START: String(layout.rtpStart),
    YIHAO_RTP_END: String(layout.rtpEnd),
  };
}
