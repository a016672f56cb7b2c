// Checks a site's files against each other: every name has its row, every queue its people, every flow its way.
import { dayKeyAt, type DayKey } from '../contact/civil-time.js';
import type { Finding } from '../contact/finding.js';
import { checkFlow } from '../ivr/check-flow.js';
import { surveyFlowId, type Flow } from '../ivr/flow.js';
import { unknownName, type ReadFlow } from '../ivr/parse-flow.js';
import { resumePrompt, tonePrompt } from '../ivr/step.js';
import { opensAsMain, wordsEverOf } from '../numbers/call-words.js';
import { unapprovedChanges } from '../numbers/changes.js';
import { stateTexts } from '../numbers/ledger-row.js';
import { endsService, stateEnds, type StateEnd } from '../numbers/state-ends.js';
import { checkChoices } from './agent-choices.js';
import { calendarWarnings } from './calendar.js';
import { checkExperts } from './check-experts.js';
import { checkOverflows } from './check-overflow.js';
import { checkRouting, unheldBy } from './check-routing.js';
import { checkDialled, checkTarget } from './check-target.js';
import { checkDialOut, dialRulesOf } from './parse-dial-out.js';
import { checkOtherCities } from './parse-other-cities.js';
import { checkTargets } from './parse-targets.js';
import { mayDial } from '../contact/dial-out.js';
import {
  dialOutFile,
  otherCitiesFile,
  regionsFile,
  siteFileNames,
  trunksFile,
  type SiteFiles,
} from './read-files.js';
import type { NumberRow } from './site.js';

/** Prompts the service plays by itself, whatever the flows say: to citizens, then to agents. */
export const servicePrompts = [
  resumePrompt.id,
  tonePrompt.id,
  'bye',
  'case.again',
  'case.code',
  'case.digit',
  'case.keep',
  'event.notice',
  'queue.busy',
  'queue.next',
  'queue.place',
  'queue.many',
  'queue.thanks',
  'queue.ewt',
  'queue.resume',
  'agent.number',
  'conf.done',
  'limited',
  'limited.help',
  'limited.wait',
  'warn.1',
  'warn.2',
  'warn.end',
  'silent.1',
  'silent.2',
  'silent.3',
  'out.notice',
  'expert.seek',
  'expert.join',
  'expert.accept',
  'em.transfer',
  'em.accept',
  'em.receiver',
  'em.receiver.sent',
  'em.joined',
  'em.fail',
  'util.transfer',
  'util.receiver',
  'util.fail',
  'minor.seek',
  'minor.none',
  'dialect.seek',
  'dialect.none',
  'foreign.seek',
  'foreign.none',
  'a.back',
  'a.badpin',
  'a.break',
  'a.break.ask',
  'a.break.queue',
  'a.coach',
  'a.city',
  'a.conf',
  'a.deny',
  'a.disp',
  'a.echo',
  'a.elsewhere',
  'a.fail',
  'a.locked',
  'a.login',
  'a.logout',
  'a.logout.wait',
  'a.help',
  'a.nocall',
  'a.out.call',
  'a.out.deny',
  'a.out.none',
  'a.pin',
  'a.ready',
  'a.seat',
  'a.silent',
  'a.rec.off',
  'a.rec.on',
  'a.state',
  'a.w.entry',
  'a.wrapend',
  'a.wrapmore',
] as const;

/** Said by Asterisk itself, by `dialplans/`, while the service is away or every line is taken. */
export const dialplanPrompts = ['away.try', 'away.sorry', 'full'] as const;

/** What no single file's reader can see. */
export function checkSite(
  site: SiteFiles,
  { nowMs, inForce = [] }: { readonly nowMs: number; readonly inForce?: readonly NumberRow[] },
): readonly Finding[] {
  const today = dayKeyAt(nowMs);
  return [
    ...checkSeats(site),
    ...checkRouting(site),
    ...checkChoices(site),
    ...checkAgents(site),
    ...checkExperts(site),
    ...site.numbers.flatMap((row) => [...checkNumber(site, row), ...checkWords(site, row)]),
    ...checkMainEntry(site),
    ...checkSurvey(site),
    ...checkPrompts(site),
    ...site.flows.flatMap((read) => checkOneFlow(site, read)),
    ...checkUse(site),
    ...calendarWarnings(site.calendar, today),
    ...endingNumbers(site, today),
    ...unapproved(site, inForce, today),
    ...checkCities(site),
    ...checkOtherCities(otherCitiesFile, site.otherCities, { ...site, dialRules: dialRulesOf(site) }),
    ...checkTargets(site.targets, { dialsOut: site.dialsOut, dialRules: dialRulesOf(site) }),
    ...checkDialOut(dialOutFile, site.dialOut, site),
    ...checkDutyPhones(site),
  ];
}

/** Asterisk dials them by itself while the service is away: they, too, must be numbers that may be dialled. */
function checkDutyPhones(site: SiteFiles): readonly Finding[] {
  const rules = dialRulesOf(site);
  return site.dutyNumbers.flatMap(({ line, number }) =>
    mayDial(rules, number).ok
      ? []
      : [
          error(trunksFile, line, 'dialNotAllowed', {
            zh: `值班电话 ${number} 不能拨打。请核对号码,或在 dial-out.yaml 中放开。`,
            en: `The duty phone ${number} may not be dialled: check the number, or allow it in dial-out.yaml.`,
          }),
        ],
  );
}

function error(
  file: string,
  line: number,
  code: string,
  words: { readonly zh: string; readonly en: string },
): Finding {
  return { level: 'error', file, line, code, ...words };
}

/** An agent's key leads to one queue. */
function checkSeats({ queues }: SiteFiles): readonly Finding[] {
  const rows = [...queues.rows.values()].filter(({ row }) => row.seat !== undefined);
  return rows.flatMap(({ row, line }, index) => {
    const earlier = rows.slice(0, index).find((one) => one.row.seat === row.seat);
    return earlier === undefined
      ? []
      : [error(queues.file, line, 'seatTwice', seatTwice(row.seat ?? '', earlier.line))];
  });
}

const seatTwice = (seat: string, line: number) => ({
  zh: `专席 ${seat} 已由第 ${String(line)} 行的队列承担。一种专席只写一个队列,请删去其一。`,
  en: `Seat ${seat} is the queue's of line ${String(line)} already: one queue a seat, take one away.`,
});

function checkAgents({ agents, teams, skills, devices }: SiteFiles): readonly Finding[] {
  return [...agents.rows.values()].flatMap(({ row, line }) => [
    ...(row.teamId === '' || teams.rows.has(row.teamId)
      ? []
      : [error(agents.file, line, 'unknownTeam', unknownName('班组', 'team', row.teamId, teams.file))]),
    ...(row.deviceId === undefined || row.deviceId === ('' as string) || devices.rows.has(row.deviceId)
      ? []
      : [
          error(agents.file, line, 'unknownDevice', unknownName('话机', 'phone', row.deviceId, devices.file)),
        ]),
    ...[...row.skills]
      .filter((skill) => !skills.rows.has(skill))
      .map((skill) =>
        error(agents.file, line, 'unknownSkill', unknownName('技能', 'skill', skill, skills.file)),
      ),
  ]);
}

function checkNumber(site: SiteFiles, { entry, flowIds, line, row }: NumberRow): readonly Finding[] {
  const { queues, flows, dialsOut } = site;
  const rules = dialRulesOf(site);
  const file = siteFileNames.numbers;
  const unknownFlows = flowIds.filter((id) => id !== '' && !flows.some(({ flow }) => flow.id === id));
  return [
    ...unknownFlows.map((id) => error(file, line, 'unknownFlow', unknownName('流程', 'flow', id, 'flows/'))),
    ...(entry.queueId === '' || queues.rows.has(entry.queueId)
      ? []
      : [error(file, line, 'unknownQueue', unknownName('队列', 'queue', entry.queueId, queues.file))]),
    ...[...checkTarget(dialsOut, row.target), ...checkDialled(rules, row.target)].map(({ code, ...words }) =>
      error(file, line, code, words),
    ),
  ];
}

/** What the ledger makes its calls say must have its prompts; words in the place of the greeting must tell of the recording. */
function checkWords(site: SiteFiles, { row, line }: NumberRow): readonly Finding[] {
  const file = siteFileNames.numbers;
  const words = wordsEverOf(row, site.policies.areaCode);
  const ids = words.flatMap(({ opening, farewell, announcement, lead }) =>
    [opening, farewell, announcement, lead?.first, lead?.back].flatMap((prompt) =>
      prompt === undefined ? [] : [prompt.id],
    ),
  );
  const unknown = [...new Set(ids)].filter((id) => !site.prompts.has(id));
  const recorded = site.policies.contact.record && site.queues.rows.get(row.queueId)?.row.recorded !== false;
  const openings = [...new Set(words.flatMap(({ opening }) => (opening === undefined ? [] : [opening.id])))];
  const firsts = [...new Set(words.flatMap(({ lead }) => (lead === undefined ? [] : [lead.first.id])))];
  const silent = [...openings, ...firsts].filter(
    (id) => recorded && !saysRecorded(site.prompts.get(id)?.text ?? '录音'),
  );
  return [
    ...unknown.map((id) =>
      error(file, line, 'unknownPrompt', unknownName('提示音', 'prompt', id, 'prompts/')),
    ),
    ...silent.map((id) => error(file, line, 'noNotice', openingWithoutNotice(id))),
    ...(openings.length > 0 &&
    row.flowId !== '' &&
    !site.flows.some(({ flow }) => flow.id === row.flowId && greets(flow))
      ? [{ level: 'warning', file, line, code: 'noOpening', ...neverOpens(row.flowId) } as const]
      : []),
  ];
}

/** Some part of the flow gives way to a number's own opening. */
function greets(flow: Flow): boolean {
  return [...flow.nodes.values()].some((node) => 'say' in node && node.say.some(({ opening }) => opening));
}

const neverOpens = (flow: string) => ({
  zh: `流程 ${flow} 没有标明 opening: true 的问候语,此号码自己的开头语不会播放。`,
  en: `Flow ${flow} marks no greeting with opening: true: this number's own opening is never heard.`,
});

const openingWithoutNotice = (id: string) => ({
  zh: `开头语 ${id} 没有录音告知,而此号码的通话会录音。请在该提示音中加上“通话将被录音”。`,
  en: `The opening ${id} says nothing of the recording, yet the calls are recorded: add it to the prompt.`,
});

/** A date in a file should surprise nobody. */
function endingNumbers({ numbers, policies }: SiteFiles, today: DayKey): readonly Finding[] {
  const rows = numbers.map(({ row }) => row);
  return stateEnds(rows, today, policies.numberNoticeDays).map((end) => ({
    level: 'warning',
    file: siteFileNames.numbers,
    line: numbers.find(({ row }) => row.id === end.id)?.line ?? 1,
    code: 'numberEnding',
    ...stateEnding(end),
  }));
}

function stateEnding(end: StateEnd): { readonly zh: string; readonly en: string } {
  const { number, before, from, after } = end;
  const next = after === undefined ? '不再列入清单' : `进入${stateTexts[after]}`;
  const heard = endsService(end)
    ? ['不再有人接听', 'serves its callers no more']
    : ['来电人听到的说法随之改变', 'tells its callers something else'];
  return {
    zh: `号码 ${number} 的${stateTexts[before]}即将结束,自 ${from} 起${next},${heard[0] ?? ''}。请确认已按原渠道公布;要延期请改日期。`,
    en: `${number} ends its state ${before} and ${heard[1] ?? ''} from ${from} on (${after ?? 'in no row'}): see that it was announced through its own channels, or change the date.`,
  };
}

/** Against the ledger in force: who adds or renames a number, or brings one back, names the document that says so. */
function unapproved(
  { numbers }: SiteFiles,
  inForce: readonly NumberRow[],
  today: DayKey,
): readonly Finding[] {
  const approved = ({ row, papers }: NumberRow) => ({ ...row, approval: papers.approval });
  return unapprovedChanges(inForce.map(approved), numbers.map(approved), today).flatMap(({ id, change }) => {
    const found = numbers.find(({ row }) => row.id === id);
    // Its own row has said so already, but for those that may stand without.
    if (change === 'new' && found !== undefined && !opensAsMain(found.row.pattern)) return [];
    return {
      level: 'warning',
      file: siteFileNames.numbers,
      line: found?.line ?? 1,
      code: 'noApproval',
      zh: `号码 ${id} ${changeWords[change]},却没有写新的批准文号(approval)。请写入批准此事的文号。`,
      en: `${id} is ${change} without an approval of its own: enter the document that approves it.`,
    };
  });
}

const changeWords = { new: '为新增', renamed: '更名', revived: '恢复启用' } as const;

/** Which key means which city is written twice: in the data, and in what callers hear. */
function checkCities({ prompts, sharedAreas, policies }: SiteFiles): readonly Finding[] {
  const own = sharedAreas.find(({ area }) => area.areaCode === policies.areaCode);
  const prompt = prompts.get('region.choose');
  if (own === undefined || prompt === undefined) return [];
  return own.area.cities
    .map((city, index) => `${city}请按${String(index + 1)}`)
    .filter((words) => !prompt.text.includes(words))
    .map((words) => ({
      level: 'warning',
      file: regionsFile,
      line: own.line,
      code: 'citiesDiffer',
      zh: `提示音 region.choose 没有说「${words}」。请使城市、按键与此行一致。`,
      en: `Prompt region.choose does not say ${words}: make cities and keys agree with this row.`,
    }));
}

function checkMainEntry({ policies, numbers }: SiteFiles): readonly Finding[] {
  const { mainEntryId, mainEntryLine } = policies;
  if (mainEntryId === '' || numbers.some(({ entry }) => entry.id === mainEntryId)) return [];
  return [
    error(
      siteFileNames.policies,
      mainEntryLine,
      'unknownEntry',
      unknownName('号码', 'number', mainEntryId, siteFileNames.numbers),
    ),
  ];
}

/** Where it is on, there must be something to ask. A number that leads there would find nobody. */
function checkSurvey({ policies, flows, numbers }: SiteFiles): readonly Finding[] {
  const missing = policies.contact.survey.enabled && !flows.some(({ flow }) => flow.id === surveyFlowId);
  return [
    ...(missing
      ? [error(siteFileNames.policies, 1, 'unknownFlow', unknownName('流程', 'flow', surveyFlowId, 'flows/'))]
      : []),
    ...numbers
      .filter(({ flowIds }) => flowIds.includes(surveyFlowId))
      .map(({ line }) => error(siteFileNames.numbers, line, 'surveyAsEntry', surveyAsEntry)),
  ];
}

const surveyAsEntry = {
  zh: '评价流程 survey 不能作为接入流程:拨打的人到不了人工。请写另一个流程。',
  en: 'The survey cannot be an entry, for it reaches no person: name another flow.',
};

function checkPrompts({ prompts }: SiteFiles): readonly Finding[] {
  return [...servicePrompts, ...dialplanPrompts]
    .filter((id) => !prompts.has(id))
    .map((id) => error('prompts/', 1, 'unknownPrompt', unknownName('提示音', 'prompt', id, 'prompts/')));
}

function checkOneFlow(site: SiteFiles, { file, flow, findings }: ReadFlow): readonly Finding[] {
  if (flow.nodes.size === 0 || findings.some(({ code }) => code === 'unknownKind')) return [];
  const recorded = [...site.queues.rows.values()].filter(
    ({ row }) => row.recorded && site.policies.contact.record,
  );
  const around = {
    recordedQueues: new Set(recorded.map(({ row }) => row.id)),
    notices: noticesOf(site.prompts),
    tags: site.numbers.filter(({ flowIds }) => flowIds.includes(flow.id)).map(({ entry }) => entry.tag),
  };
  return [
    ...checkFlow(file, flow, around),
    ...unstaffed(site, file, flow),
    ...checkOverflows(site.queues.rows, file, flow),
    ...unled(site, file, flow),
    ...(around.tags.length > 0 && flow.messageId === null ? [{ ...withoutMessage, file }] : []),
  ];
}

/** Prompts that tell of the recording. */
export function noticesOf(prompts: SiteFiles['prompts']): ReadonlySet<string> {
  return new Set([...prompts.values()].filter(({ text }) => saysRecorded(text)).map(({ id }) => id));
}
/** Two ways stay open to a caller under a limit: the end of the line, and a message. */
const withoutMessage = {
  level: 'warning',
  line: 1,
  code: 'noMessage',
  zh: '没有写 message:限制期内的来电人只能排队,不能留言,也听不到留言的按键。请写一个留言(voicemail)节点。',
  en: 'message is left out: callers under a limit can only wait, and hear of no key for a message. Name a voicemail node.',
} as const;

/** Words of a recording notice. */
function saysRecorded(text: string): boolean {
  return text.includes('录音') || /\brecorded\b/.test(text);
}

function unstaffed(site: SiteFiles, file: string, flow: Flow): readonly Finding[] {
  return [...flow.nodes.values()].flatMap((node) => {
    if (node.kind !== 'enqueue') return [];
    return unheldBy(site, file, node.line, node.request.requires);
  });
}

/** A flow leads calls over a trunk that there is, and that calls can go out by. */
function unled(site: SiteFiles, file: string, flow: Flow): readonly Finding[] {
  return [...flow.nodes.values()].flatMap((node) =>
    node.kind !== 'lead'
      ? []
      : [...checkTarget(site.dialsOut, node.target), ...checkDialled(dialRulesOf(site), node.target)].map(
          ({ code, ...words }) => error(file, node.line, code, words),
        ),
  );
}

/** A flow no number leads to is nearly always a forgotten one. */
function checkUse({ flows, numbers }: SiteFiles): readonly Finding[] {
  const used = new Set<string>([surveyFlowId, ...numbers.flatMap(({ flowIds }) => flowIds)]);
  return flows
    .filter(({ flow }) => !used.has(flow.id))
    .map(({ file }) => ({
      level: 'warning',
      file,
      line: 1,
      code: 'unusedFlow',
      zh: '没有号码使用此流程。请在 numbers.yaml 中写入,或删除此文件。',
      en: 'No number uses this flow: name it in numbers.yaml or delete the file.',
    }));
}
