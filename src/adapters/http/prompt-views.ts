// What the API shows of prompts and their sounds.
import { Type, type Static } from 'typebox';
import { oneOf } from './views.js';

/** One sound. */
export const soundView = Type.Object({
  name: Type.String(),
  text: Type.String(),
  spoken: Type.String({ description: 'with every figure as it is read' }),
  pinyin: Type.String(),
  durationMs: Type.Integer(),
  source: oneOf(['synthesized', 'recorded', 'uploaded']),
  uploaded: Type.Union([
    Type.Object({
      text: Type.String({
        description: 'for which it was recorded; the prompt may say something else by now',
      }),
      atMs: Type.Integer(),
    }),
    Type.Null(),
  ]),
});
/** One prompt and where it is said. */
export const promptView = Type.Object({
  id: Type.String(),
  text: Type.String({ description: '`{name}` is a slot' }),
  when: Type.String(),
  speed: oneOf(['normal', 'slow']),
  language: oneOf(['zh', 'en']),
  profile: oneOf(['citizen', 'agent']),
  longestMs: Type.Integer(),
  uses: Type.Array(Type.Object({ flow: Type.String(), node: Type.String() })),
  saidBy: oneOf(['service', 'dialplan', 'flows', 'nobody']),
  sounds: Type.Array(soundView),
});
/** One prompt as the page shows it. */
export type PromptView = Static<typeof promptView>;
/** One of its sounds. */
export type PromptSoundView = Static<typeof soundView>;
