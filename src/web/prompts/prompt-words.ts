// What the page of prompts says of a prompt and its sounds, in the list and while it plays.
import type { PromptSoundView, PromptView } from '../../adapters/http/prompt-views.js';
import { nameOf, say } from '../words/language.js';

/** Another recording is another address: the browser plays no former one. */
export function addressOf(id: string, { name, uploaded, durationMs }: PromptSoundView): string {
  const version = `${uploaded?.sha256 ?? ''}-${String(durationMs)}`;
  return `/api/v1/prompts/${id}/audio?sound=${name}#${version}`;
}

/** Where it is said. */
export function placesText({ saidBy, uses, numbers, routes }: PromptView): string {
  const flows = uses.map((use) => say('prompts.flow', { ...use }));
  return [say(`prompts.saidBy.${saidBy}`), ...flows, ...numbers, ...routes.map(nameOf)].join(' · ');
}

/** Pinyin with and without its tones: few keyboards have them. */
export function searchWords({ id, text, when, sounds }: PromptView): string {
  const said = sounds.flatMap((one) => [one.text, one.spoken, one.pinyin, one.pinyin.normalize('NFD')]);
  return [id, text, when, ...said]
    .join('\n')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase();
}

/** What is heard of a prompt: all its sounds, or the first of each part as an example. */
export function soundsHeard({ sounds }: PromptView, every: boolean): readonly PromptSoundView[] {
  return every
    ? sounds
    : sounds.filter(({ part }, at) => sounds.findIndex((one) => one.part === part) === at);
}
