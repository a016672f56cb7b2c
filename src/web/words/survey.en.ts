// The English twin of survey.zh.ts: the same keys.
import type { surveyZh } from './survey.zh.js';

export const surveyEn: Readonly<Record<keyof typeof surveyZh, string>> = {
  'rate.5': 'Very satisfied',
  'rate.4': 'Satisfied',
  'rate.3': 'Fairly satisfied',
  'rate.2': 'Dissatisfied',
  'rate.1': 'Very dissatisfied',
  'rate.none': 'Not rated',
  'rate.exempt': 'Exempt',
  'unhappy.attitude': 'Attitude',
  'unhappy.unclear': 'Unclear answer',
  'unhappy.waiting': 'Waited too long',
  'unhappy.other': 'Other',
  'story.survey': 'Rating',
  'story.SurveyOffered': 'Citizen asked to rate the talk with {agent}',
  'story.SurveyAnswered': 'Citizen rates: {grade}',
  'story.SurveyReason': 'Why dissatisfied: {reason}',
  'story.SurveyEnded': 'Survey over ({by})',
  'story.SurveyExempt': 'Exempt from the satisfaction figure: {reason}',
};
