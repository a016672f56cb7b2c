// Turns every failure of a request into one form, `{code, message, details}`, in Chinese or English.
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../../engine/ports.js';
import { AppError, errorCatalogue, type ErrorCode } from '../../errors.js';

/** The body of every refusal. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

type Language = 'zh' | 'en';

/** The language asked for first; Chinese unless that is English. */
export function languageOf(acceptLanguage: string | undefined): Language {
  return /^\s*en\b/i.test(acceptLanguage ?? '') ? 'en' : 'zh';
}

/** Sends a refusal. */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ErrorCode,
  details: ErrorBody['details'] = {},
): FastifyReply {
  const row = errorCatalogue[code];
  const body: ErrorBody = { code, message: row[languageOf(request.headers['accept-language'])], details };
  return reply.status(row.status).type('application/json; charset=utf-8').send(body);
}

/** Answers in the same form what is no HTTP, or too much of it, and hangs up: no request has come of it. */
export function refuseBytes(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const code: ErrorCode = error.code === 'HPE_HEADER_OVERFLOW' ? 'REQUEST_TOO_LARGE' : 'REQUEST_INVALID';
  const { status, zh } = errorCatalogue[code];
  const body = JSON.stringify({ code, message: zh, details: {} } satisfies ErrorBody);
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** The handler for everything thrown: known codes as they are, bad input named, the rest logged and hidden. */
export function createErrorHandler(log: Log) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (error instanceof AppError) {
      const shown = errorCatalogue[error.code].status < 500;
      if (!shown) log.warn({ code: error.code, route: routeOf(request) }, 'a request failed');
      return refuse(request, reply, error.code, shown ? error.details : {});
    }
    if (error.validation !== undefined) return refuse(request, reply, 'REQUEST_INVALID', invalidField(error));
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return refuse(request, reply, codeOfStatus(status));
    log.error({ error: error.stack ?? String(error), route: routeOf(request) }, 'a request failed inside');
    return refuse(request, reply, 'INTERNAL_FAULT');
  };
}

/** The route's pattern, not the address: an address may hold what a log must not. */
function routeOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? ''}`;
}

function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 404:
      return 'NOT_FOUND';
    case 413:
      return 'REQUEST_TOO_LARGE';
    case 415:
      return 'MEDIA_TYPE_UNSUPPORTED';
    case 416:
      return 'RANGE_INVALID';
    case 429:
      return 'RATE_LIMITED';
    default:
      return 'REQUEST_INVALID';
  }
}

/** Names the first field at fault and what is wrong with it. */
function invalidField(error: FastifyError): ErrorBody['details'] {
  const first = error.validation?.[0];
  const params = (first?.params ?? {}) as Readonly<Record<string, unknown>>;
  const missing = textOf(params['missingProperty'] ?? params['requiredProperties']);
  const extra = textOf(params['additionalProperty'] ?? params['additionalProperties']);
  const path = (first?.instancePath ?? '').split('/').filter((name) => name !== '');
  const field = [...path, missing ?? extra ?? ''].filter((name) => name !== '').join('.');
  return {
    in: error.validationContext ?? 'body',
    field,
    ...wordsFor(first?.keyword ?? '', params),
  };
}

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return textOf(value[0]);
  return typeof value === 'string' ? value : undefined;
}

/** What is wrong, in both languages, since whoever reads it may be a program's author. */
function wordsFor(keyword: string, params: Readonly<Record<string, unknown>>): { zh: string; en: string } {
  switch (keyword) {
    case 'required':
      return { zh: '缺少此项', en: 'missing' };
    case 'additionalProperties':
      return { zh: '不认识的项', en: 'unknown' };
    case 'enum':
    case 'const':
    case 'anyOf': {
      const allowed = Array.isArray(params['allowedValues']) ? params['allowedValues'].join(', ') : '';
      return { zh: `只能是规定的值:${allowed}`, en: `must be one of: ${allowed}` };
    }
    case 'type':
      return { zh: `类型不对,应为 ${String(params['type'])}`, en: `must be ${String(params['type'])}` };
    case 'minProperties':
      return { zh: '至少填一项', en: 'at least one field is needed' };
    default:
      return { zh: '格式不对', en: 'not of the right form' };
  }
}
