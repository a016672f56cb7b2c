// How the call at hand stands, in words: where it is, and whether it is or was recorded.
import type { StripContact } from '../live/live-frame.js';
import type { WordKey } from '../words/zh.js';

/** The words of a call's standing, in order. Before the talk nothing is said of the recording. */
export function standingOf({
  stage,
  held,
  recording,
}: Pick<StripContact, 'stage' | 'held' | 'recording'>): readonly WordKey[] {
  switch (stage) {
    case 'talking':
      return [held ? 'state.hold' : 'stage.talking', `rec.${recording}`];
    case 'leaving':
    case 'ended':
      return [`stage.${stage}`, `rec.${recording}`];
    default:
      return [`stage.${stage}`];
  }
}
