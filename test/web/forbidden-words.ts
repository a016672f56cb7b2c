// Words that no Chinese text of ours holds, each with a better one in the vocabulary: 座席, 话务员, 来电人, 回拨, 分机.

export const forbiddenWords = [
  '坐席',
  '客服',
  '接线员',
  '业务代表',
  '客户',
  '用户',
  '顾客',
  '投诉单',
  '下单',
  '回呼',
  '反呼',
  '必须',
  '只能',
  '死机',
  '掉线',
  '终端',
  '报警电话',
] as const;
