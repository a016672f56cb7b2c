// The catalogue of faults: every code the service can name, with its HTTP status and its words in Chinese and English.

/** One row of the catalogue: `zh` first, since an administrator in Hebei reads it at 3 a.m.; both say what to mend. */
interface ErrorRow {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
}

/** Every error code. `docs/errors.md` lists the same codes; a test holds both in step. */
export const errorCatalogue = {
  ACCOUNT_DISABLED: {
    status: 403,
    zh: '账号已停用,请联系系统管理员',
    en: 'The account is disabled: ask the system administrator.',
  },
  ACCOUNT_EXISTS: { status: 409, zh: '已有这个账号', en: 'There is an account of this name already.' },
  ACCOUNT_UNKNOWN: { status: 404, zh: '没有这个账号', en: 'There is no such account.' },
  ACCOUNT_WITHOUT_ROLE: {
    status: 403,
    zh: '账号尚未授权角色,请联系安全管理员',
    en: 'The account has no role yet: ask the security administrator.',
  },
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
  BREAK_PLACES_TAKEN: {
    status: 409,
    zh: '小休名额已满,当前的小休保持不变',
    en: 'Every place for such a break is taken; the present one stands.',
  },
  CALLED_OUT: {
    status: 409,
    zh: '这是外呼,不能转专席、转外地或无声处理',
    en: 'This call was made from here: it is not sent on to a seat or another city, nor asked as a silent caller.',
  },
  CALLER_CONFIDENTIAL: {
    status: 403,
    zh: '保密来电,未经市民同意不能回拨',
    en: 'A confidential caller is not called back without his word.',
  },
  CALLER_STOP_LISTED: {
    status: 409,
    zh: '该号码在「不回拨、不发短信」名单中,未经市民同意不能回拨',
    en: 'This number is on the stop list: it is not called without the citizen’s word.',
  },
  CALL_OUT_BUSY: {
    status: 409,
    zh: '正在外呼这个号码,或该来电人正在通话',
    en: 'This citizen is being called, or is in a call with us, already.',
  },
  CALL_OUT_OFF: {
    status: 409,
    zh: '没有配置外呼:请在 dial-out.yaml 写明中继和显示的号码',
    en: 'Calling out is not set up: dial-out.yaml names the trunk and the numbers shown.',
  },
  CITIZEN_HELD: {
    status: 409,
    zh: '来电人在保持中,请先恢复通话',
    en: 'The citizen is on hold: take him back first.',
  },
  CITY_UNKNOWN: {
    status: 409,
    zh: '没有配置转往该城市12345的线路',
    en: 'No way to the 12345 of this city is set up.',
  },
  CONFIG_INVALID: {
    status: 500,
    zh: '配置有误,请按提示修改',
    en: 'The configuration is wrong: mend what the details name.',
  },
  CONSULT_NONE: {
    status: 409,
    zh: '没有进行中的专家咨询,或专家尚未接入',
    en: 'No consult is under way, or no expert has come yet.',
  },
  CONSULT_RUNNING: {
    status: 409,
    zh: '正在咨询专家,请先结束咨询',
    en: 'An expert is being consulted: end that first.',
  },
  CONTACT_HELD: {
    status: 409,
    zh: '来电人正在保持中,请先恢复通话',
    en: 'The citizen is on hold: take him back first.',
  },
  CONTACT_NOT_MISSED: {
    status: 409,
    zh: '该来电已有话务员接听,无需触达',
    en: 'An agent talked with this caller to the end: nobody has to be reached.',
  },
  CONTACT_NOT_SEALED: {
    status: 409,
    zh: '该来电不是保密来电,无需申请',
    en: 'The contact is not confidential: nothing has to be opened.',
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
  DIAL_REFUSED: {
    status: 422,
    zh: '这个号码不能拨打',
    en: 'This number may not be dialled.',
  },
  DRAFT_CONFLICT: {
    status: 409,
    zh: '草稿中有的内容已被别人改过,请移除这几处后重新修改',
    en: 'Something the draft changes has been changed meanwhile: take those changes out and make them anew.',
  },
  DRAFT_OPEN: {
    status: 409,
    zh: '您还有未发布的草稿,请先发布或放弃',
    en: 'You have a draft that is not published: publish it or give it up first.',
  },
  DRAFT_UNKNOWN: {
    status: 404,
    zh: '没有这份草稿,可能已经发布或放弃',
    en: 'There is no such draft: it was published or given up.',
  },
  DUTY_HOURS: {
    status: 400,
    zh: '值班时段须在现在之后结束,一次至多七天,至多提前三个月',
    en: 'A change of duty ends in the future, within three months, and is of seven days at most.',
  },
  DUTY_NOT_ON: {
    status: 409,
    zh: '让出的时段并不全是该专家的值班',
    en: 'The expert is not on duty in all of the time that is to be given up.',
  },
  DUTY_NOT_OWN: {
    status: 403,
    zh: '只能变更自己的值班,换班须由对方或班长同意',
    en: 'Only one’s own duty can be changed; a swap is agreed to by the colleague or a supervisor.',
  },
  DUTY_OVER: {
    status: 409,
    zh: '该变更已经同意、拒绝或过期',
    en: 'The change has been agreed to, refused, or is over.',
  },
  DUTY_UNKNOWN: { status: 404, zh: '没有这条值班变更', en: 'There is no such change of duty.' },
  ENROLMENT_NEEDED: {
    status: 403,
    zh: '请先修改初始密码、绑定动态口令',
    en: 'Change the first password and set up one-time codes first.',
  },
  EVENT_NEEDS_ANOTHER: {
    status: 409,
    zh: '须由另一人确认,起草人不能确认自己的事件提示',
    en: 'Another person has to confirm it, not the one who wrote it.',
  },
  EVENT_OVER: {
    status: 409,
    zh: '该事件提示已结束,请重新起草',
    en: 'This event prompt is over: write a new one.',
  },
  EVENT_TOO_MANY: {
    status: 409,
    zh: '同时播放的事件提示已达上限,请先结束一条',
    en: 'As many event prompts as may be told at one time are live: end one first.',
  },
  EVENT_UNKNOWN: { status: 404, zh: '没有这条事件提示', en: 'There is no such event prompt.' },
  EXPERTS_OFF_DUTY: {
    status: 409,
    zh: '没有专家在岗,请登记后由专人答复',
    en: 'No such expert is on duty: note the matter, and have it answered later.',
  },
  EXPERT_UNKNOWN: { status: 404, zh: '没有这位专家', en: 'There is no such expert.' },
  EXPORT_TOO_LARGE: {
    status: 422,
    zh: '导出超过 20000 行,请缩小范围后重试',
    en: 'The export has more than 20,000 rows: narrow it down.',
  },
  FORBIDDEN: {
    status: 403,
    zh: '您没有此权限。如工作需要,请联系管理员',
    en: 'You may not do this. Ask the administrator.',
  },
  HELD_BY_PHONE: {
    status: 409,
    zh: '通话由话机保持,请在话机上恢复',
    en: 'The phone holds this talk: resume at the phone.',
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
  LAST_ADMINISTRATOR: {
    status: 409,
    zh: '这是该类管理员中最后一个可用账号,不能停用或改变角色',
    en: 'This is the last enabled account of its kind of administrator: it cannot be disabled or lose its role.',
  },
  LIMIT_OVER: {
    status: 409,
    zh: '该限制已生效、已拒绝、已解除或已到期,不能这样操作',
    en: 'The limit has been decided on, lifted, or is over: this does not fit it any more.',
  },
  LIMIT_OWN: {
    status: 403,
    zh: '不能由提出人自己同意或复核,请另一人处理',
    en: 'Whoever proposed a limit cannot decide on it or review it: another person has to.',
  },
  LIMIT_UNKNOWN: { status: 404, zh: '没有这条限制', en: 'There is no such limit.' },
  LOGIN_FAILED: { status: 401, zh: '工号或密码有误', en: 'The user or the password is wrong.' },
  LOGIN_LOCKED: {
    status: 429,
    zh: '输入次数过多,请十分钟后再试或联系班长',
    en: 'Too many failures: wait ten minutes or ask the supervisor.',
  },
  LOGIN_NEEDED: { status: 401, zh: '请先登录', en: 'Log in first.' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, zh: '请求内容须为 JSON', en: 'The body must be JSON.' },
  MESSAGE_REFUSED: {
    status: 409,
    zh: '不能向此来电人发送这条短信,原因见 details',
    en: 'This message cannot go to this caller: the details say why.',
  },
  NOTE_UNKNOWN: {
    status: 404,
    zh: '没有这条喊话或交接',
    en: 'There is no such broadcast or hand-over note.',
  },
  NOTHING_CHANGED: {
    status: 409,
    zh: '没有任何改动',
    en: 'Nothing would change.',
  },
  NOTHING_TO_REVIEW: {
    status: 409,
    zh: '这个版本不需要补审',
    en: 'This version needs no review.',
  },
  NOT_FOUND: { status: 404, zh: '没有这个地址', en: 'There is nothing at this address.' },
  NUMBER_INVALID: {
    status: 400,
    zh: '这不是电话号码,请填写手机号或带区号的固定电话',
    en: 'This is no telephone number: write a mobile, or a fixed line with its area code.',
  },
  NUMBER_MISSING: {
    status: 409,
    zh: '没有这位来电人的号码,或一时读不到',
    en: 'There is no number of this caller, or it cannot be read now.',
  },
  OPENING_NEEDED: {
    status: 403,
    zh: '保密来电:请先提出申请并写明理由,由另一人同意后再打开',
    en: 'The call is confidential: ask for an opening with a reason, and have a second person agree to it.',
  },
  OPENING_OVER: {
    status: 409,
    zh: '该申请已使用、已拒绝或已过期,请重新申请',
    en: 'The opening has been used, refused, or has expired: ask for another one.',
  },
  OPENING_OWN: {
    status: 403,
    zh: '不能由申请人自己同意,请另一人处理',
    en: 'Whoever asked for an opening cannot decide on it: another person has to.',
  },
  OPENING_UNKNOWN: { status: 404, zh: '没有这个申请', en: 'There is no such opening.' },
  ORIGIN_REFUSED: {
    status: 403,
    zh: '请求来自其他网站,已拒绝',
    en: 'The request came from another web site and was refused.',
  },
  OWN_ACCOUNT: {
    status: 403,
    zh: '不能操作自己的账号,请由另一位管理员办理',
    en: 'Nobody acts on his own account: another administrator has to.',
  },
  OWN_DRAFT: {
    status: 403,
    zh: '本人的修改须由另一位复核发布;紧急时可单独发布,事后补审',
    en: 'Nobody publishes or reviews his own change: another has to. In an emergency one may publish alone, to be reviewed afterwards.',
  },
  PASSWORD_WEAK: {
    status: 400,
    zh: '新密码不符合要求,请按提示修改',
    en: 'The new password is not good enough: mend what the details name.',
  },
  PROMPTS_READ_ONLY: {
    status: 409,
    zh: '提示音文件夹不可写或磁盘已满,请系统管理员检查',
    en: 'The folder of the prompts cannot be written to, or its disk is full: have it checked.',
  },
  PROMPT_UNKNOWN: { status: 404, zh: '没有这条提示音', en: 'There is no such prompt.' },
  PROVISION_LINK_SPENT: {
    status: 410,
    zh: '配置链接无效、已使用或已过期,请重新生成话机卡',
    en: 'The link is unknown, used or expired: make the card anew.',
  },
  RANGE_INVALID: { status: 416, zh: '录音没有这一段', en: 'The recording has no such part.' },
  RATE_LIMITED: { status: 429, zh: '请求过于频繁,请稍后再试', en: 'Too many requests: try again later.' },
  REASON_NEEDED: {
    status: 400,
    zh: '请填写理由,2至100个字',
    en: 'This needs a reason of 2 to 100 characters.',
  },
  RECORDING_DISK_LOW: {
    status: 507,
    zh: '录音磁盘空间不足,已停止录音,通话不受影响',
    en: 'The recordings disk is nearly full: recording has stopped, calls go on.',
  },
  RECORDING_MISSING: {
    status: 404,
    zh: '没有这段录音,或文件已不在',
    en: 'There is no such recording, or its file is gone.',
  },
  RECORDING_OFF: { status: 409, zh: '本次通话没有录音', en: 'This talk is not being recorded.' },
  RECORDING_REFUSED: {
    status: 422,
    zh: '这段录音不能使用,请按提示重录或另存后再上传',
    en: 'This recording cannot be used: mend what the details name and upload it again.',
  },
  RECORDING_UNHEARD: {
    status: 409,
    zh: '草稿中还有录音您没有听过,请逐个听过后再发布',
    en: 'There are recordings in the draft that you have not listened to: hear each of them, then publish.',
  },
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
  ROW_CHANGED: {
    status: 409,
    zh: '这一项已被别人改过,请与现在的内容核对后再存',
    en: 'Somebody has changed this row meanwhile: compare with what stands there now, then save again.',
  },
  ROW_EXISTS: { status: 409, zh: '编号已被使用,请换一个', en: 'This id is in use: choose another one.' },
  ROW_IN_USE: {
    status: 409,
    zh: '仍在使用,不能删除。请先处理所列的引用',
    en: 'It is in use and cannot be taken out: change what the details name first.',
  },
  ROW_UNKNOWN: { status: 404, zh: '没有这一项', en: 'There is no such row.' },
  SEAT_UNKNOWN: {
    status: 409,
    zh: '本站没有设这种专席',
    en: 'This site has no such seat.',
  },
  SIGNATURE_WRONG: {
    status: 401,
    zh: '签名有误或已过期,请核对密钥和时钟',
    en: 'The signature is wrong or too old: compare the secret and the clocks.',
  },
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
  SKILL_UNKNOWN: { status: 404, zh: '没有这项技能', en: 'There is no such skill.' },
  SOUND_PROGRAM_MISSING: {
    status: 503,
    zh: '服务器没有安装 sox 或 espeak-ng:请系统管理员执行 sudo apt-get install sox espeak-ng',
    en: 'sox or espeak-ng is not installed on the server: run sudo apt-get install sox espeak-ng.',
  },
  SUPERVISION_NONE: {
    status: 409,
    zh: '您当前没有监听',
    en: 'You are listening to no talk.',
  },
  SUPERVISION_TAKEN: {
    status: 409,
    zh: '另一位班长正在监听这路通话',
    en: 'Another supervisor is listening to this talk.',
  },
  SUPERVISOR_BUSY: {
    status: 409,
    zh: '您正在通话、振铃或监听,请先结束',
    en: 'You are in a call, being rung, or listening elsewhere: end that first.',
  },
  SUPERVISOR_NO_PHONE: {
    status: 409,
    zh: '监听使用您自己的话机:请先在话机上签入,并确认话机在线',
    en: 'Listening uses your own phone: sign in at one that can be reached.',
  },
  TARGET_UNKNOWN: {
    status: 404,
    zh: '没有这个紧急或公用事业单位',
    en: 'There is no such emergency line or utility.',
  },
  TEAM_ENDED: {
    status: 409,
    zh: '该班组已到期,不能签入或登录。如仍需工作,请管理员延长到期日',
    en: "The agent's team has ended: ask the administrator to extend it.",
  },
  TEXT_HOLDS_NUMBER: {
    status: 400,
    zh: '文字中含有电话号码,请改用来电编号或隐去号码',
    en: 'The text holds a telephone number: leave it out, the call itself leads to it.',
  },
  TOTP_CONFIRMED: {
    status: 409,
    zh: '动态口令已绑定。更换手机请联系安全管理员重置',
    en: 'One-time codes are set up already; for another phone ask the security administrator to reset them.',
  },
  TOTP_NEEDED: { status: 401, zh: '请输入动态口令', en: 'Enter the one-time code, too.' },
  TOTP_NOT_BEGUN: { status: 409, zh: '请先取得绑定二维码', en: 'Begin with the code to scan first.' },
  TOTP_WRONG: {
    status: 401,
    zh: '动态口令有误或已用过,请等下一个',
    en: 'The one-time code is wrong or has been used: wait for the next one.',
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
  VERSION_UNKNOWN: {
    status: 404,
    zh: '没有这个版本',
    en: 'There is no such version.',
  },
  WARNED_JUST_NOW: {
    status: 409,
    zh: '刚刚提醒过,请等十秒后再提醒',
    en: 'The caller was reminded just now: wait ten seconds.',
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
