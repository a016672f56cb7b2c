// The file that says which sounds exist: written when the prompts are made, read by the service.
import { Type } from 'typebox';
import type { Static } from 'typebox';

/** One sound. `file` is below the sounds' folder and without extension, as Asterisk wants it. */
const sound = Type.Object({
  file: Type.String({ pattern: '^[A-Za-z0-9/-]+$' }),
  durationMs: Type.Integer({ minimum: 0 }),
  /** As one would write it, as it is read aloud, and that in pinyin (empty for English). */
  text: Type.String(),
  spoken: Type.String(),
  pinyin: Type.String(),
  /** What the build made it from. */
  source: Type.Union([Type.Literal('synthesized'), Type.Literal('recorded')]),
  /** A recording uploaded by page lies over it, made for this text. */
  uploaded: Type.Union([Type.Object({ text: Type.String(), sha256: Type.String() }), Type.Null()]),
});

/** One stretch of a prompt: `sounds` by the slot's key, or under `''` where there is no slot. */
const part = Type.Object({
  slot: Type.String(),
  kind: Type.Union([
    Type.Literal(''),
    Type.Literal('count'),
    Type.Literal('ordinal'),
    Type.Literal('minutes'),
    Type.Literal('band'),
    Type.Literal('words'),
    Type.Literal('list'),
    Type.Literal('free'),
  ]),
  sounds: Type.Record(Type.String(), sound),
});

/** Shape of `sounds/manifest.json`. */
export const promptManifestSchema = Type.Object({
  version: Type.Literal(2),
  prompts: Type.Record(
    Type.String(),
    Type.Object({
      /** As its file says. */
      text: Type.String(),
      when: Type.String(),
      speed: Type.Union([Type.Literal('normal'), Type.Literal('slow')]),
      language: Type.Union([Type.Literal('zh'), Type.Literal('en')]),
      profile: Type.Union([Type.Literal('citizen'), Type.Literal('agent')]),
      longestMs: Type.Integer(),
      parts: Type.Array(part, { minItems: 1 }),
    }),
  ),
});

/** Content of `sounds/manifest.json`. */
export type PromptManifest = Static<typeof promptManifestSchema>;
