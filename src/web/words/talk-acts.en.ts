// The English twin of talk-acts.zh.ts: the same keys.
import type { talkActsZh } from './talk-acts.zh.js';

export const talkActsEn: Readonly<Record<keyof typeof talkActsZh, string>> = {
  'act.hold': 'Hold',
  'act.resume': 'Resume talk',
  'act.silent': 'Silent caller',
  'seat.silent.asked': 'The caller was asked to press 1 (hears) or 2 (cannot speak)',
  'seat.silent.hears': 'The caller pressed 1: he hears, go on',
  'seat.silent.texting': 'The caller pressed 2: he cannot speak, a message is being sent',
  'seat.silent.texted': 'The caller cannot speak; message sent, do not hang up first',
  'seat.silent.notTexted': 'The caller cannot speak; no message possible, do not hang up first',
  'seat.silent.noAnswer': 'The caller pressed no key; do not hang up first',
  'why.held': 'The citizen is on hold: resume first',
  'act.help': 'Call for help',
  'act.helpoff': 'Cancel help',
  'seat.notices': 'Notices',
  'seat.whispered': 'A supervisor is speaking to you; the citizen cannot hear it',
  'seat.holdLong': 'On hold for long: go back to the citizen first',
  'seat.holdLongPhone': 'The phone has held for long: resume at the phone',
  'seat.helpAsked': 'Your supervisor has been asked for help',
  'seat.forced.GoReady': '{by} made you ready: {reason}',
  'seat.forced.GoBreak': '{by} put you on a break: {reason}',
  'seat.forced.SignOut': '{by} signs you out: {reason}',
  'why.heldByPhone': 'The phone holds it: resume at the phone',
  'alarm.heldTooLong': 'Citizen on hold too long',
  'wall.help': 'Help',
};
