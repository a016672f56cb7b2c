// One-time codes (TOTP, RFC 6238): SHA-1, six figures, 30 s, one step early or late. Secrets leave here sealed (AES-256-GCM).
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const stepMs = 30_000;
/** Clocks of phones differ. */
const stepsAround = 1;
const secretBytes = 20;
const ivBytes = 12;
const tagBytes = 16;

/** A secret as the person needs it once, and as it is kept. */
export interface NewCodeSecret {
  /** Base32, to be typed in. */
  readonly secret: string;
  /** The same for a camera. */
  readonly uri: string;
  readonly sealed: string;
}

/** Makes secrets and looks at codes. */
export interface OneTimeCodes {
  begin(account: string): NewCodeSecret;
  /**
   * The step a code belongs to, undefined for a wrong one; whoever takes it remembers the step.
   * @throws where the secret cannot be opened: it was sealed with another key, or for another account
   */
  stepOf(account: string, sealed: string, code: string, nowMs: number): number | undefined;
}

/** @param parts `key` is the content of secrets/totp-key, `issuer` what an authenticator shows beside the name */
export function createOneTimeCodes({ key, issuer }: { key: string; issuer: string }): OneTimeCodes {
  const sealingKey = Buffer.from(hkdfSync('sha256', key, '', 'yihao one-time codes', 32));
  const totpOf = (account: string, secret: Secret) =>
    new TOTP({ issuer, label: account, secret, algorithm: 'SHA1', digits: 6, period: stepMs / 1000 });

  function seal(account: string, secret: Secret): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', sealingKey, iv).setAAD(Buffer.from(account));
    const text = Buffer.concat([cipher.update(secret.base32, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
  }

  function open(account: string, sealed: string): Secret {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', sealingKey, bytes.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(account)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    const text = Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]);
    return Secret.fromBase32(text.toString());
  }

  return {
    begin(account) {
      const secret = new Secret({ size: secretBytes });
      return {
        secret: secret.base32,
        uri: totpOf(account, secret).toString(),
        sealed: seal(account, secret),
      };
    },
    stepOf(account, sealed, code, nowMs) {
      const delta = totpOf(account, open(account, sealed)).validate({
        token: code,
        timestamp: nowMs,
        window: stepsAround,
      });
      return delta === null ? undefined : Math.floor(nowMs / stepMs) + delta;
    },
  };
}
