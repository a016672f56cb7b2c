// Finds the sounds of a prompt: reads the manifest at the start and on reload, and answers from memory.
import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import type { PromptRef } from '../../contact/prompt-ref.js';
import { AppError } from '../../errors.js';
import { slotKey } from '../../ivr/prompt-slot.js';
import { promptManifestSchema } from './prompt-manifest.js';
import type { PromptManifest } from './prompt-manifest.js';

/** What Asterisk plays for one prompt. */
export interface PromptSounds {
  /** `sound:yihao/…`, in order; one playback takes them all without a gap. */
  readonly media: readonly string[];
  readonly durationMs: number;
}

/** The prompts that have sound. */
export interface PromptStore {
  /** Undefined for a prompt that is not there, or a slot's value that nobody has spoken. */
  resolve(prompt: PromptRef): PromptSounds | undefined;
  /** Ids of every prompt with sound. */
  ids(): readonly string[];
  /** All that the manifest says. */
  manifest(): PromptManifest;
  /**
   * Reads the manifest again; on a fault the former one stays in force.
   * @throws CONFIG_INVALID if it is missing or no manifest
   */
  reload(): void;
}

type Part = PromptManifest['prompts'][string]['parts'][number];

/**
 * Reads the manifest that `npm run prompts -- build` wrote.
 * @param manifestPath `YIHAO_HOME/sounds/manifest.json`
 * @throws CONFIG_INVALID if it is missing or no manifest
 */
export function createPromptStore(manifestPath: string): PromptStore {
  let manifest = readManifest(manifestPath);
  return {
    resolve({ id, slots }) {
      const prompt = Object.hasOwn(manifest.prompts, id) ? manifest.prompts[id] : undefined;
      const sounds = prompt?.parts.map((part) => soundOf(part, slots ?? {}));
      if (!sounds || !sounds.every((sound) => sound !== undefined)) return undefined;
      return {
        media: sounds.map(({ file }) => `sound:${file}`),
        durationMs: sounds.reduce((sum, { durationMs }) => sum + durationMs, 0),
      };
    },
    ids: () => Object.keys(manifest.prompts),
    manifest: () => manifest,
    reload() {
      manifest = readManifest(manifestPath);
    },
  };
}

function soundOf(part: Part, slots: NonNullable<PromptRef['slots']>): Part['sounds'][string] | undefined {
  if (part.kind === '') return part.sounds[''];
  const value = Object.hasOwn(slots, part.slot) ? slots[part.slot] : undefined;
  const key = value === undefined ? undefined : slotKey(part.kind, value, Object.keys(part.sounds));
  return key === undefined ? undefined : part.sounds[key];
}

function readManifest(manifestPath: string): PromptManifest {
  const manifest = parseManifest(manifestPath);
  if (!Value.Check(promptManifestSchema, manifest)) {
    throw new AppError('CONFIG_INVALID', { file: manifestPath, mend: 'npm run prompts -- build' });
  }
  return manifest;
}

function parseManifest(manifestPath: string): unknown {
  try {
    return JSON.parse(readFileSync(manifestPath, 'utf8'));
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', { file: manifestPath, mend: 'npm run prompts -- build' }, { cause });
  }
}
