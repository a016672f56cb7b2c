// Words of hold, help, whispering and orders in Chinese.

export const talkActsZh = {
  'act.hold': '保持',
  'act.resume': '恢复通话',
  'act.help': '求助班长',
  'act.helpoff': '取消求助',
  'act.confidential': '设为保密',
  'why.sealed': '已设保密',
  'call.sealed': '保密来电',
  'call.sealed.minor': '未成年人来电',
  'seat.notices': '提醒',
  'seat.whispered': '班长正在与您耳语,来电人听不到',
  'seat.holdLong': '已保持较久,请先回到来电人',
  'seat.holdLongPhone': '话机已保持较久,请在话机上恢复',
  'seat.helpAsked': '已求助班长,请稍候',
  'seat.forced.GoReady': '{by}已将您示闲:{reason}',
  'seat.forced.GoBreak': '{by}已让您小休:{reason}',
  'seat.forced.SignOut': '{by}已将您签出:{reason}',
  'why.heldByPhone': '由话机保持,请在话机上恢复',
  'alarm.heldTooLong': '来电保持过久',
  'wall.help': '求助',
} as const;
