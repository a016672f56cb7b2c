// The columns of a report's file: the same counts and figures as the page shows, Chinese headings first.
import { formatCivilTime } from '../../contact/civil-time.js';
import type { Figure } from '../../metrics/figure.js';
import { countIn, type SubsetName } from '../../metrics/subset.js';
import type { Figures } from '../../metrics/tally.js';
import type { Report, ReportRow } from './report.js';
import type { Column } from './table-file.js';

type ReportColumn = Column<ReportRow>;

const count = (zh: string, en: string, name: SubsetName): ReportColumn => ({
  zh,
  en,
  of: ({ counts }) => countIn(counts, name),
});

const rate = (zh: string, en: string, name: keyof Figures): ReportColumn => ({
  zh,
  en,
  of: ({ figures }) => figures[name]?.text ?? null,
});

/** An average in seconds, as a number with one decimal, cut off. */
const seconds = (zh: string, en: string, name: keyof Figures): ReportColumn => ({
  zh: `${zh}(秒)`,
  en: `${en} (s)`,
  of: ({ figures }) => averageOf(figures[name]),
});

function averageOf(figure: Figure | null): number | null {
  if (figure === null || figure.denominator === 0) return null;
  return Math.floor(figure.numerator / (figure.denominator * 100)) / 10;
}

/** Every column; names of groups come from the report. */
export function reportColumns(report: Report, language: 'zh' | 'en'): readonly ReportColumn[] {
  const names = new Map(report.groups.map(({ id, name, en }) => [id, language === 'zh' ? name : en]));
  const group: ReportColumn = { zh: '分组', en: 'Group', of: (row) => names.get(row.group) ?? row.group };
  return [
    { zh: '时段起', en: 'From', of: ({ fromMs }) => formatCivilTime(fromMs) },
    { zh: '时段止', en: 'To', of: ({ toMs }) => formatCivilTime(toMs) },
    ...(report.group === 'none' ? [] : [group]),
    ...countColumns,
    ...figureColumns,
    { zh: '数据缺口(秒)', en: 'Data gap (s)', of: ({ gapMs }) => Math.ceil(gapMs / 1000) },
    { zh: '公式版本', en: 'Formula version', of: () => report.formulaVersion },
  ];
}

const countColumns: readonly ReportColumn[] = [
  count('呼入总量', 'Offered', 'offered'),
  count('人工接通量', 'Answered', 'answered'),
  count('15秒内接通', 'Answered within 15 s', 'within15'),
  count('放弃', 'Abandoned', 'abandoned'),
  count('语音中放弃', 'Abandoned in prompts', 'abandonedInPrompt'),
  count('排队中放弃', 'Abandoned in queue', 'abandonedInQueue'),
  count('振铃中放弃', 'Abandoned while ringing', 'abandonedRinging'),
  count('其中短时放弃', 'Of these short', 'shortAbandoned'),
  count('排队超时', 'Queue time-out', 'missedTimeout'),
  count('无话务员在线', 'Nobody signed in', 'missedNobody'),
  count('排队已满', 'Queue full', 'missedOverload'),
  count('语音自助', 'Self-service', 'missedFlowEnd'),
  count('中断', 'Lost', 'missedLost'),
  count('系统未受理', 'Service away', 'missedAway'),
  count('线路满', 'Lines full', 'missedFull'),
  count('已及时回拨', 'Called back in time', 'calledBack'),
  count('评价已发起', 'Surveys offered', 'surveyOffered'),
  count('已评价', 'Rated', 'rated'),
  count('未评价', 'Not rated', 'unrated'),
  count('满意', 'Satisfied', 'satisfied'),
  count('不满意', 'Dissatisfied', 'dissatisfied'),
  count('不纳入满意率', 'Exempt from survey', 'surveyExempt'),
  count('未结束', 'Undecided', 'undecided'),
  count('口径外:测试', 'Excluded: test call', 'excludedTestCall'),
  count('口径外:已拦截', 'Excluded: blocked', 'excludedBlocked'),
  count('提示中挂机', 'Hung up in the prompt', 'hungUpInPrompt'),
  count('口径外:仅提示', 'Excluded: prompt only', 'excludedPromptOnly'),
  count('口径外:分中心接听', 'Excluded: answered by a sub-centre', 'excludedSubCentre'),
  count('外呼', 'Called out', 'outbound'),
  count('外呼接通', 'Called out and reached', 'outboundReached'),
];

const figureColumns: readonly ReportColumn[] = [
  rate('接通率', 'Answer rate', 'answerRate'),
  rate('接通率(不计短时放弃)', 'Answer rate without short abandons', 'answerRateWithoutShort'),
  rate('15秒接通率(按呼入)', '15-s rate of offered', 'within15OfOffered'),
  rate('15秒接通率(按接通)', '15-s rate of answered', 'within15OfAnswered'),
  rate('服务触达率', 'Reached rate', 'reached'),
  rate('放弃率', 'Abandon rate', 'abandonRate'),
  rate('评价发起率', 'Survey offer rate', 'surveyOffer'),
  rate('评价参与率', 'Survey response', 'surveyResponse'),
  rate('满意率', 'Satisfied rate', 'satisfied'),
  seconds('平均应答时长', 'Average speed of answer', 'asa'),
  {
    zh: '最长等待(秒)',
    en: 'Longest wait (s)',
    of: ({ counts }) => Math.floor(counts.longestWaitMs / 100) / 10,
  },
  seconds('平均处理时长', 'Average handle time', 'aht'),
  seconds('平均通话时长', 'Average talk time', 'averageTalk'),
  seconds('平均保持时长', 'Average hold time', 'averageHold'),
  seconds('平均话后时长', 'Average wrap-up', 'averageWrapUp'),
  rate('外呼接通率', 'Outbound reach', 'outboundReach'),
  seconds('外呼平均通话时长', 'Average outbound talk', 'averageOutboundTalk'),
];
