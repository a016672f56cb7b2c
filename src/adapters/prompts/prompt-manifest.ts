// The file that says which sounds exist: written when the prompts are made, read by the service.
import { Type } from 'typebox';
import type { Static } from 'typebox';

/** One sound. `file` is below the sounds' folder and without extension, as Asterisk wants it. */
const sound = Type.Object({
  file: Type.String({ pattern: '^[A-Za-z0-9/-]+$' }),
  durationMs: Type.Integer({ minimum: 0 }),
  text: Type.String(),
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
  ]),
  sounds: Type.Record(Type.String(), sound),
});

/** Shape of `sounds/manifest.json`. */
export const promptManifestSchema = Type.Object({
  version: Type.Literal(1),
  prompts: Type.Record(Type.String(), Type.Object({ parts: Type.Array(part, { minItems: 1 }) })),
});

/** Content of `sounds/manifest.json`. */
export type PromptManifest = Static<typeof promptManifestSchema>;
