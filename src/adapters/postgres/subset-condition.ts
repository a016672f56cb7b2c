// The subsets of metrics/subset.ts as SQL conditions; a conformance test holds the two together.
import { sql, type RawBuilder } from 'kysely';
import { satisfiedFrom } from '../../contact/survey.js';
import type { MissedCause } from '../../metrics/contact-record.js';
import type { Subset } from '../../metrics/subset.js';

/** Who answered: one of these, somebody else, or nobody. */
export type AnsweredBy =
  { readonly among: readonly string[] } | { readonly notAmong: readonly string[] } | 'nobody';

type Condition = RawBuilder<boolean>;

const excluded = sql<boolean>`(excluded is not null and excluded <> 'outbound')`;
const answered = sql<boolean>`(excluded is null and answered)`;
const missed = sql<boolean>`(excluded is null and not answered and ended_at_ms is not null)`;

/** Whether a row of contact_record is in a subset. */
export function subsetCondition({ name, rules }: Subset): Condition {
  const calledBack = sql<boolean>`(${missed} and called_back_at_ms - ended_at_ms <= ${rules.calledBackWithinMs})`;
  const answeredLate = sql<boolean>`(${answered} and coalesce(wait_ms, 0) > ${rules.answerWithinMs})`;
  switch (name) {
    case 'offered':
      return sql<boolean>`(${answered} or ${missed})`;
    case 'undecided':
      return sql<boolean>`(excluded is null and not answered and ended_at_ms is null)`;
    case 'answered':
      return answered;
    case 'within15':
      return sql<boolean>`(${answered} and coalesce(wait_ms, 0) <= ${rules.answerWithinMs})`;
    case 'notWithin15':
      return sql<boolean>`(${missed} or ${answeredLate})`;
    case 'answeredLate':
      return answeredLate;
    case 'notAnswered':
      return missed;
    case 'calledBack':
      return calledBack;
    case 'reached':
      return sql<boolean>`(${answered} or ${calledBack})`;
    case 'abandoned':
      return abandonedIn('flow', 'leaving', 'waiting', 'offered', 'led');
    case 'abandonedInPrompt':
      return abandonedIn('flow', 'leaving', 'led');
    case 'abandonedInQueue':
      return abandonedIn('waiting');
    case 'abandonedRinging':
      return abandonedIn('offered');
    case 'shortAbandoned':
      return sql<boolean>`(${missed} and abandoned_during is not null and coalesce(wait_ms, 0) < ${rules.shortAbandonMs})`;
    case 'abandonedAfterEvent':
      return sql<boolean>`(${missed} and after_event is not null)`;
    case 'surveyOffered':
      return surveyed(sql`survey_offered`);
    case 'rated':
      return surveyed(sql`grade is not null`);
    case 'satisfied':
      return surveyed(sql`grade >= ${satisfiedFrom}`);
    case 'dissatisfied':
      return surveyed(sql`grade < ${satisfiedFrom}`);
    case 'unrated':
      return surveyed(sql`survey_offered and grade is null`);
    case 'surveyExempt':
      return sql<boolean>`(${answered} and survey_exempt)`;
    case 'missedTimeout':
      return missedBy('timeout');
    case 'missedNobody':
      return missedBy('nobody');
    case 'missedOverload':
      return missedBy('overload');
    case 'missedFlowEnd':
      return missedBy('flowEnd');
    case 'missedLost':
      return missedBy('lost');
    case 'missedAway':
      return missedBy('away');
    case 'missedFull':
      return missedBy('full');
    case 'excluded':
      return excluded;
    case 'excludedTestCall':
      return sql<boolean>`excluded = 'testCall'`;
    case 'excludedBlocked':
      return sql<boolean>`excluded = 'blocked'`;
    case 'hungUpInPrompt':
      return sql<boolean>`(excluded = 'promptOnly' and ended_by = 'citizen')`;
    case 'excludedPromptOnly':
      return sql<boolean>`excluded = 'promptOnly'`;
    case 'excludedSubCentre':
      return sql<boolean>`excluded = 'subCentre'`;
    case 'outbound':
      return sql<boolean>`excluded = 'outbound'`;
    case 'outboundReached':
      return sql<boolean>`(excluded = 'outbound' and answered)`;
  }
}

function abandonedIn(...stages: readonly string[]): Condition {
  return sql<boolean>`(${missed} and abandoned_during = any(${stages}))`;
}

function surveyed(which: RawBuilder<unknown>): Condition {
  return sql<boolean>`(${answered} and not survey_exempt and ${which})`;
}

function missedBy(cause: MissedCause): Condition {
  return sql<boolean>`(${missed} and missed_cause = ${cause})`;
}

/** Whether the first talk was with one of these. */
export function answeredByCondition(who: AnsweredBy): Condition {
  if (who === 'nobody') return sql<boolean>`agent_ids[1] is null`;
  if ('among' in who) return sql<boolean>`agent_ids[1] = any(${who.among})`;
  return sql<boolean>`(agent_ids[1] is not null and agent_ids[1] <> all(${who.notAmong}))`;
}
