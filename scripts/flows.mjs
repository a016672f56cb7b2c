// @ts-check
// npm run flows: the workshop of whoever edits a hotline's flows. Each command has its module in flows/.

import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkCommand } from './flows/check.mjs';
import { UsageError } from './flows/command.mjs';
import { diffCommand } from './flows/diff.mjs';
import { drawCommand } from './flows/draw.mjs';
import { numberCommand } from './flows/number.mjs';
import { publishCommand, undoCommand, versionsCommand } from './flows/publish.mjs';
import { testCommand } from './flows/test.mjs';
import { tryCommand } from './flows/try.mjs';
import { loadCore } from './prompts/core.mjs';
import { layoutOf, SettingError } from './run/layout.mjs';

/** @type {Readonly<Record<string, import('./flows/command.mjs').Command>>} */
const commands = {
  check: checkCommand,
  draw: drawCommand,
  try: tryCommand,
  test: testCommand,
  diff: diffCommand,
  number: numberCommand,
  publish: publishCommand,
  undo: undoCommand,
  versions: versionsCommand,
};

const usage = `用法 usage: npm run flows -- 命令 COMMAND [--dir DIR]
${Object.values(commands)
  .map((command) => `  ${command.usage}`)
  .join('\n')}
  help
    本说明 this text
  --dir DIR  所用目录,默认 ivr-flows 或 YIHAO_FLOWS the folder`;

/** How the command is asked for; of one that is none, all of them. @param {string} [name] */
function usageOf(name = '') {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return command === undefined ? usage : `用法 usage: npm run flows -- ${command.usage}`;
}

/** @param {readonly string[]} argv */
async function run([name = '', ...rest]) {
  if (name === 'help' || name === '--help') {
    console.log(usage);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw new UsageError(
      name === '' ? '请写命令。' : `没有命令 ${name}。`,
      name === '' ? 'Name a command.' : `There is no command ${name}.`,
    );
  const { dir, asked } = readArguments(name, command, rest);
  return command.run(path.resolve(dir ?? layoutOf(process.env).flows), asked);
}

/**
 * @param {string} name
 * @param {import('./flows/command.mjs').Command} command
 * @param {readonly string[]} words
 */
function readArguments(name, { options, flags = [], args: [least, most] }, words) {
  const known = ['dir', ...options];
  const { positionals, values } = parsed(name, words, known, flags);
  if (positionals.length < least || positionals.length > most)
    throw new UsageError(
      `${name} 后面的词数不对。`,
      `${name} takes ${least === most ? least : `${least} to ${most}`} words after it.`,
    );
  const given = Object.entries(values).map(([key, value]) => [key, value === true ? 'yes' : value]);
  const { dir, ...others } = /** @type {Record<string, string | undefined>} */ (Object.fromEntries(given));
  return { dir, asked: { args: positionals, values: others } };
}

/**
 * @param {string} name
 * @param {readonly string[]} words
 * @param {readonly string[]} known
 * @param {readonly string[]} flags
 */
function parsed(name, words, known, flags) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: Object.fromEntries([
        ...known.map((option) => [option, { type: /** @type {'string'} */ ('string') }]),
        ...flags.map((option) => [option, { type: /** @type {'boolean'} */ ('boolean') }]),
      ]),
    });
  } catch {
    const list = [...known, ...flags].map((option) => `--${option}`).join(' ');
    throw new UsageError(`${name} 的选项有误,可用 ${list}。`, `${name} takes ${list}.`);
  }
}

/** Says what the service's own rules refuse, in the catalogue's words. @param {string} code */
async function wasRefused(code) {
  const { errorCatalogue } = await loadCore('errors');
  if (code === 'CONFIG_INVALID' || !Object.hasOwn(errorCatalogue, code)) return false;
  const { zh, en } = errorCatalogue[/** @type {keyof typeof errorCatalogue} */ (code)];
  console.error(`${zh}。 ${en}`);
  return true;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const { code, details } = /** @type {{ code?: string, details?: unknown }} */ (error);
  if (error instanceof UsageError) {
    console.error(`${error.message}\n${usageOf(process.argv[2])}`);
    process.exitCode = 2;
  } else if (code !== undefined && (await wasRefused(code))) {
    process.exitCode = 1;
  } else if (error instanceof SettingError || code === 'CONFIG_INVALID') {
    console.error(
      code === 'CONFIG_INVALID' ? `不能读取。 Cannot be read: ${JSON.stringify(details)}` : String(error),
    );
    process.exitCode = 1;
  } else throw error;
}
