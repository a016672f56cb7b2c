// The calls behind a count: each name stands for one number of a tally, and for exactly the records that make it up.
import { abandonedIn, tallyOf, type CountedRecord, type Tally, type TallyRules } from './tally.js';

/** What can be asked for; docs/reports.md says each in a sentence. */
export const subsetNames = [
  'offered',
  'undecided',
  'answered',
  'within15',
  'notWithin15',
  'answeredLate',
  'notAnswered',
  'calledBack',
  'reached',
  'abandoned',
  'abandonedInPrompt',
  'abandonedInQueue',
  'abandonedRinging',
  'shortAbandoned',
  'abandonedAfterEvent',
  'surveyOffered',
  'rated',
  'satisfied',
  'dissatisfied',
  'unrated',
  'surveyExempt',
  'missedTimeout',
  'missedNobody',
  'missedOverload',
  'missedFlowEnd',
  'missedLost',
  'missedAway',
  'missedFull',
  'excluded',
  'excludedTestCall',
  'excludedBlocked',
  'excludedPromptOnly',
  'hungUpInPrompt',
  'excludedSubCentre',
  'outbound',
  'outboundReached',
] as const;
export type SubsetName = (typeof subsetNames)[number];

/** A subset under the limits it is counted with. */
export interface Subset {
  readonly name: SubsetName;
  readonly rules: TallyRules;
}

/** How many contacts of a tally are in a subset: the number in a report's cell. */
export function countIn(tally: Tally, name: SubsetName): number {
  const { missedBy, excludedBy } = tally;
  switch (name) {
    case 'offered':
    case 'undecided':
    case 'answered':
    case 'abandonedInPrompt':
    case 'abandonedInQueue':
    case 'abandonedRinging':
    case 'abandonedAfterEvent':
    case 'hungUpInPrompt':
      return tally[name];
    case 'within15':
      return tally.answeredInTime;
    case 'notWithin15':
      return tally.offered - tally.answeredInTime;
    case 'answeredLate':
      return tally.answered - tally.answeredInTime;
    case 'notAnswered':
      return tally.offered - tally.answered;
    case 'calledBack':
      return tally.calledBackInTime;
    case 'reached':
      return tally.answered + tally.calledBackInTime;
    case 'abandoned':
      return abandonedIn(tally);
    case 'shortAbandoned':
      return tally.shortAbandons;
    case 'surveyOffered':
      return tally.surveysOffered;
    case 'rated':
    case 'satisfied':
    case 'surveyExempt':
      return tally[name];
    case 'dissatisfied':
      return tally.rated - tally.satisfied;
    case 'unrated':
      return tally.surveysOffered - tally.rated;
    case 'missedTimeout':
      return missedBy.timeout ?? 0;
    case 'missedNobody':
      return missedBy.nobody ?? 0;
    case 'missedOverload':
      return missedBy.overload ?? 0;
    case 'missedFlowEnd':
      return missedBy.flowEnd ?? 0;
    case 'missedLost':
      return missedBy.lost ?? 0;
    case 'missedAway':
      return missedBy.away ?? 0;
    case 'missedFull':
      return missedBy.full ?? 0;
    case 'excluded':
      // What an agent calls is no call that came in.
      return Object.entries(excludedBy).reduce(
        (sum, [why, count]) => sum + (why === 'outbound' ? 0 : count),
        0,
      );
    case 'excludedTestCall':
      return excludedBy.testCall ?? 0;
    case 'excludedBlocked':
      return excludedBy.blocked ?? 0;
    case 'excludedPromptOnly':
      return excludedBy.promptOnly ?? 0;
    case 'excludedSubCentre':
      return excludedBy.subCentre ?? 0;
    case 'outbound':
      return excludedBy.outbound ?? 0;
    case 'outboundReached':
      return tally.outboundReached;
  }
}

/** Whether a record is one of them. By the tally of that record alone: a count and its list cannot come apart. */
export function isInSubset(record: CountedRecord, { name, rules }: Subset): boolean {
  return countIn(tallyOf(record, rules), name) > 0;
}
