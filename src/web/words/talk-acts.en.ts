// The English twin of talk-acts.zh.ts: the same keys.
import type { talkActsZh } from './talk-acts.zh.js';

export const talkActsEn: Readonly<Record<keyof typeof talkActsZh, string>> = {
  'act.hold': 'Hold',
  'act.resume': 'Resume talk',
  'act.help': 'Call for help',
  'act.helpoff': 'Cancel help',
  'act.confidential': 'Mark confidential',
  'why.sealed': 'Confidential already',
  'call.sealed': 'Confidential call',
  'call.sealed.minor': "Minor's call",
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
