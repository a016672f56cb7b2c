// @ts-check
// The secrets: all there, none empty, each readable by its owner alone.

import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { SECRETS } from '../install/secrets.mjs';
import { fault, ok } from './finding.mjs';
import { quoted } from './patient.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeSecrets(patient) {
  const { secrets } = patient.layout;
  const names = await readdir(secrets).catch(() => /** @type {string[]} */ ([]));
  const found = [
    ...(await missingSecrets(patient, names)),
    ...(await openSecrets(patient, names)),
    ...(await brokenLists(patient, names)),
  ];
  return found.length > 0
    ? found
    : [ok('secrets', `密钥 ${names.length} 个,只有本人可读。`, 'Secrets are closed.')];
}

/** @param {Patient} patient @param {readonly string[]} names */
async function missingSecrets({ layout, here }, names) {
  const filled = await Promise.all(
    SECRETS.map(
      async (name) => (await readFile(path.join(layout.secrets, name), 'utf8').catch(() => '')).trim() !== '',
    ),
  );
  const missing = SECRETS.filter((_, at) => filled[at] === false);
  if (missing.length === 0) return [];
  const empty = missing
    .filter((name) => names.includes(name))
    .map((name) => quoted(path.join(layout.secrets, name)));
  const clear = empty.length === 0 ? '' : `rm ${empty.join(' ')} && `;
  const zh = `缺少密钥 ${missing.join('、')}。`;
  // These two belong to data that is there: a new one would not fit.
  const bound = missing.filter((name) => ['caller-key', 'postgres', 'totp-key'].includes(name));
  const hasData = (await stat(path.join(layout.postgres, 'finished')).catch(() => undefined)) !== undefined;
  if (bound.length > 0 && hasData) {
    const files = bound.map((name) => `secrets/${name}`).join(' ');
    const mend = `tar -xf "$(ls -t ${quoted(path.join(layout.home, 'backups'))}/*.tar | head -n 1)" -C ${quoted(layout.home)} ${files}`;
    return [
      fault('secrets.missing', `${zh}须从备份取回。`, 'Secrets are missing: take them from a backup.', mend),
    ];
  }
  return [fault('secrets.missing', zh, 'Secrets are missing.', `${clear}${here('scripts/setup --for run')}`)];
}

/** @param {Patient} patient @param {readonly string[]} names */
async function openSecrets({ layout, owner }, names) {
  const places = [layout.secrets, ...names.map((name) => path.join(layout.secrets, name))];
  const seen = await Promise.all(places.map((place) => stat(place).catch(() => undefined)));
  const wrong = places.filter((_, at) => ((seen[at]?.mode ?? 0) & 0o077) !== 0);
  const foreign = places.filter((_, at) => seen[at] !== undefined && seen[at].uid !== owner);
  const found = [];
  if (wrong.length > 0) {
    const list = wrong.map((place) => path.basename(place)).join('、');
    const mend = `chmod -R u=rwX,go= ${quoted(layout.secrets)}`;
    found.push(fault('secrets.mode', `密钥对他人可读:${list}。`, 'Secrets are open to others.', mend));
  }
  if (foreign.length > 0) {
    const list = foreign.map((place) => path.basename(place)).join('、');
    const mend = `sudo chown -R ${owner} ${quoted(layout.secrets)}`;
    found.push(fault('secrets.owner', `密钥属于别的用户:${list}。`, 'Secrets belong to another user.', mend));
  }
  return found;
}

/** @param {Patient} patient @param {readonly string[]} names */
async function brokenLists({ layout }, names) {
  const found = [];
  for (const name of names.filter((one) => one.endsWith('.json'))) {
    const file = path.join(layout.secrets, name);
    const text = await readFile(file, 'utf8').catch(() => '');
    try {
      JSON.parse(text);
    } catch {
      const mend = `mv ${quoted(file)} ${quoted(`${file}.broken`)}`;
      found.push(
        fault(
          'secrets.list',
          `${name} 已损坏,移开后会重新生成。`,
          'The list is damaged: moved aside, it is made anew.',
          mend,
        ),
      );
    }
  }
  return found;
}
