// What the API shows of prompts and their sounds.
import { Type, type Static } from 'typebox';
import { nullable, oneOf } from './views.js';

/** One sound. */
export const soundView = Type.Object({
  name: Type.String(),
  part: Type.Integer({ description: 'a prompt is heard as one sound of each part, in their order' }),
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
      sha256: Type.String(),
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
  numbers: Type.Array(Type.String({ description: 'name of a number that says it' })),
  routes: Type.Array(Type.Object({ name: Type.String(), en: Type.String() })),
  saidBy: oneOf(['service', 'dialplan', 'flows', 'numbers', 'routes', 'nobody']),
  sounds: Type.Array(soundView),
});
/** A sound, measured. */
export const soundFiguresView = Type.Object({
  speechDb: nullable(Type.Number({ description: 'null: it is not in the form that is played' })),
  clippedSamples: nullable(Type.Integer({ description: 'the longest run at full scale' })),
  faults: Type.Array(Type.Object({ zh: Type.String(), en: Type.String() })),
});
/** The same as the page shows it. */
export type SoundFiguresView = Static<typeof soundFiguresView>;
/** One prompt as the page shows it. */
export type PromptView = Static<typeof promptView>;
/** One of its sounds. */
export type PromptSoundView = Static<typeof soundView>;

/** A sound made anew on trial, measured. */
export const soundMadeView = Type.Object({
  spoken: Type.String({ description: 'with every figure as it is read' }),
  pinyin: Type.String(),
  durationMs: Type.Integer(),
  wav: Type.String({ description: 'base64' }),
  ...soundFiguresView.properties,
});
/** The same as the page shows it. */
export type SoundMadeView = Static<typeof soundMadeView>;
/** A recording taken into the draft. */
export const keptRecordingView = Type.Object({
  name: Type.String({ description: 'of the sound' }),
  sha256: Type.String(),
  text: Type.String(),
  durationMs: Type.Integer(),
});
/** The same as the page shows it. */
export type KeptRecordingView = Static<typeof keptRecordingView>;
