// 评价: the agent has left, the citizen is still there and is asked. An ordinary flow without a way to a person, once a call.
//
// What he has keyed is journaled at once: who hangs up in the middle leaves it. `surveyOver` bounds the whole, whatever
// happens in it, restarts included.
import type { EndedBy } from './contact.js';
import {
  arm,
  ask,
  disarm,
  moveTo,
  patch,
  record,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';
import { codeCut, codeWordMs, codeWords } from './contact-code.js';
import { say, sayInstead, silence } from './contact-voice.js';
import type { FlowTurn, SpokenPart } from './flow-turn.js';
import type { AgentId } from './ids.js';
import { exemptBy, surveyVerdict } from './survey.js';

/** Last words after a talk of this length that the agent ended: the survey, or the goodbye. */
export function surveyOrGoodbye(
  step: ContactStep,
  agentId: AgentId,
  talkMs: number,
  context: ContactContext,
): ContactStep {
  const { arrival, disposition, sealed } = step.contact;
  const verdict = surveyVerdict({ ...disposition, sealed, tag: arrival.tag }, talkMs, context.policy.survey);
  switch (verdict.is) {
    case 'off':
      return sayGoodbye(step, context);
    case 'exempt':
      return sayGoodbye(exempt(step, verdict.reason), context);
    case 'asked': {
      const turn = context.beginSurvey();
      const offered = record(patch(step, { survey: 'offered' }), { type: 'SurveyOffered', agentId });
      const { limitMs } = context.policy.survey;
      return takeSurveyTurn(arm(offered, 'surveyOver', context.nowMs + limitMs), turn, false, context);
    }
  }
}

/** What his number's calls end with, and the hang-up after it. */
export function sayGoodbye(
  step: ContactStep,
  context: ContactContext,
  reason = 'agentReleased',
): ContactStep {
  const prompt = step.contact.arrival.words?.farewell ?? { id: 'bye' };
  return withCode(leave(step, reason, context), [{ prompt, mustHear: false }], context);
}

/** The last words, before them the code that is still to be told. */
function withCode(step: ContactStep, last: readonly SpokenPart[], context: ContactContext): ContactStep {
  const [told, code] = codeWords(step);
  if (code.length === 0) return say(step, last, context);
  const untilMs = context.nowMs + context.policy.leavingMs + code.length * codeWordMs;
  return say(arm(told, 'leavingOver', untilMs), [...code, ...last], context);
}

/** After a restart: farewells do not begin anew, a code that was cut does. Undefined = nothing is to be said any more. */
export function leavingAgain(step: ContactStep, context: ContactContext): ContactStep | undefined {
  const cut = codeCut(step);
  return cut === step ? undefined : withCode(silence(cut), [], context);
}

/** The survey's last words: his number's farewell stands in their place, for one goodbye is enough and nobody stays on for a second. */
function lastWords({ contact }: ContactStep, parts: readonly SpokenPart[]): readonly SpokenPart[] {
  const farewell = contact.arrival.words?.farewell;
  if (farewell === undefined) return parts;
  return [...parts.filter(({ mustHear }) => mustHear), { prompt: farewell, mustHear: false }];
}

/** Does what the survey's flow answered. `byCitizen`: he asked to be let go. */
export function takeSurveyTurn(
  step: ContactStep,
  { cursor, say: parts, next, answer }: FlowTurn,
  byCitizen: boolean,
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  // A version without this flow gives another one, which leads to a person; the talk is over.
  if (next.type === 'enqueue' || (stage.at === 'survey' && stage.cursor.flowId !== cursor.flowId))
    return breakOff(step, 'system', context);
  const answered =
    answer === undefined
      ? step
      : record(
          step,
          answer.is === 'grade'
            ? { type: 'SurveyAnswered', grade: answer.grade }
            : { type: 'SurveyReason', reason: answer.reason },
        );
  const [told, code] = codeWords(answered);
  if (next.type !== 'hangUp')
    return moveTo(sayInstead(told, [...code, ...parts], context), { at: 'survey', cursor, next });
  const spoken = sayInstead(told, [...code, ...lastWords(step, parts)], context);
  return leave(surveyEnded(spoken, byCitizen ? 'citizen' : 'system'), next.reason, context);
}

/** Ends the survey where it is, with the goodbye. */
export function breakOff(step: ContactStep, by: EndedBy, context: ContactContext): ContactStep {
  return sayGoodbye(surveyEnded(silence(step), by), context);
}

/** The survey is over, in whatever way. */
export function surveyEnded(step: ContactStep, by: EndedBy): ContactStep {
  return record(disarm(step, 'surveyOver', 'collect'), { type: 'SurveyEnded', by });
}

/** After a restart: what the hang-up asked for may not have been done, and must be before the question is asked again. */
export function tidyUp(step: ContactStep): ContactStep {
  return ask(silence(codeCut(step)), { do: 'stopRecording' }, { do: 'music', on: false });
}

/** The agent's note, or the seal, puts a contact outside 满意率, even while its citizen is being asked. */
export function exemptByNote(step: ContactStep, context: ContactContext): ContactStep {
  const { survey, arrival, disposition, sealed, stage } = step.contact;
  if (survey !== 'offered') return step;
  const reason = exemptBy({ ...disposition, sealed, tag: arrival.tag }, context.policy.survey);
  if (reason === null) return step;
  const noted = exempt(step, reason);
  return stage.at === 'survey' ? breakOff(noted, 'agent', context) : noted;
}

function exempt(step: ContactStep, reason: string): ContactStep {
  return record(patch(step, { survey: 'exempt' }), { type: 'SurveyExempt', reason });
}

function leave(step: ContactStep, reason: string, context: ContactContext): ContactStep {
  const leaving = moveTo(step, { at: 'leaving', by: 'agent', reason, hangingUp: false });
  return arm(leaving, 'leavingOver', context.nowMs + context.policy.leavingMs);
}
