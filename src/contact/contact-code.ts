// The query code of a case, told at the end of the talk to a caller who can be sent no message: said twice, figure by figure. It is a secret: it stands in no fact and no image of the journal.
import type { Contact } from './contact.js';
import { patch, refuse, type ContactStep } from './contact-step.js';
import type { SpokenPart } from './flow-turn.js';
import type { PromptRef } from './prompt-ref.js';

const figurePrompt = 'case.digit';
const codePrompts: ReadonlySet<string> = new Set(['case.code', figurePrompt, 'case.again', 'case.keep']);

/** Takes note of a code that is to be told; the last one counts. Only while somebody talks with him. */
export function noteCode(step: ContactStep, code: string): ContactStep {
  return step.contact.stage.at === 'talking'
    ? patch(step, { queryCode: { code, said: false } })
    : refuse(step.contact, 'CONTACT_NOT_TALKING');
}

/** The words that tell it, once; what a part says is looked up when it is played. */
export function codeWords(step: ContactStep): readonly [ContactStep, readonly SpokenPart[]] {
  const { queryCode } = step.contact;
  if (queryCode === undefined || queryCode.said) return [step, []];
  const figures = [...queryCode.code].map((_, at): PromptRef => ({ id: figurePrompt, slots: { at } }));
  const prompts: readonly PromptRef[] = [
    { id: 'case.code' },
    ...figures,
    { id: 'case.again' },
    ...figures,
    { id: 'case.keep' },
  ];
  const said = patch(step, { queryCode: { ...queryCode, said: true } });
  return [said, prompts.map((prompt) => ({ prompt, mustHear: true }))];
}

/** For each of its words the last ones of a call may take so much longer. ASSUMED */
export const codeWordMs = 1_500;

/** After a restart: where the telling was cut it is to be told anew, from its beginning. */
export function codeCut(step: ContactStep): ContactStep {
  const { queryCode, voice } = step.contact;
  const owed = [...(voice.playing === null ? [] : [voice.playing.part]), ...voice.pending];
  const isCut = queryCode?.said === true && owed.some(({ prompt }) => codePrompts.has(prompt.id));
  return isCut ? patch(step, { queryCode: { ...queryCode, said: false } }) : step;
}

/** What is played for a part: of a figure of the code only its place stands in the state. */
export function playedPrompt({ queryCode }: Contact, prompt: PromptRef): PromptRef {
  const at = prompt.slots?.['at'];
  if (prompt.id !== figurePrompt || typeof at !== 'number') return prompt;
  return { id: figurePrompt, slots: { d: queryCode?.code[at] ?? '' } };
}
