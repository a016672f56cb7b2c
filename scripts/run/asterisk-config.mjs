// @ts-check
// Renders dialplans/ into YIHAO_HOME/asterisk/etc and lays out the folders Asterisk runs in.

import { chmod, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SettingError } from './layout.mjs';
import { readTrunkPlan } from './trunks.mjs';

/** What Asterisk reads at its start and complains of if it is not there; nothing of it is used here. */
const EMPTY = ['acl.conf', 'ccss.conf', 'cel.conf', 'pjproject.conf', 'udptl.conf', 'websocket_client.conf'];

/** @typedef {import('./layout.mjs').Layout} Layout */
/** @typedef {import('./trunks.mjs').Trunk} Trunk */
/** @typedef {import('./trunks.mjs').TrunkPlan} TrunkPlan */
/** @typedef {Readonly<Record<string, string | number>>} Slots */

/**
 * Fills each `{{name}}` of a template.
 * @param {string} name of the template, for the message
 * @param {string} text
 * @param {Slots} slots
 * @throws {SettingError} a slot nobody fills
 */
export function fillTemplate(name, text, slots) {
  return text.replace(/\{\{(\w+)\}\}/g, (_, /** @type {string} */ slot) => {
    const value = slots[slot];
    if (value === undefined)
      throw new SettingError(`${name}: 未知的占位符 {{${slot}}}。 Nobody fills the slot {{${slot}}}.`);
    return String(value);
  });
}

/**
 * A secret as a value of a .conf file, where `;` would begin a comment.
 * @param {string} value
 */
function confValue(value) {
  return value.replaceAll('\\', '\\\\').replaceAll(';', '\\;');
}

/**
 * @param {Layout} layout
 * @param {string} name
 */
async function secretOf(layout, name) {
  const text = await readFile(path.join(layout.secrets, name), 'utf8').catch(() => {
    throw new SettingError(
      `缺少密钥文件 secrets/${name},请先运行 scripts/setup。 The secret secrets/${name} is missing: run scripts/setup.`,
    );
  });
  return text.trim();
}

/**
 * The address media leaves from: without it Asterisk's RTP sockets listen on every address of the machine.
 * @param {Layout} layout
 */
function mediaLines({ bind }) {
  return bind === '0.0.0.0' ? '' : `media_address = ${bind}\nbind_rtp_to_media_address = yes`;
}

/**
 * @param {Layout} layout
 * @param {Trunk} trunk
 * @param {Readonly<Record<string, string>>} templates
 */
async function renderTrunk(layout, trunk, templates) {
  const fill = (/** @type {string} */ name, /** @type {Slots} */ slots) =>
    fillTemplate(name, templates[name] ?? '', slots);
  const contacts =
    trunk.contact === undefined ? [] : [`contact = ${trunk.contact}`, 'qualify_frequency = 30'];
  const byAddress = fill('trunk-address.pjsip.conf', {
    id: trunk.id,
    trustIdInbound: trunk.trustIdInbound ? 'yes' : 'no',
    media: mediaLines(layout),
    permits: trunk.addresses.map((address) => `permit = ${address}`).join('\n'),
    matches: trunk.addresses.map((address) => `match = ${address}`).join('\n'),
    contacts: contacts.join('\n'),
  });
  if (trunk.kind === 'address') return byAddress;
  const registration = fill('trunk-registration.pjsip.conf', {
    id: trunk.id,
    username: trunk.username,
    password: confValue(await secretOf(layout, trunk.passwordFile)),
    serverUri: `sip:${trunk.server}`,
    clientUri: `sip:${trunk.username}@${trunk.server}`,
  });
  return `${byAddress}\n${registration}`;
}

/**
 * @param {Trunk} trunk
 * @param {Readonly<Record<string, string>>} templates
 */
function renderTrunkContext(trunk, templates) {
  const name = trunk.didFrom === 'to' ? 'trunk-extensions-to.conf' : 'trunk-extensions.conf';
  return fillTemplate(name, templates[name] ?? '', { id: trunk.id, username: trunk.username });
}

/** The music a caller hears after the word that the service is away: each hold music file, without its ending.
 * @param {Layout} layout */
async function awayMusic({ moh }) {
  const files = await readdir(moh).catch(() => []);
  const names = files.filter((file) => file.endsWith('.wav')).sort();
  return names.map((file) => `entry = ${path.join(moh, path.basename(file, '.wav'))}`).join('\n');
}

/**
 * @param {Layout} layout
 * @param {string} modules
 * @param {TrunkPlan} plan
 * @param {Readonly<Record<string, string>>} templates
 * @returns {Promise<Slots>}
 */
async function slotsOf(layout, modules, plan, templates) {
  const { asterisk } = layout;
  return {
    ...layout,
    modules,
    etc: layout.asteriskEtc,
    lib: path.join(asterisk, 'lib'),
    data: path.join(asterisk, 'data'),
    spool: path.join(asterisk, 'spool'),
    run: path.join(asterisk, 'run'),
    log: path.join(asterisk, 'log'),
    ariPassword: confValue(await secretOf(layout, 'ari')),
    amiPassword: confValue(await secretOf(layout, 'ami')),
    awayMusic: await awayMusic(layout),
    maxCalls: plan.maxCalls,
    dutyPhones: plan.dutyPhones.join('&'),
    trunkLines: plan.trunks.map(({ id, maxLines }) => `LINES_${id} = ${maxLines}`).join('\n'),
    trunks: (await Promise.all(plan.trunks.map((trunk) => renderTrunk(layout, trunk, templates)))).join('\n'),
    trunkContexts: plan.trunks.map((trunk) => renderTrunkContext(trunk, templates)).join('\n'),
  };
}

/** @param {string} folder @returns {Promise<Record<string, string>>} */
async function readTemplates(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.conf'));
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}

/** @param {string} target @param {string} link */
async function relink(target, link) {
  await rm(link, { recursive: true, force: true });
  await symlink(target, link);
}

/**
 * The folders Asterisk expects, with our prompts as `yihao/<name>`, event prompts as `events/<id>`, and its call records in YIHAO_HOME/cdr.
 * @param {Layout} layout
 * @param {string} programData
 */
async function makeFolders(layout, programData) {
  const { asterisk } = layout;
  const prompts = path.join(layout.sounds, 'yihao');
  const events = path.join(layout.sounds, 'events');
  const folders = ['etc', 'lib', 'run', 'spool', 'log', 'data/sounds'].map((name) =>
    path.join(asterisk, name),
  );
  for (const folder of [...folders, prompts, events, layout.moh, layout.cdr, layout.recordings]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  await chmod(layout.cdr, 0o700);
  for (const name of ['documentation', 'rest-api']) {
    await relink(path.join(programData, name), path.join(asterisk, 'data', name));
  }
  await relink(prompts, path.join(asterisk, 'data/sounds/yihao'));
  await relink(events, path.join(asterisk, 'data/sounds/events'));
  await relink(layout.cdr, path.join(asterisk, 'log/cdr-custom'));
}

/**
 * Writes the whole configuration and makes the folders it names.
 * @param {Layout} layout
 * @param {{modules: string, data: string}} program the Asterisk that will read it
 * @returns {Promise<string>} the path of asterisk.conf
 * @throws {SettingError} trunks.yaml or a template cannot be used
 */
export async function renderAsteriskConfig(layout, program) {
  const templates = await readTemplates(path.join(layout.project, 'dialplans'));
  const plan = await readTrunkPlan(layout.flows);
  const slots = await slotsOf(layout, program.modules, plan, templates);
  await makeFolders(layout, program.data);
  for (const [name, text] of Object.entries(templates)) {
    if (name.startsWith('trunk-')) continue; // a part of another file
    await writeFile(path.join(layout.asteriskEtc, name), fillTemplate(name, text, slots), { mode: 0o600 });
  }
  for (const name of EMPTY)
    await writeFile(path.join(layout.asteriskEtc, name), '; nothing\n', { mode: 0o600 });
  return path.join(layout.asteriskEtc, 'asterisk.conf');
}
