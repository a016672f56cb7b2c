// Reads and writes SIP messages (RFC 3261 §7, §20, §25): datagram <-> value, and the header fields a phone looks into. Pure.

/** A datagram that is no SIP message, or a header field that cannot be read. The only error this file throws. */
export class SipParseError extends Error {
  override readonly name = 'SipParseError';
}

/** One header field as it stands in the message: the canonical long name, and the unfolded, trimmed value. */
export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

/** A request. `Content-Length` is never among `headers`: {@link formatSipMessage} writes it from the body. */
export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
}

/** A response. `Content-Length` is never among `headers`, as in {@link SipRequest}. */
export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
}

/** Anything that travels in a datagram. */
export type SipMessage = SipRequest | SipResponse;

/** A SIP or tel URI taken apart. A parameter without a value has the value ''. */
export interface SipUri {
  readonly scheme: string;
  readonly user: string;
  readonly host: string;
  readonly port?: number;
  readonly params: ReadonlyMap<string, string>;
}

/** The value of From, To, Contact, Route, P-Asserted-Identity, Diversion, Refer-To: a name, a URI, parameters. */
export interface NameAddress {
  readonly displayName: string;
  readonly uri: string;
  readonly params: ReadonlyMap<string, string>;
}

/** One Via value. */
export interface Via {
  readonly transport: string;
  readonly host: string;
  readonly port?: number;
  readonly params: ReadonlyMap<string, string>;
}

const token = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

const compactNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'Accept-Contact',
    b: 'Referred-By',
    c: 'Content-Type',
    d: 'Request-Disposition',
    e: 'Content-Encoding',
    f: 'From',
    i: 'Call-ID',
    j: 'Reject-Contact',
    k: 'Supported',
    l: 'Content-Length',
    m: 'Contact',
    o: 'Event',
    r: 'Refer-To',
    s: 'Subject',
    t: 'To',
    u: 'Allow-Events',
    v: 'Via',
    x: 'Session-Expires',
  }),
);

/** The names whose usual spelling is not simply each word capitalised. */
const oddNames: ReadonlyMap<string, string> = new Map(
  ['Call-ID', 'CSeq', 'WWW-Authenticate', 'MIME-Version', 'RSeq', 'RAck', 'SIP-ETag'].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** Header fields in which one line may hold several comma-separated values (RFC 3261 §7.3.1). */
const listHeaders: ReadonlySet<string> = new Set([
  'Allow',
  'Contact',
  'Diversion',
  'History-Info',
  'P-Asserted-Identity',
  'Record-Route',
  'Require',
  'Route',
  'Supported',
  'Via',
]);

/** `call-id`, `i`, `CALL-ID` -> `Call-ID`; an unknown name comes back with each word capitalised. */
export function canonicalHeaderName(name: string): string {
  const lower = name.toLowerCase();
  return (
    compactNames.get(lower) ??
    oddNames.get(lower) ??
    lower.replace(/(^|-)([a-z])/g, (_match, dash: string, letter: string) => dash + letter.toUpperCase())
  );
}

/** Reads one datagram. Octets beyond Content-Length are cut off. @throws SipParseError, and nothing else. */
export function parseSipMessage(datagram: Uint8Array): SipMessage {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const { head, bodyStart } = splitHead(bytes);
  const lines = unfold(head);
  const startLine = lines.shift() ?? '';
  const all = lines.map(parseHeaderLine);
  const headers = all.filter((header) => header.name !== 'Content-Length');
  const body = readBody(bytes.subarray(bodyStart), all);
  return parseStartLine(startLine, headers, body);
}

/** Writes a message as one datagram, with Content-Length. @throws SipParseError when a part holds CR or LF. */
export function formatSipMessage(message: SipMessage): Buffer {
  const startLine =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = [startLine, ...message.headers.map(({ name, value }) => `${name}: ${value}`)];
  if (lines.some((line) => /[\r\n]/.test(line))) throw new SipParseError('a line break inside a header');
  const body = Buffer.from(message.body, 'utf8');
  const head = Buffer.from(`${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n`, 'utf8');
  return Buffer.concat([head, body]);
}

/** The first value of a header field, or undefined. `name` is the canonical one. */
export function headerOf(message: SipMessage, name: string): string | undefined {
  return headersOf(message, name)[0];
}

/** Every value of a header field in order, over several lines and commas. */
export function headersOf(message: SipMessage, name: string): readonly string[] {
  const lines = message.headers.filter((header) => header.name === name).map((header) => header.value);
  return listHeaders.has(name) ? lines.flatMap((line) => splitOutside(line, ',')) : lines;
}

/** The value of a header field that must be there. @throws SipParseError when it is missing. */
export function requiredHeader(message: SipMessage, name: string): string {
  const value = headerOf(message, name);
  if (value === undefined) throw new SipParseError(`no ${name}`);
  return value;
}

/** Reads `"name" <uri>;params` and `uri;params`. @throws SipParseError */
export function parseNameAddress(value: string): NameAddress {
  const open = indexOutsideQuotes(value, '<');
  if (open >= 0) {
    const close = value.indexOf('>', open);
    if (close < 0) throw new SipParseError('an address without >');
    return {
      displayName: unquote(value.slice(0, open).trim()),
      uri: value.slice(open + 1, close).trim(),
      params: parseParams(value.slice(close + 1)),
    };
  }
  const [uri = '', ...params] = splitOutside(value, ';');
  if (uri === '') throw new SipParseError('an empty address');
  return { displayName: '', uri, params: parseParams(params.join(';')) };
}

/** Writes what {@link parseNameAddress} reads; the name is always quoted. */
export function formatNameAddress(address: {
  readonly displayName?: string;
  readonly uri: string;
  readonly tag?: string;
}): string {
  const name = address.displayName ? `"${address.displayName.replace(/(["\\])/g, '\\$1')}" ` : '';
  return `${name}<${address.uri}>${address.tag === undefined ? '' : `;tag=${address.tag}`}`;
}

/** Reads `sip:user@host:port;params` (also sips:, tel:). Headers after `?` are left out. @throws SipParseError */
export function parseSipUri(text: string): SipUri {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):([^?]*)/.exec(text.trim());
  if (!match) throw new SipParseError('not a URI');
  const scheme = (match[1] ?? '').toLowerCase();
  const [address = '', ...params] = (match[2] ?? '').split(';');
  if (scheme === 'tel')
    return { scheme, user: decodeUser(address), host: '', params: parseParams(params.join(';')) };
  // The user part may hold ';' of its own (sip:123;x=1@host), so the last '@' decides.
  const whole = match[2] ?? '';
  const at = whole.lastIndexOf('@');
  const [hostPort = '', ...uriParams] = whole.slice(at + 1).split(';');
  const place = parseHostPort(hostPort);
  return {
    scheme,
    user: at < 0 ? '' : decodeUser(whole.slice(0, at)),
    ...place,
    params: parseParams(uriParams.join(';')),
  };
}

/** Reads one Via value. @throws SipParseError */
export function parseVia(value: string): Via {
  const [sent = '', ...params] = value.split(';');
  const match = /^SIP\s*\/\s*2\.0\s*\/\s*(\S+)\s+(.+)$/i.exec(sent.trim());
  if (!match) throw new SipParseError('not a Via');
  return {
    transport: (match[1] ?? '').toUpperCase(),
    ...parseHostPort((match[2] ?? '').trim()),
    params: parseParams(params.join(';')),
  };
}

/** Reads `314 INVITE`. @throws SipParseError */
export function parseCSeq(value: string): { readonly number: number; readonly method: string } {
  const match = /^(\d{1,10})\s+(\S+)$/.exec(value.trim());
  if (!match) throw new SipParseError('not a CSeq');
  return { number: Number(match[1]), method: match[2] ?? '' };
}

/** Reads a Reason value such as `Q.850;cause=17;text="User busy"` (RFC 3326). */
export function parseReason(value: string): {
  readonly protocol: string;
  readonly cause?: number;
  readonly text?: string;
} {
  const [protocol = '', ...rest] = splitOutside(value, ';');
  const params = parseParams(rest.join(';'));
  const cause = Number(params.get('cause') ?? NaN);
  const text = params.get('text');
  return { protocol, ...(Number.isInteger(cause) && { cause }), ...(text !== undefined && { text }) };
}

/** Splits at `separator` where it stands outside of quotes and angle brackets; pieces are trimmed, empty ones dropped. */
export function splitOutside(value: string, separator: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  let inAngle = false;
  for (let i = 0; i < value.length; i += 1) {
    const char = value[i];
    if (quoted && char === '\\') i += 1;
    else if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === '<') inAngle = true;
    else if (char === '>') inAngle = false;
    else if (char === separator && !inAngle) {
      pieces.push(value.slice(start, i));
      start = i + 1;
    }
  }
  pieces.push(value.slice(start));
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '');
}

/** Reads `;a=1;b;c="x;y"` (the leading semicolon may be missing); names in lower case, values unquoted. */
export function parseParams(text: string): ReadonlyMap<string, string> {
  return new Map(
    splitOutside(text, ';').map((piece) => {
      const equals = piece.indexOf('=');
      return equals < 0
        ? [piece.toLowerCase(), '']
        : [piece.slice(0, equals).trim().toLowerCase(), unquote(piece.slice(equals + 1).trim())];
    }),
  );
}

function splitHead(bytes: Buffer): { readonly head: string; readonly bodyStart: number } {
  const end = bytes.indexOf('\r\n\r\n');
  if (end >= 0) return { head: bytes.toString('utf8', 0, end), bodyStart: end + 4 };
  const bare = bytes.indexOf('\n\n');
  if (bare >= 0) return { head: bytes.toString('utf8', 0, bare), bodyStart: bare + 2 };
  throw new SipParseError('no empty line after the headers');
}

function unfold(head: string): string[] {
  const lines: string[] = [];
  for (const line of head.replace(/^[\r\n]+/, '').split(/\r?\n/)) {
    if (/^[ \t]/.test(line) && lines.length > 1) lines.push(`${lines.pop() ?? ''} ${line.trim()}`);
    else lines.push(line);
  }
  return lines;
}

function parseHeaderLine(line: string): SipHeader {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon).trim();
  if (colon < 1 || !token.test(name)) throw new SipParseError('a header line without a name');
  const value = line.slice(colon + 1).trim();
  if (value.includes('\r')) throw new SipParseError('a stray carriage return');
  return { name: canonicalHeaderName(name), value };
}

function readBody(bytes: Buffer, headers: readonly SipHeader[]): string {
  const announced = headers.find((header) => header.name === 'Content-Length')?.value;
  if (announced === undefined) return bytes.toString('utf8');
  if (!/^\d{1,9}$/.test(announced)) throw new SipParseError('Content-Length is no number');
  if (Number(announced) > bytes.length) throw new SipParseError('the body is shorter than Content-Length');
  return bytes.toString('utf8', 0, Number(announced));
}

function parseStartLine(line: string, headers: readonly SipHeader[], body: string): SipMessage {
  const response = /^SIP\/2\.0 (\d{3})(?: (.*))?$/i.exec(line);
  if (response) {
    const status = Number(response[1]);
    if (status < 100 || status > 699) throw new SipParseError('a status outside 100-699');
    return { kind: 'response', status, reason: response[2] ?? '', headers, body };
  }
  const request = /^(\S+) (\S+) SIP\/2\.0$/i.exec(line);
  if (!request || !token.test(request[1] ?? ''))
    throw new SipParseError('neither a request nor a status line');
  return { kind: 'request', method: request[1] ?? '', uri: request[2] ?? '', headers, body };
}

function parseHostPort(text: string): { readonly host: string; readonly port?: number } {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[^\s:@<>[\]]+)(?:\s*:\s*(\d{1,5}))?$/.exec(text.trim());
  if (!match) throw new SipParseError('not a host');
  const port = match[2] === undefined ? undefined : Number(match[2]);
  if (port !== undefined && port > 65_535) throw new SipParseError('a port above 65535');
  return { host: match[1] ?? '', ...(port !== undefined && { port }) };
}

function decodeUser(text: string): string {
  const user = text.split(':')[0] ?? '';
  try {
    return decodeURIComponent(user);
  } catch {
    return user; // a lone % is what the caller's exchange sent: keep it as it is
  }
}

function indexOutsideQuotes(value: string, wanted: string): number {
  let quoted = false;
  for (let i = 0; i < value.length; i += 1) {
    if (quoted && value[i] === '\\') i += 1;
    else if (value[i] === '"') quoted = !quoted;
    else if (!quoted && value[i] === wanted) return i;
  }
  return -1;
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replace(/\\(.)/g, '$1')
    : text;
}
