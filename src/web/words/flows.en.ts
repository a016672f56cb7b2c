// Words of the flows' texts, in English.
import type { flowsZh } from './flows.zh.js';

export const flowsEn: Readonly<Record<keyof typeof flowsZh, string>> = {
  'flowText.edit': 'Edit the text',
  'flowText.back': 'Back to the flow in force',
  'flowText.title': 'Text of flow {id}',
  'flowText.hint':
    'Checked while you write: findings, scenarios and picture are those of the text in the box. It comes into force when another administrator publishes your draft. docs/flows.md shows the form.',
  'flowText.line': 'Line {n}',
  'flowText.checking': 'Checking…',
  'flowText.sound': 'The check finds no error',
  'flowText.scenarios': 'Scenarios',
  'flowText.scenariosGood': 'All {n} scenarios go as they should',
  'flowText.scenariosBad':
    '{n} go otherwise; it can be saved all the same: see whether the flow is wrong, or the scenario to be changed',
  'flowText.scenariosNot': 'With errors found, no scenario was run',
  'flowText.scenarioText': 'Text of the scenarios',
  'flowText.scenarioHint': 'Scenarios are changed on the host, in {file}; they stand here to compare.',
  'flowText.picture': 'Picture of the text in the box',
  'flowText.pictureOld': 'The text holds errors: this is the picture from before them',
  'flowText.kept': 'What you had typed and not saved into the draft is back.',
  'flowText.begun': 'A new flow that is not in the draft yet.',
  'flowText.drop': 'Give it up',
  'flowText.conflict':
    'Something else stands here by now: published by somebody, or saved by you in another window. It is shown below; compare and choose. Your text is still in the box.',
  'flowText.standing': 'What stands here now',
  'flowText.take': 'Take what stands here',
  'flowText.insist': 'Keep my text',
  'flowText.new': 'New flow',
  'flowText.newName': 'Name of the flow',
  'flowText.newHint': 'Letters, figures, hanzi; it begins as a copy of the open one',
  'flowText.badName': '1 to 64 letters, figures or hanzi, with . _ - between them',
  'flowText.make': 'Begin',
};
