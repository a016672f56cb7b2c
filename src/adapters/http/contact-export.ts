// The list of contacts as a file: the same rows as the list shows, masked numbers as text, named in the audit.
import type { FastifyReply } from 'fastify';
import { formatCivilTime } from '../../contact/civil-time.js';
import type { QueueId } from '../../contact/ids.js';
import type { SurveyGrade, SurveyReason } from '../../contact/survey.js';
import { AppError } from '../../errors.js';
import { patternTexts, stateTexts } from '../../numbers/ledger-row.js';
import { missedCauseTexts, type ContactRecord } from '../../metrics/contact-record.js';
import { cityNames } from '../../site/legal-route.js';
import type { User } from './access.js';
import { audit } from './audit.js';
import type { HttpParts } from './http-parts.js';
import type { ContactFilter } from './record-reader.js';
import { sendTable, tableOf, type Column, type FileFormat, type FileLanguage } from './table-file.js';

/** Rows of a file at most; EXPORT_TOO_LARGE says the same number. */
const mostRows = 20_000;
const pageRows = 200;

/** What is taken out, and how. */
export interface ContactExport {
  readonly filter: ContactFilter;
  readonly format: FileFormat;
  readonly lang: FileLanguage;
}

/** Answers with the file. @throws DATABASE_UNAVAILABLE, EXPORT_TOO_LARGE, CURSOR_INVALID */
export async function exportContacts(
  reply: FastifyReply,
  parts: HttpParts,
  user: User,
  { filter, format, lang }: ContactExport,
): Promise<never> {
  const contacts = await allPages(parts, filter);
  const { subset, fromMs = null, toMs = null, agentId = null, queueId = null, entryId = null } = filter;
  const asked = { subset: subset?.name ?? null, fromMs, toMs, agentId, queueId, entryId };
  audit(parts, user, 'export', 'contacts', { format, rows: contacts.length, ...asked });
  const { queues } = parts.sites.current();
  const cityOf = ({ cityLedTo, siteVersion }: ContactRecord): string | null =>
    cityLedTo === null
      ? null
      : (cityNames(parts.sites.ofVersion(siteVersion).legalRoutes).get(cityLedTo) ?? cityLedTo);
  const queueName = (id: string | null): string | null => {
    const queue = id === null ? undefined : queues.get(id as QueueId);
    return queue === undefined ? id : queue[lang === 'zh' ? 'name' : 'en'];
  };
  const table = await tableOf(contactColumns(queueName, cityOf), contacts, lang);
  // The reply has been sent; its type is that of the list's JSON.
  return (await sendTable(reply, { name: 'contacts', format, table })) as never;
}

async function allPages({ records }: HttpParts, filter: ContactFilter): Promise<readonly ContactRecord[]> {
  const found: ContactRecord[] = [];
  for (let cursor: string | null | undefined = filter.cursor; cursor !== null;) {
    const result = await records.contacts({
      ...filter,
      limit: pageRows,
      ...(cursor !== undefined && { cursor }),
    });
    if (!result.ok) throw new AppError(result.code);
    found.push(...result.page.contacts);
    if (found.length > mostRows) throw new AppError('EXPORT_TOO_LARGE');
    ({ cursor } = result.page);
  }
  return found;
}

const text = (
  zh: string,
  en: string,
  of: (record: ContactRecord) => string | null,
): Column<ContactRecord> => ({ zh, en, of });

const instant = (zh: string, en: string, of: (record: ContactRecord) => number | null) =>
  text(zh, en, (record) => {
    const atMs = of(record);
    return atMs === null ? null : formatCivilTime(atMs);
  });

const seconds = (
  zh: string,
  en: string,
  of: (record: ContactRecord) => number | null,
): Column<ContactRecord> => ({
  zh: `${zh}(秒)`,
  en: `${en} (s)`,
  of: (record) => {
    const ms = of(record);
    return ms === null ? null : Math.floor(ms / 100) / 10;
  },
});

const gradeTexts: Readonly<Record<SurveyGrade, string>> = {
  5: '非常满意',
  4: '满意',
  3: '基本满意',
  2: '不满意',
  1: '非常不满意',
};
const reasonTexts: Readonly<Record<SurveyReason, string>> = {
  attitude: '态度问题',
  unclear: '答复不清',
  waiting: '等候过久',
  other: '其他',
};

/** Empty where nobody was asked. */
function gradeText({ grade, surveyOffered, surveyExempt }: ContactRecord): string | null {
  if (surveyExempt) return '不纳入满意率';
  if (grade !== null) return gradeTexts[grade];
  return surveyOffered ? '未评价' : null;
}

/** A word of the ledger in Chinese; a word it no longer has stays as it was kept. */
const ledgerText = (texts: Readonly<Record<string, string>>, word: string | null): string | null =>
  word === null ? null : (texts[word] ?? word);

/** The columns of the list; a queue that the files no longer have is named by its id. */
const contactColumns = (
  queueName: (id: string | null) => string | null,
  cityOf: (record: ContactRecord) => string | null,
): readonly Column<ContactRecord>[] => [
  text('来电编号', 'Contact', ({ contactId }) => contactId),
  instant('来电时间', 'Arrived', ({ arrivedAtMs }) => arrivedAtMs),
  text('来电号码', 'Caller', ({ callerMasked }) => callerMasked),
  text('接入号码', 'Number dialled', ({ dnis }) => dnis),
  text('接入编号', 'Entry id', ({ entryId }) => entryId),
  text('归并方式', 'Merged as', ({ numberPattern }) => ledgerText(patternTexts, numberPattern)),
  text('号码状态', 'State of the number', ({ numberState }) => ledgerText(stateTexts, numberState)),
  text('排队', 'Queue', ({ queueId }) => queueName(queueId)),
  text('工号', 'Agents', ({ agentIds }) => agentIds.join(' ')),
  instant('接通时间', 'Answered', ({ answeredAtMs }) => answeredAtMs),
  instant('结束时间', 'Ended', ({ endedAtMs }) => endedAtMs),
  seconds('等待', 'Wait', ({ waitMs }) => waitMs),
  seconds('通话', 'Talk', ({ talkMs }) => talkMs),
  seconds('保持', 'Hold', ({ holdMs }) => holdMs),
  seconds('话后', 'Wrap-up', ({ wrapUpMs }) => wrapUpMs),
  text('漏接原因', 'Cause of the miss', ({ missedCause }) =>
    missedCause === null ? null : missedCauseTexts[missedCause],
  ),
  text('口径外', 'Excluded', ({ excluded }) => excluded),
  text('诉求类别', 'Category', ({ category }) => category),
  text('处置结果', 'Outcome', ({ outcome }) => outcome),
  text('区县', 'District', ({ district }) => district),
  text('工单号', 'Matter', ({ matterNumber }) => matterNumber),
  text('转接外地 12345', 'Led to another city', cityOf),
  text('评价', 'Rating', (record) => gradeText(record)),
  text('不满意原因', 'Why dissatisfied', ({ unhappyReason }) => unhappyReason && reasonTexts[unhappyReason]),
];
