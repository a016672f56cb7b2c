// Answers digest challenges (RFC 2617, RFC 7616, RFC 8760): MD5 and SHA-256, with qop=auth or without. Pure.
import { createHash } from 'node:crypto';
import { parseParams } from './sip-message.js';

/** A challenge out of WWW-Authenticate or Proxy-Authenticate. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: 'MD5' | 'SHA-256';
  readonly session: boolean;
  readonly qopAuth: boolean;
  readonly opaque?: string;
  readonly stale: boolean;
}

/** What an answer is computed from; `cnonce` and `nonceCount` come from outside, so that the result is repeatable. */
export interface DigestInput {
  readonly challenge: DigestChallenge;
  readonly username: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  readonly cnonce: string;
  readonly nonceCount: number;
}

/** Reads one challenge; undefined when it is not Digest or uses an algorithm or qop this phone lacks. */
export function parseDigestChallenge(value: string): DigestChallenge | undefined {
  const match = /^Digest\s+(.*)$/is.exec(value.trim());
  if (!match) return undefined;
  const params = parseParams(commasToSemicolons(match[1] ?? ''));
  const named = /^(MD5|SHA-256)(-sess)?$/i.exec(params.get('algorithm') ?? 'MD5');
  const qop = params.get('qop');
  const qopAuth = qop?.split(/[\s,]+/).includes('auth') ?? false;
  const realm = params.get('realm');
  const nonce = params.get('nonce');
  if (!named || realm === undefined || nonce === undefined || (qop !== undefined && !qopAuth))
    return undefined;
  const opaque = params.get('opaque');
  return {
    realm,
    nonce,
    algorithm: named[1]?.toUpperCase() === 'SHA-256' ? 'SHA-256' : 'MD5',
    session: named[2] !== undefined,
    qopAuth,
    ...(opaque !== undefined && { opaque }),
    stale: params.get('stale')?.toLowerCase() === 'true',
  };
}

/** The strongest challenge this phone can answer, SHA-256 before MD5 (RFC 8760 §2.4 leaves the choice to the client). */
export function chooseDigestChallenge(values: readonly string[]): DigestChallenge | undefined {
  const usable = values.map(parseDigestChallenge).filter((challenge) => challenge !== undefined);
  return usable.find((challenge) => challenge.algorithm === 'SHA-256') ?? usable[0];
}

/** The value of Authorization or Proxy-Authorization. */
export function formatDigestAnswer(input: DigestInput): string {
  const { challenge, username, uri, cnonce } = input;
  const nc = input.nonceCount.toString(16).padStart(8, '0');
  const parts = [
    `username="${username.replace(/(["\\])/g, '\\$1')}"`,
    `realm="${challenge.realm.replace(/(["\\])/g, '\\$1')}"`,
    `nonce="${challenge.nonce}"`,
    `uri="${uri}"`,
    `response="${digestResponse(input, nc)}"`,
    `algorithm=${challenge.algorithm}${challenge.session ? '-sess' : ''}`,
  ];
  if (challenge.qopAuth) parts.push('qop=auth', `nc=${nc}`);
  if (challenge.qopAuth || challenge.session) parts.push(`cnonce="${cnonce}"`);
  if (challenge.opaque !== undefined) parts.push(`opaque="${challenge.opaque}"`);
  return `Digest ${parts.join(', ')}`;
}

/** RFC 7616 §3.4.1. */
function digestResponse(
  { challenge, username, password, method, uri, cnonce }: DigestInput,
  nc: string,
): string {
  const hash = (text: string): string =>
    createHash(challenge.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const secret = hash(`${username}:${challenge.realm}:${password}`);
  const a1 = challenge.session ? hash(`${secret}:${challenge.nonce}:${cnonce}`) : secret;
  const a2 = hash(`${method}:${uri}`);
  return challenge.qopAuth
    ? hash(`${a1}:${challenge.nonce}:${nc}:${cnonce}:auth:${a2}`)
    : hash(`${a1}:${challenge.nonce}:${a2}`);
}

/** `a="1,2", b=3` -> `a="1,2";b=3`, so that the one parameter reader serves here too. */
function commasToSemicolons(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|,/g, (_match, quoted: string | undefined) => quoted ?? ';');
}
