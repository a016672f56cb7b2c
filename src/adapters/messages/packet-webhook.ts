// Hands a packet to an emergency line's or a utility's receiver: one signed POST; only a signed answer with their own id counts.
import type { PacketAnswer, PacketBody, PacketWay } from '../../engine/packets.js';
import { isSigned } from './signature.js';
import { faultOf, postSigned, signatureIn } from './signed-post.js';

/** An answer is an id; whoever sends more is not heard out. */
const answerMaxBytes = 4_096;
/** The secret or the address is wrong, which somebody mends: the packet is not. */
const setUpFaults: ReadonlySet<string> = new Set(['http401', 'http403', 'http404', 'http405']);
const idForm = /^[\p{L}\p{N}._:/-]{1,100}$/u;

/** The way over HTTP. */
export function createPacketWebhook({
  nowMs,
  deadlineMs = 4_000,
}: {
  readonly nowMs: () => number;
  /** For one packet, its answer included; 4 s. */
  readonly deadlineMs?: number;
}): PacketWay {
  async function post(url: string, secret: string, packet: PacketBody): Promise<PacketAnswer> {
    const body = JSON.stringify(packet);
    const answer = await postSigned({ url, secret, id: packet.id, body, nowMs: nowMs(), deadlineMs });
    if (answer.is === 'refused' && setUpFaults.has(answer.code)) return { is: 'retry', code: answer.code };
    if (answer.is !== 'taken') return answer;
    const text = await shortText(answer.response);
    if (text === undefined) return { is: 'retry', code: 'answerTooLong' };
    // Anybody can say yes: what is not theirs is no answer, and the same packet is sent again.
    if (!isSigned(secret, { ...signatureIn(answer.response), body: text }, nowMs()))
      return { is: 'retry', code: 'answerUnsigned' };
    const theirId = idIn(text);
    return theirId === undefined ? { is: 'retry', code: 'answerInvalid' } : { is: 'taken', theirId };
  }

  return {
    deliver: async ({ url, secret }, packet) => {
      try {
        return await post(url, secret, packet);
      } catch (error) {
        return faultOf(error);
      }
    },
  };
}

/** Undefined = longer than an answer may be. */
async function shortText({ body }: Response): Promise<string | undefined> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > answerMaxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `{"id": "…"}`; whatever else it holds is theirs. */
function idIn(text: string): string | undefined {
  try {
    const { id } = Object(JSON.parse(text)) as { readonly id?: unknown };
    const own = typeof id === 'number' ? String(id) : id;
    return typeof own === 'string' && idForm.test(own) ? own : undefined;
  } catch {
    return undefined;
  }
}
