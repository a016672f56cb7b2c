// The catalogue of faults: every code the service can name, with its HTTP status and its words in Chinese and English.

/** One row of the catalogue: `zh` first, since an administrator in Hebei reads it at 3 a.m.; both say what to mend. */
interface ErrorRow {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
}

/** Every error code. `docs/errors.md` lists the same codes; a test holds both in step. */
export const errorCatalogue = {
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
  RECORDING_DISK_LOW: {
    status: 507,
    zh: '录音磁盘空间不足,已停止录音,通话不受影响',
    en: 'The recordings disk is nearly full: recording has stopped, calls go on.',
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
  UNSAFE_VALUE: {
    status: 400,
    zh: '内容含有不允许的字符',
    en: 'The value holds characters that are not allowed.',
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
