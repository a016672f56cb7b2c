// Reads messages.yaml: the texts of short messages, checked for length, slots, wording and for those the service itself sends.
import { fieldsAt, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import { refusedWords } from '../ivr/wording.js';
import type { MessageTemplate } from './site.js';

/** Messages the service sends by itself, and the slots it fills in each. Their texts are the office's own. */
export const serviceMessages: Readonly<Record<string, readonly string[]>> = {
  'sms.missed': [],
  'sms.cb.booked': [],
  'sms.cb.failed': [],
  'sms.cb.end': [],
  'sms.case': ['no', 'code'],
  'sms.survey': [],
  'sms.scope': [],
  'sms.text': [],
  'sms.standby': ['time', 'n'],
  'sms.duty': ['what', 't'],
};

/** As many characters, signature counted, are one message to the carrier; more are billed and shown as several. */
const longestText = 70;
const signatureForm = /^【[^【】]{2,20}】$/u;
const slotForm = /\{([a-z0-9]+)\}/g;
const fixedForm = /^\d+$/;

/** Reads the file. Messages with an error are named and, as far as they go, read on. */
export function parseMessages(
  file: string,
  text: string,
): { readonly messages: readonly MessageTemplate[]; readonly findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  if (findings.length > 0) return { messages: [], findings };
  const top = fieldsAt(source, [], findings);
  top.refuseOthers(['signature', 'messages']);
  const signature = readSignature(top);
  const lines = new Map<string, number>();
  const messages = top.rows('messages').map((row) => readMessage(row, signature, lines));
  for (const id of Object.keys(serviceMessages).filter((one) => !lines.has(one)))
    top.wrong(['messages'], 'missingMessage', {
      zh: `缺少短信 ${id}:服务会发送它。请补上。`,
      en: `Message ${id} is missing: the service sends it. Add it.`,
    });
  return { messages, findings };
}

function readSignature(top: Fields): string {
  const signature = top.text('signature');
  if (signature !== '' && !signatureForm.test(signature))
    top.wrong(['signature'], 'badSignature', {
      zh: '签名须写在【】内,2 至 20 个字,如 【12345热线】。',
      en: 'The signature stands in 【】 and has 2 to 20 characters, e.g. 【12345热线】.',
    });
  return signature;
}

function readMessage(row: Fields, signature: string, lines: Map<string, number>): MessageTemplate {
  row.refuseOthers(['id', 'text', 'slots', 'when']);
  const id = row.id('id');
  const earlier = lines.get(id);
  if (earlier !== undefined)
    row.wrong(['id'], 'duplicate', {
      zh: `短信 ${id} 与第 ${String(earlier)} 行重复。请删除其一。`,
      en: `Message ${id} repeats line ${String(earlier)}: delete one.`,
    });
  else if (id !== '') lines.set(id, row.line);
  row.text('when', '');
  const text = row.text('text');
  const section = row.section('slots');
  const examples = new Map(section.keys().map((name) => [name, section.text(name)]));
  checkSlots(row, id, text, examples);
  checkWords(row, id, text);
  checkLength(row, id, signature + filled(text, examples));
  const fixed = [...examples].filter(([name]) => fixedForm.test(name));
  return {
    id,
    text: `${signature}${filled(text, new Map(fixed))}`,
    slots: [...examples.keys()].filter((name) => !fixedForm.test(name)),
  };
}

function checkSlots(row: Fields, id: string, text: string, examples: ReadonlyMap<string, string>): void {
  const used = new Set([...text.matchAll(slotForm)].map(([, name = '']) => name));
  if (/[{}]/.test(text.replaceAll(slotForm, '')))
    row.wrong(['text'], 'badSlot', {
      zh: '变量写作 {名称},名称用小写字母或数字。请检查大括号。',
      en: 'A slot is {name}, of small letters or figures: check the braces.',
    });
  for (const name of [...used].filter((one) => !examples.has(one)))
    row.wrong(['text'], 'unknownSlot', {
      zh: `变量 {${name}} 没有写在 slots 中。请补上一个示例值,如 ${name}: '…'。`,
      en: `Slot {${name}} is not in slots: give it an example there.`,
    });
  for (const name of [...examples.keys()].filter((one) => !used.has(one)))
    row.wrong(['slots', name], 'unusedSlot', {
      zh: `slots 中的 ${name} 没有用在文字里。请删除,或写入 {${name}}。`,
      en: `Slot ${name} is not in the text: delete it, or write {${name}}.`,
    });
  const known = Object.hasOwn(serviceMessages, id) ? serviceMessages[id] : undefined;
  if (known === undefined) return;
  for (const name of [...used].filter((one) => !fixedForm.test(one) && !known.includes(one)))
    row.wrong(['text'], 'unknownSlot', {
      zh: `服务发送 ${id} 时不填写 {${name}}。可用的变量:${known.join('、') || '无'}。`,
      en: `The service fills no {${name}} in ${id}. Slots it fills: ${known.join(', ') || 'none'}.`,
    });
}

function checkWords(row: Fields, id: string, text: string): void {
  for (const { found, instead } of refusedWords(text))
    row.wrong(['text'], 'refusedWord', {
      zh: `短信 ${id} 用了「${found}」,应改为「${instead}」。`,
      en: `Message ${id} says ${found}; the house says ${instead}.`,
    });
}

function checkLength(row: Fields, id: string, whole: string): void {
  const { length } = [...whole];
  if (length <= longestText) return;
  row.warn(['text'], 'tooLong', {
    zh: `短信 ${id} 连签名 ${String(length)} 个字,超过 ${String(longestText)} 个字会分成几条。`,
    en: `Message ${id} has ${String(length)} characters with its signature; above ${String(longestText)} it is sent as several.`,
  });
}

function filled(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(slotForm, (slot, name: string) => values.get(name) ?? slot);
}
