// Reads policies.yaml: the site's switches and times. What is left out has its default.
import { noteEnds, type AgentPolicy } from '../contact/agent.js';
import type { ConsultPolicy } from '../contact/consult.js';
import type { ContactPolicy } from '../contact/contact.js';
import { dispositionCategories, dispositionOutcomes } from '../contact/disposition.js';
import { fieldsAt, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import type { SurveyPolicy } from '../contact/survey.js';
import { readYaml } from '../contact/yaml-source.js';
import { skillLevelBounds } from '../contact/requirement.js';
import type {
  CallerPolicy,
  MessagePolicy,
  MetricsPolicy,
  RecordingPolicy,
  RoutingPolicy,
  WaitPolicy,
} from './site.js';

/** Everything policies.yaml decides. */
export interface Policies {
  readonly name: string;
  readonly areaCode: string;
  /** The KPI line of calls by a number that the ledger does not know. */
  readonly unknownKpiLine: string;
  /** So many days before a state of a number ends it is told of. */
  readonly numberNoticeDays: number;
  /** So long before nobody of a department is on duty who should be, it is told of. */
  readonly rosterNoticeMs: number;
  readonly mainEntryId: string;
  /** Where `mainEntry` stands, for a finding about it. */
  readonly mainEntryLine: number;
  readonly menu: boolean;
  readonly greeting: 'full' | 'short';
  readonly contact: ContactPolicy;
  readonly agent: AgentPolicy;
  readonly metrics: MetricsPolicy;
  readonly recordings: RecordingPolicy;
  readonly callers: CallerPolicy;
  readonly messages: MessagePolicy;
  readonly routing: RoutingPolicy;
  readonly expectedWait: WaitPolicy;
  /** The trunk over which experts outside are called; '' = none is. */
  readonly consultTrunkId: string;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Reads the file; with findings the defaults stand in. */
export function parsePolicies(
  file: string,
  text: string,
): { policies: Policies; findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  const top = fieldsAt(source, [], findings);
  top.refuseOthers([
    'site',
    'areaCode',
    'unknownKpiLine',
    'numberNoticeDays',
    'rosterNotice',
    'mainEntry',
    'menu',
    'greeting',
    'contact',
    'agent',
    'metrics',
    'recordings',
    'routing',
    'expectedWait',
    'survey',
    'callers',
    'consult',
    'messages',
  ]);
  const policies: Policies = {
    name: readSiteName(top),
    areaCode: readAreaCode(top),
    unknownKpiLine: top.id('unknownKpiLine', 'unknown'),
    numberNoticeDays: top.whole('numberNoticeDays', { min: 1, max: 90 }, 14),
    rosterNoticeMs: top.durationMs('rosterNotice', { min: hour, max: 31 * 24 * hour }, 48 * hour),
    mainEntryId: top.id('mainEntry'),
    mainEntryLine: source.lineAt(['mainEntry']),
    menu: top.flag('menu', false),
    greeting: top.oneOf('greeting', ['full', 'short'], 'full'),
    contact: {
      ...readContactPolicy(top.section('contact')),
      survey: readSurveyPolicy(top.section('survey')),
      consult: readConsultPolicy(top.section('consult')),
    },
    agent: readAgentPolicy(top.section('agent')),
    metrics: readMetricsPolicy(top.section('metrics')),
    recordings: readRecordingPolicy(top.section('recordings')),
    callers: readCallerPolicy(top.section('callers')),
    messages: readMessagePolicy(top.section('messages')),
    routing: readRoutingPolicy(top.section('routing')),
    expectedWait: readWaitPolicy(top.section('expectedWait')),
    consultTrunkId: top.section('consult').id('trunk', ''),
  };
  return { policies, findings };
}

function readSiteName(top: Fields): string {
  const name = top.id('site', 'demo');
  if (/^[a-z0-9-]{1,32}$/.test(name)) return name;
  top.wrong(['site'], 'badSiteName', {
    zh: 'site 只能用小写字母、数字和横线,至多 32 个字符。',
    en: 'site has lower-case letters, figures and dashes only, at most 32.',
  });
  return 'demo';
}

/** Shijiazhuang's. */
export const defaultAreaCode = '0311';

function readAreaCode(top: Fields): string {
  const code = top.id('areaCode', defaultAreaCode);
  if (/^0[1-9]\d{1,2}$/.test(code)) return code;
  top.wrong(['areaCode'], 'badAreaCode', {
    zh: "areaCode 是本地长途区号,带 0,写在引号里,例如 '0311'。",
    en: "areaCode is the site's own area with its 0, quoted, such as '0311'.",
  });
  return '0311';
}

function readContactPolicy(fields: Fields): Omit<ContactPolicy, 'survey' | 'consult'> {
  fields.refuseOthers([
    'ring',
    'progress',
    'play',
    'lookUp',
    'join',
    'resumePrefer',
    'recordingPause',
    'holdNotice',
    'holdLimit',
    'centreRing',
    'talk',
    'leaving',
    'retire',
    'record',
    'announceAgent',
    'eventHangUp',
  ]);
  return {
    ringMs: fields.durationMs('ring', { min: 3 * second, max: minute }, 8 * second),
    progressMs: fields.durationMs('progress', { min: 500, max: 10 * second }, 2 * second),
    playMs: fields.durationMs('play', { min: 10 * second, max: 5 * minute }, minute),
    lookUpMs: fields.durationMs('lookUp', { min: second, max: 15 * second }, 4 * second),
    joinMs: fields.durationMs('join', { min: second, max: 30 * second }, 5 * second),
    resumePreferMs: fields.durationMs('resumePrefer', { min: 0, max: 2 * minute }, 10 * second),
    recordingPauseMs: fields.durationMs('recordingPause', { min: 10 * second, max: 10 * minute }, 2 * minute),
    holdNoticeMs: fields.durationMs('holdNotice', { min: 10 * second, max: hour }, 2 * minute),
    holdLimitMs: fields.durationMs('holdLimit', { min: 30 * second, max: 2 * hour }, 10 * minute),
    centreRingMs: fields.durationMs('centreRing', { min: 5 * second, max: minute }, 20 * second),
    talkMs: fields.durationMs('talk', { min: 10 * minute, max: 12 * hour }, 4 * hour),
    leavingMs: fields.durationMs('leaving', { min: 5 * second, max: 2 * minute }, 30 * second),
    retireMs: fields.durationMs('retire', { min: second, max: hour }, 10 * minute),
    record: fields.flag('record', true),
    announceAgent: fields.flag('announceAgent', true),
    eventHangUpMs: fields.durationMs('eventHangUp', { min: 0, max: minute }, 10 * second),
  };
}

function readAgentPolicy(fields: Fields): AgentPolicy {
  fields.refuseOthers([
    'wrapUp',
    'wrapUpExtend',
    'wrapUpExtensions',
    'noteEndsWrapUp',
    'rest',
    'missedRests',
    'break',
    'leaseMargin',
    'talk',
    'forgotten',
  ]);
  return {
    wrapUpMs: fields.durationMs('wrapUp', { min: 0, max: 30 * minute }, minute),
    wrapUpExtendMs: fields.durationMs('wrapUpExtend', { min: second, max: 30 * minute }, 30 * second),
    wrapUpExtensions: fields.whole('wrapUpExtensions', { min: 0, max: 10 }, 1),
    noteEndsWrapUp: fields.oneOf('noteEndsWrapUp', noteEnds, 'extended'),
    restMs: fields.durationMs('rest', { min: second, max: 5 * minute }, 10 * second),
    missedRestsMs: fields.durationsMs('missedRests', { min: second, max: hour }, [30 * second, 2 * minute]),
    breakMs: fields.durationMs('break', { min: minute, max: 12 * hour }, 30 * minute),
    leaseMarginMs: fields.durationMs('leaseMargin', { min: second, max: minute }, 5 * second),
    talkMs: fields.durationMs('talk', { min: 10 * minute, max: 12 * hour }, 4 * hour),
    forgottenMs: fields.durationMs('forgotten', { min: hour, max: 48 * hour }, 14 * hour),
  };
}

/** Left out, nobody is asked: a site of before has no flow for it. */
function readSurveyPolicy(fields: Fields): SurveyPolicy {
  fields.refuseOthers(['enabled', 'minTalk', 'limit', 'exempt']);
  const exempt = fields.section('exempt');
  exempt.refuseOthers(['tags', 'categories', 'outcomes']);
  return {
    enabled: fields.flag('enabled', false),
    minTalkMs: fields.durationMs('minTalk', { min: 0, max: 10 * minute }, 0),
    limitMs: fields.durationMs('limit', { min: 30 * second, max: 10 * minute }, 2 * minute),
    exempt: {
      tags: exempt.ids('tags'),
      categories: readWords(exempt, 'categories', dispositionCategories),
      outcomes: readWords(exempt, 'outcomes', dispositionOutcomes),
    },
  };
}

function readConsultPolicy(fields: Fields): ConsultPolicy {
  fields.refuseOthers(['ring', 'accept', 'queue', 'park', 'trunk']);
  return {
    ringMs: fields.durationMs('ring', { min: 5 * second, max: minute }, 15 * second),
    acceptMs: fields.durationMs('accept', { min: 5 * second, max: minute }, 20 * second),
    queueMs: fields.durationMs('queue', { min: 10 * second, max: hour }, 10 * minute),
    parkMs: fields.durationMs('park', { min: 10 * second, max: 30 * minute }, 5 * minute),
  };
}

function readWords(fields: Fields, key: string, known: readonly string[]): readonly string[] {
  const words = fields.ids(key);
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0)
    fields.wrong([key], 'unknownDisposition', {
      zh: `${key} 中没有 ${unknown.join('、')} 这一项。可写 ${known.join('、')}。`,
      en: `${key} knows no ${unknown.join(', ')}: write ${known.join(', ')}.`,
    });
  return words;
}

function readMetricsPolicy(fields: Fields): MetricsPolicy {
  fields.refuseOthers(['shortAbandon', 'answerGoal']);
  return {
    shortAbandonMs: fields.durationMs('shortAbandon', { min: 0, max: minute }, 0),
    answerGoalMs: fields.durationMs('answerGoal', { min: 5 * second, max: 2 * minute }, 15 * second),
  };
}

function readRecordingPolicy(fields: Fields): RecordingPolicy {
  fields.refuseOthers(['agentsHearOwn']);
  return { agentsHearOwn: fields.flag('agentsHearOwn', false) };
}

const dayMs = 24 * hour;
const mostRepeatMs = 168 * hour;

/** Left out, nothing is remembered of anybody. */
function readCallerPolicy(fields: Fields): CallerPolicy {
  fields.refuseOthers(['wishes', 'wishDays', 'repeatWithin']);
  return {
    wishes: fields.ids('wishes'),
    wishKeptMs: fields.whole('wishDays', { min: 1, max: 1_000 }, 180) * dayMs,
    repeatWithinMs: fields.durationMs('repeatWithin', { min: 0, max: mostRepeatMs }, 0),
  };
}

/** Left out, nothing is sent by itself. */
function readMessagePolicy(fields: Fields): MessagePolicy {
  fields.refuseOthers(['missed', 'case', 'survey']);
  return {
    missed: fields.flag('missed', false),
    case: fields.flag('case', false),
    survey: fields.flag('survey', false),
  };
}

function readRoutingPolicy(fields: Fields): RoutingPolicy {
  fields.refuseOthers(['skillLevel', 'placesPerPriority']);
  return {
    skillLevel: fields.whole('skillLevel', skillLevelBounds, 5),
    placesPerPriority: fields.whole('placesPerPriority', { min: 1, max: 1000 }, 20),
  };
}

/** The mean talk is Changzhou's of 2021. */
function readWaitPolicy(fields: Fields): WaitPolicy {
  fields.refuseOthers(['talk', 'patience', 'coverage', 'spread']);
  return {
    talkMs: fields.durationMs('talk', { min: 10 * second, max: hour }, 150 * second),
    patienceMs: fields.durationMs('patience', { min: 10 * second, max: hour }, 5 * minute),
    coverage: fields.whole('coverage', { min: 50, max: 90 }, 80),
    spreadMaxMs: fields.durationMs('spread', { min: minute, max: 30 * minute }, 5 * minute),
  };
}
