// Reads and writes the session descriptions of a plain G.711 phone (RFC 4566, RFC 3264): one audio stream, perhaps digits. Pure.

/** Who sends, from the describing side's point of view. */
export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** The two laws of G.711: A-law is China's, payload type 8; µ-law is 0. */
export type CodecName = 'PCMA' | 'PCMU';

/** What a description says of its audio stream. `port` 0 = refused. `codecs` in the order of preference. */
export interface AudioDescription {
  readonly host: string;
  readonly port: number;
  readonly codecs: readonly CodecName[];
  readonly digitsPayloadType?: number;
  readonly direction: MediaDirection;
}

/** A description to be written; `sessionId` and `version` fill the o= line (the version rises with every change). */
export interface LocalDescription extends AudioDescription {
  readonly sessionId: number;
  readonly version: number;
}

const payloadTypes: Readonly<Record<CodecName, number>> = { PCMA: 8, PCMU: 0 };

/** The RTP payload type of a codec. */
export function payloadTypeOf(codec: CodecName): number {
  return payloadTypes[codec];
}

/** Reads a description; undefined when it offers no audio over plain RTP. */
export function parseSdp(text: string): AudioDescription | undefined {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.startsWith('m=audio '));
  if (start < 0) return undefined;
  const next = lines.findIndex((line, index) => index > start && line.startsWith('m='));
  const session = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('m=')),
  );
  const media = lines.slice(start + 1, next < 0 ? undefined : next);
  const [, port = '', profile = '', ...formats] = (lines[start] ?? '').split(/\s+/);
  const host = hostIn(media) ?? hostIn(session);
  if (profile !== 'RTP/AVP' || host === undefined || !/^\d+/.test(port)) return undefined;
  const digitsPayloadType = digitsFormat(media);
  return {
    host,
    port: Number.parseInt(port, 10),
    codecs: formats.map(Number).flatMap((format) => codecOf(format)),
    ...(digitsPayloadType !== undefined && { digitsPayloadType }),
    direction: directionIn(media) ?? directionIn(session) ?? 'sendrecv',
  };
}

/** Writes a description: 20 ms packets, digits by RFC 4733 when a payload type is given. */
export function formatSdp(local: LocalDescription): string {
  const digits = local.digitsPayloadType;
  const formats = [...local.codecs.map(payloadTypeOf), ...(digits === undefined ? [] : [digits])];
  return [
    'v=0',
    `o=- ${local.sessionId} ${local.version} IN IP4 ${local.host}`,
    's=-',
    `c=IN IP4 ${local.host}`,
    't=0 0',
    `m=audio ${local.port} RTP/AVP ${formats.join(' ')}`,
    ...local.codecs.map((codec) => `a=rtpmap:${payloadTypeOf(codec)} ${codec}/8000`),
    ...(digits === undefined ? [] : [`a=rtpmap:${digits} telephone-event/8000`, `a=fmtp:${digits} 0-15`]),
    'a=ptime:20',
    `a=${local.direction}`,
    '',
  ].join('\r\n');
}

/** The direction to answer with, given the offer's and whether we hold the other side ourselves (RFC 3264 §6.1). */
export function answerDirection(offered: MediaDirection, holding: boolean): MediaDirection {
  const weMayReceive = (offered === 'sendrecv' || offered === 'sendonly') && !holding;
  const weMaySend = offered === 'sendrecv' || offered === 'recvonly';
  if (weMaySend) return weMayReceive ? 'sendrecv' : 'sendonly';
  return weMayReceive ? 'recvonly' : 'inactive';
}

function codecOf(format: number): readonly CodecName[] {
  if (format === payloadTypes.PCMA) return ['PCMA'];
  return format === payloadTypes.PCMU ? ['PCMU'] : [];
}

function hostIn(lines: readonly string[]): string | undefined {
  return lines
    .find((line) => line.startsWith('c=IN IP4 '))
    ?.slice('c=IN IP4 '.length)
    .split('/')[0]
    ?.trim();
}

function digitsFormat(lines: readonly string[]): number | undefined {
  const found = lines
    .map((line) => /^a=rtpmap:(\d+) telephone-event\/8000/i.exec(line))
    .find((match) => match !== null);
  return found ? Number(found[1]) : undefined;
}

function directionIn(lines: readonly string[]): MediaDirection | undefined {
  const found = lines
    .map((line) => /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/.exec(line))
    .find((m) => m !== null);
  return found?.[1] as MediaDirection | undefined;
}
