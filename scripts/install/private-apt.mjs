// @ts-check
// An apt of our own: one source (Debian forky), own lists and cache, an empty package status. Nothing of the system's state is read or changed.

import { access, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command.mjs';
import { SetupFailure } from './failure.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SUITE = 'forky';

/**
 * The machine's own apt settings (proxy, freshness) stay in force, since ours is read after them; signatures are always checked
 * against Debian's own keyring.
 * @param {string} dir
 */
function configOf(dir) {
  return `Dir::State "${dir}";
Dir::State::status "${dir}/status";
Dir::State::lists "${dir}/lists";
Dir::Cache "${dir}";
Dir::Cache::archives "${dir}/archives";
Dir::Etc::sourcelist "${dir}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::trusted "/dev/null";
Dir::Etc::trustedparts "/dev/null";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Install-Recommends "false";
APT::Sandbox::User "";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
`;
}

/** What apt's own words mean for whoever runs set-up; the first pattern that fits.
 * @type {readonly (readonly [RegExp, string, string])[]} */
const REASONS = [
  [
    /no space left|enough free space/i,
    '磁盘已满,请至少腾出 500 MB 后重试。',
    'The disk is full: free at least 500 MB and run set-up again.',
  ],
  [
    /NO_PUBKEY|not signed|EXPKEYSIG/i,
    '软件包签名无法核对,请先更新密钥包:sudo apt-get install debian-archive-keyring。',
    'The packages’ signatures cannot be checked: update the keys with sudo apt-get install debian-archive-keyring.',
  ],
  [
    /is expired|not valid yet/i,
    '软件源已过期或本机时钟不准,请校时,或用 YIHAO_DEBIAN_MIRROR 换一个镜像。',
    'The mirror is out of date or this clock is wrong: set the clock, or name another mirror in YIHAO_DEBIAN_MIRROR.',
  ],
];

/**
 * @param {string} words
 * @param {string} mirror
 */
function failureOf(words, mirror) {
  const reason = REASONS.find(([pattern]) => pattern.test(words));
  if (reason !== undefined) return new SetupFailure(reason[1], reason[2]);
  const line = words.split('\n').find((text) => text.startsWith('E:')) ?? words.trim().split('\n')[0] ?? '';
  return new SetupFailure(
    `无法从 ${mirror} 下载 Asterisk(${line})。请检查网络,或用 YIHAO_DEBIAN_MIRROR 换一个镜像后重试,已下载的会保留。`,
    `Asterisk cannot be downloaded from ${mirror}: check the network or name another mirror in YIHAO_DEBIAN_MIRROR and run again; what is downloaded stays.`,
  );
}

/** One private apt in one folder. */
export class PrivateApt {
  architecture = '';
  #mirror = process.env['YIHAO_DEBIAN_MIRROR'] || 'http://deb.debian.org/debian';

  /** @param {string} dir absolute */
  constructor(dir) {
    this.dir = dir;
  }

  /**
   * @param {readonly string[]} args
   * @param {Record<string, string>} [env]
   */
  async #run(args, env = {}) {
    const done = await runCommand('apt-get', ['-c', path.join(this.dir, 'apt.conf'), '-qq', ...args], {
      env: { ...process.env, LC_ALL: 'C', ...env },
    });
    if (done.code === 127) {
      throw new SetupFailure(
        '本机没有 apt。请改用 Dockerfile,或先自行安装 Asterisk 22.10 以上版本。',
        'There is no apt here: use the Dockerfile, or install Asterisk 22.10 or newer yourself first.',
      );
    }
    if (done.code !== 0 || /^W: .*(NO_PUBKEY|GPG error)/m.test(done.err))
      throw failureOf(done.err, this.#mirror);
  }

  /** Fetches the signed index. */
  async update() {
    await mkdir(path.join(this.dir, 'lists', 'partial'), { recursive: true });
    await mkdir(path.join(this.dir, 'archives', 'partial'), { recursive: true });
    await access(KEYRING).catch(() => {
      throw failureOf('NO_PUBKEY', this.#mirror);
    });
    await writeFile(path.join(this.dir, 'status'), '');
    await writeFile(
      path.join(this.dir, 'sources.list'),
      `deb [signed-by=${KEYRING}] ${this.#mirror} ${SUITE} main\n`,
    );
    await writeFile(path.join(this.dir, 'apt.conf'), configOf(this.dir));
    this.architecture = (await runCommand('dpkg', ['--print-architecture'])).out.trim();
    await this.#run(['update']);
  }

  /**
   * Downloads the packages and all they need; a broken download goes on where it stopped.
   * @param {readonly string[]} packages
   * @returns {Promise<string>} the folder that holds the .deb files
   */
  async download(packages) {
    await this.#run(['autoclean']); // only what the index still knows stays: a set of one piece
    await this.#run(['install', '--download-only', '--yes', ...packages]);
    return path.join(this.dir, 'archives');
  }
}
