// The catalogue of faults: every code the service can name, with its HTTP status and its words in Chinese and English.

/** One row of the catalogue: `zh` first, since an administrator in Hebei reads it at 3 a.m.; both say what to mend. */
interface ErrorRow {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
}

/** Every error code. `docs/errors.md` lists the same codes; a test holds both in step. */
export const errorCatalogue = {
  AGENT_NOT_SIGNED_IN: { status: 409, zh: '该话务员未签入', en: 'The agent is not signed in.' },
  AGENT_UNKNOWN: { status: 404, zh: '没有这个工号', en: 'There is no such agent.' },
  AGENT_WRONG_STATE: {
    status: 409,
    zh: '当前状态不能这样操作',
    en: 'The agent cannot do this in the present state.',
  },
  AMI_REFUSED: { status: 502, zh: 'Asterisk 拒绝了管理指令', en: 'Asterisk refused the management action.' },
  AMI_UNAVAILABLE: {
    status: 503,
    zh: '与 Asterisk 的管理连接已断开',
    en: 'The management connection to Asterisk is down.',
  },
  ARI_REFUSED: { status: 502, zh: 'Asterisk 拒绝了请求', en: 'Asterisk refused the request.' },
  ARI_UNAVAILABLE: { status: 503, zh: '无法连接 Asterisk', en: 'Asterisk cannot be reached.' },
  CONFIG_INVALID: {
    status: 500,
    zh: '配置有误,请按提示修改',
    en: 'The configuration is wrong: mend what the details name.',
  },
  CONTACT_NOT_TALKING: { status: 409, zh: '当前没有通话', en: 'The contact is not in a talk.' },
  CONTACT_NOT_YOURS: { status: 403, zh: '这不是您的来电', en: 'This contact is not yours.' },
  CONTACT_UNKNOWN: {
    status: 404,
    zh: '没有这个来电,或已结束',
    en: 'There is no such contact, or it is over.',
  },
  CURSOR_INVALID: {
    status: 400,
    zh: '翻页位置无效,请从第一页重新查询',
    en: 'The paging cursor is not one of ours: start again from the first page.',
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    zh: '数据库暂时无法访问,通话不受影响',
    en: 'The database cannot be reached; calls go on.',
  },
  DEADLINE_EXCEEDED: { status: 504, zh: '外部部件超时未应答', en: 'An outside part did not answer in time.' },
  DEVICE_UNKNOWN: { status: 404, zh: '没有这台话机', en: 'There is no such phone.' },
  FORBIDDEN: {
    status: 403,
    zh: '您没有此权限。如工作需要,请联系管理员',
    en: 'You may not do this. Ask the administrator.',
  },
  IMPORT_INVALID: {
    status: 422,
    zh: '导入的表格有误,未做任何修改',
    en: 'The table cannot be imported; nothing has changed.',
  },
  INTERNAL_FAULT: {
    status: 500,
    zh: '服务内部出错,已记录',
    en: 'The service failed inside; it has been logged.',
  },
  KIOSK_TOKEN_WRONG: {
    status: 401,
    zh: '大屏口令无效,请向管理员索取新的地址',
    en: "The screen's token is wrong: ask the administrator for the address.",
  },
  LOGIN_FAILED: { status: 401, zh: '工号或密码有误', en: 'The user or the password is wrong.' },
  LOGIN_LOCKED: {
    status: 429,
    zh: '输入次数过多,请十分钟后再试或联系班长',
    en: 'Too many failures: wait ten minutes or ask the supervisor.',
  },
  LOGIN_NEEDED: { status: 401, zh: '请先登录', en: 'Log in first.' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, zh: '请求内容须为 JSON', en: 'The body must be JSON.' },
  NOT_FOUND: { status: 404, zh: '没有这个地址', en: 'There is nothing at this address.' },
  ORIGIN_REFUSED: {
    status: 403,
    zh: '请求来自其他网站,已拒绝',
    en: 'The request came from another web site and was refused.',
  },
  PROVISION_LINK_SPENT: {
    status: 410,
    zh: '配置链接无效、已使用或已过期,请重新生成话机卡',
    en: 'The link is unknown, used or expired: make the card anew.',
  },
  RATE_LIMITED: { status: 429, zh: '请求过于频繁,请稍后再试', en: 'Too many requests: try again later.' },
  RECORDING_DISK_LOW: {
    status: 507,
    zh: '录音磁盘空间不足,已停止录音,通话不受影响',
    en: 'The recordings disk is nearly full: recording has stopped, calls go on.',
  },
  RECORDING_OFF: { status: 409, zh: '本次通话没有录音', en: 'This talk is not being recorded.' },
  REDIS_SUPERSEDED: {
    status: 409,
    zh: '本站点的实时数据已由另一个服务接管',
    en: 'Another service has taken over the live data of this site.',
  },
  REDIS_UNAVAILABLE: {
    status: 503,
    zh: 'Redis 未应答,服务会自动重连',
    en: 'Redis does not answer; the service reconnects by itself.',
  },
  REQUEST_INVALID: {
    status: 400,
    zh: '请求内容有误,请按提示修改',
    en: 'The request is wrong: mend what the details name.',
  },
  REQUEST_TOO_LARGE: { status: 413, zh: '请求内容过大', en: 'The request is too large.' },
  ROW_EXISTS: { status: 409, zh: '编号已被使用,请换一个', en: 'This id is in use: choose another one.' },
  ROW_IN_USE: {
    status: 409,
    zh: '仍在使用,不能删除。请先处理所列的引用',
    en: 'It is in use and cannot be taken out: change what the details name first.',
  },
  ROW_UNKNOWN: { status: 404, zh: '没有这一项', en: 'There is no such row.' },
  SITE_CHANGED: {
    status: 409,
    zh: '配置已被他人或手工修改,请刷新后重做;如为手工修改文件,请先重新加载配置',
    en: 'The files were changed meanwhile: look again and repeat. Files changed by hand are reloaded first.',
  },
  SITE_INVALID: {
    status: 422,
    zh: '配置文件有误,运行中的版本未变',
    en: 'The files hold errors; the running version stays in force.',
  },
  SITE_READ_ONLY: {
    status: 409,
    zh: '配置文件夹不可写,请系统管理员检查权限',
    en: 'The folder of the site cannot be written to: check its permissions.',
  },
  TEAM_ENDED: {
    status: 409,
    zh: '该班组已到期,不能签入。如仍需工作,请管理员延长到期日',
    en: "The agent's team has ended: ask the administrator to extend it.",
  },
  UNSAFE_VALUE: {
    status: 400,
    zh: '内容含有不允许的字符',
    en: 'The value holds characters that are not allowed.',
  },
  UPGRADE_NEEDED: {
    status: 426,
    zh: '此地址只接受 WebSocket 连接,请检查前置代理是否转发 Upgrade 头',
    en: 'This address speaks WebSocket only: check that the proxy in front passes the Upgrade header on.',
  },
  WRAP_UP_EXTENDED_ALREADY: {
    status: 409,
    zh: '话后处理已延长过一次',
    en: 'The wrap-up has been extended already.',
  },
} as const satisfies Record<string, ErrorRow>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;

/** A fault with a code of the catalogue. `details` never holds a raw phone number or a secret. */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(`${code}: ${errorCatalogue[code].en} ${JSON.stringify(details)}`, options);
  }
}
