// The smallest whole site, as texts: tests change one file and see what the check says.
import { dialplanPrompts, servicePrompts } from '../../src/site/check-site.js';
import { serviceMessages } from '../../src/site/parse-messages.js';
import { parseSite } from '../../src/site/parse-site.js';
import type { FlowView } from '../../src/contact/flow-turn.js';
import type { Site } from '../../src/site/site.js';

/** 2026-06-10 12:00, a Wednesday. */
export const noonMs = Date.UTC(2026, 5, 10, 4);

const flow = `start: line
nodes:
  line:
    enqueue: general
    say:
      - { prompt: greet.main, short: greet.short, mustHear: true }
    onTimeout: sorry
    onNobody: sorry
    onOverload: sorry
  sorry:
    hangup: queueTimeout
    say: [exit.timeout]
  leave:
    voicemail: 1m
    say: [hello]
    next: left
    otherwise: line
  left:
    hangup: voicemail
    say: [hello]
message: leave
`;

const ledgerPrompts = ['greet.dual', 'trans.dual', 'trans.transfer', 'trans.returned', 'trans.sub'];
const spoken = [
  ...servicePrompts,
  ...dialplanPrompts,
  'trans.prompt',
  'trans.prompt.away',
  'trans.after',
  'trans.sub.back',
  'menu.main',
  'menu.noinput',
  'menu.badinput',
  'exit.timeout',
  'hello',
];
const prompts = [
  ...spoken.map((id) => `  - { id: ${id}, text: 您好。, when: 测试 }`),
  ...['greet.main', ...ledgerPrompts].map(
    (id) => `  - { id: ${id}, text: 您好，通话将被录音。, when: 测试 }`,
  ),
  '  - { id: greet.short, text: 通话将被录音。, when: 测试 }',
  '  - { id: greet.entry, text: "您好，{e}。", slots: { e: { words: { a: 甲, b: 乙 } } }, when: 测试 }',
];

const messages = Object.keys(serviceMessages).map((id) => `  - { id: ${id}, text: 您好。 }`);

const files: readonly (readonly [string, string])[] = [
  ['policies.yaml', "site: small\nmainEntry: '12345'\n"],
  ['skills.yaml', '- { id: general, name: 综合 }\n- { id: tax, name: 税务 }\n'],
  ['teams.yaml', '- { id: east, name: 一班 }\n'],
  [
    'queues.yaml',
    '- { id: general, name: 综合, requires: [general] }\n- { id: plain, name: 不录音, recorded: false }\n',
  ],
  ['agents.yaml', "- { id: '1001', name: 演示, team: east, skills: [general] }\n"],
  ['devices.yaml', '- { id: d1001, name: 座席01 }\n'],
  [
    'numbers.yaml',
    "- { number: '12345', name: 热线, flow: main, queue: general, delivered_as: ['031112345'] }\n",
  ],
  ['calendar.yaml', 'notices: []\n'],
  ['lexicon.yaml', '重新: chong2 xin1\n'],
  ['messages.yaml', `signature: 【热线】\nmessages:\n${messages.join('\n')}\n`],
  ['prompts/all.yaml', `prompts:\n${prompts.join('\n')}\n`],
  ['flows/main.yaml', flow],
];

/** The small site's texts with some replaced. A text of null takes its file away. */
export function smallSite(
  changed: Readonly<Record<string, string | null>> = {},
): ReadonlyMap<string, string> {
  const texts = new Map<string, string | null>([...files, ...Object.entries(changed)]);
  return new Map([...texts].filter((pair): pair is [string, string] => pair[1] !== null));
}

/** A site of these texts, which must be without errors. */
export function siteOf(texts: ReadonlyMap<string, string>, menu?: boolean): Site {
  const parsed = parseSite(texts, { nowMs: noonMs, ...(menu !== undefined && { overrides: { menu } }) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings, null, 1));
  return parsed.site;
}

/** The codes of a check's findings with their lines, e.g. `flows/main.yaml:3 loop`; warnings are left out. */
export function errorsIn(texts: ReadonlyMap<string, string>): readonly string[] {
  const parsed = parseSite(texts, { nowMs: noonMs });
  const findings = parsed.ok ? [] : parsed.findings.filter(({ level }) => level === 'error');
  return findings.map(({ file, line, code }) => `${file}:${String(line)} ${code ?? ''}`);
}

/** The world at noon with somebody signed in everywhere. */
export function viewAt(nowMs: number = noonMs, changed: Partial<FlowView> = {}): FlowView {
  return { nowMs, dnis: '12345', tag: 'main', callerShown: true, queues: {}, ...changed };
}
