// @ts-check
// What stands behind each alarm of the service, in a few words, and the one command to begin with; docs/operations.md says more.

import path from 'node:path';
import { whatFills } from './machine.mjs';
import { quoted } from './patient.mjs';

/** @typedef {import('./patient.mjs').Patient} Patient */
/** @typedef {import('../../src/engine/ports.js').AlarmName} AlarmName */
/** @typedef {{critical: boolean, zh: string, en: string, mend: (patient: Patient) => string}} Remedy */

/** @param {string} place @param {Patient} patient */
const lastLines = (place, { layout }) => `tail -n 30 ${quoted(path.join(layout.home, place))}`;

/** @type {Readonly<Record<AlarmName, Remedy>>} */
export const ALARMS = {
  nodeSick: {
    critical: true,
    zh: '电话节点无应答',
    en: 'Telephony does not answer',
    mend: ({ restart }) => restart('asterisk'),
  },
  spoolDiskFull: {
    critical: true,
    zh: '日志磁盘已满',
    en: 'Journal disk full',
    mend: ({ layout }) => whatFills(layout.home),
  },
  recordingDiskLow: {
    critical: true,
    zh: '录音磁盘不足',
    en: 'Recordings disk nearly full',
    mend: ({ layout }) => whatFills(layout.home),
  },
  recordingFailed: {
    critical: true,
    zh: '录音失败',
    en: 'Recording failed',
    mend: (patient) => lastLines('asterisk/log/messages.log', patient),
  },
  databaseAway: {
    critical: false,
    zh: '数据库无法访问',
    en: 'Database away',
    mend: ({ restart, ownDatabase }) =>
      ownDatabase ? restart('postgres') : 'psql "$DATABASE_URL" -c "select 1"',
  },
  eventLoopSlow: {
    critical: false,
    zh: '服务响应迟缓',
    en: 'Service is slow',
    mend: () => 'top -b -n 1 | head -n 15',
  },
  newContactAddress: {
    critical: false,
    zh: '话机通话中更换地址',
    en: 'A phone changed address in a call',
    mend: (patient) => lastLines('log/service.log', patient),
  },
  phoneMisconfigured: {
    critical: false,
    zh: '话机设置有误',
    en: 'A phone is set up wrongly',
    mend: (patient) => lastLines('log/service.log', patient),
  },
  messagesFailing: {
    critical: false,
    zh: '短信发不出去',
    en: 'Short messages are not taken',
    mend: (patient) => lastLines('log/service.log', patient),
  },
  packetsFailing: {
    critical: true,
    zh: '来电信息推送不到紧急或公用事业单位',
    en: 'Call details do not reach an emergency line or utility',
    mend: (patient) => lastLines('log/service.log', patient),
  },
  heldTooLong: {
    critical: false,
    zh: '保持过久',
    en: 'A citizen is on hold too long',
    mend: (patient) => lastLines('log/service.log', patient),
  },
  promptMissing: {
    critical: false,
    zh: '缺少提示音',
    en: 'Prompt missing',
    mend: ({ here }) => here('npm run prompts -- build'),
  },
  publishUnreviewed: {
    critical: false,
    zh: '单人发布待补审',
    en: 'Published by one person, to be reviewed',
    mend: ({ here }) => here('npm run flows -- versions'),
  },
  calendarMissing: {
    critical: false,
    zh: '缺少节假日安排',
    en: 'Holiday calendar missing',
    mend: ({ layout, edit }) => edit(path.join(layout.flows, 'calendar.yaml')),
  },
  numberEnding: {
    critical: false,
    zh: '号码状态即将变更',
    en: 'A number is about to change',
    mend: ({ layout, edit }) => edit(path.join(layout.flows, 'numbers.yaml')),
  },
  rosterGap: {
    critical: false,
    zh: '专家值班有空档',
    en: 'Gap in the experts’ roster',
    mend: ({ layout, edit }) => edit(path.join(layout.flows, 'duty.yaml')),
  },
};
