// G.711 (ITU-T): 16-bit linear PCM to and from A-law and µ-law octets, by table. Pure.
import type { CodecName } from './sdp.js';

/** What a law plays for silence. */
export const silentOctet: Readonly<Record<CodecName, number>> = { PCMA: 0xd5, PCMU: 0xff };

const decodeTables: Readonly<Record<CodecName, Int16Array>> = {
  PCMA: Int16Array.from({ length: 256 }, (_unused, octet) => decodeALaw(octet)),
  PCMU: Int16Array.from({ length: 256 }, (_unused, octet) => decodeMuLaw(octet)),
};

/** The 16-bit value of each octet of a law. */
export function g711DecodeTable(codec: CodecName): Int16Array {
  return decodeTables[codec];
}

/** Octets -> samples. */
export function decodeG711(codec: CodecName, octets: Uint8Array): Int16Array {
  const table = decodeTables[codec];
  return Int16Array.from(octets, (octet) => table[octet] ?? 0);
}

/** Samples -> octets. */
export function encodeG711(codec: CodecName, samples: Int16Array): Uint8Array {
  const encode = codec === 'PCMA' ? encodeALaw : encodeMuLaw;
  return Uint8Array.from(samples, encode);
}

function decodeALaw(octet: number): number {
  const value = octet ^ 0x55;
  const exponent = (value >> 4) & 0x07;
  const mantissa = value & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

function encodeALaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, 32_767);
  let exponent = 7;
  while (exponent > 0 && magnitude < 0x80 << exponent) exponent -= 1;
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function decodeMuLaw(octet: number): number {
  const value = ~octet & 0xff;
  const magnitude = ((((value & 0x0f) << 3) + 0x84) << ((value >> 4) & 0x07)) - 0x84;
  return value & 0x80 ? -magnitude : magnitude;
}

function encodeMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_635) + 0x84;
  let exponent = 7;
  while (exponent > 0 && magnitude < 0x80 << exponent) exponent -= 1;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}
