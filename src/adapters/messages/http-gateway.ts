// Hands short messages to a gateway over HTTP: one signed POST a message, with a deadline; its answer in our words.
import type { GatewayAnswer, MessageGateway, OutgoingMessage } from '../../engine/messages.js';
import { signedHeaders } from './signature.js';

export interface HttpGatewayOptions {
  readonly url: string;
  /** What both sides sign with. */
  readonly secret: string;
  readonly nowMs: () => number;
  /** For one message; 10 s. */
  readonly deadlineMs?: number;
}

/** A gateway at an address. */
export function createHttpGateway(options: HttpGatewayOptions): MessageGateway {
  return {
    deliver: async (message) => {
      try {
        return await post(options, message);
      } catch (error) {
        // The reason alone: an error's text may hold the request.
        const isLate = error instanceof Error && error.name === 'TimeoutError';
        return { is: 'retry', code: isLate ? 'timeout' : 'network' };
      }
    },
  };
}

async function post(
  { url, secret, nowMs, deadlineMs = 10_000 }: HttpGatewayOptions,
  { messageId, number, templateId, text }: OutgoingMessage,
): Promise<GatewayAnswer> {
  const body = JSON.stringify({ id: messageId, to: number, templateId, text });
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'idempotency-key': messageId,
      ...signedHeaders(secret, body, nowMs()),
    },
    body,
    // A number goes nowhere but to the address that was set.
    redirect: 'manual',
    signal: AbortSignal.timeout(deadlineMs),
  });
  await response.body?.cancel();
  return answerOf(response);
}

function answerOf({ ok, status, headers }: Response): GatewayAnswer {
  if (ok) return { is: 'taken' };
  const code = `http${String(status)}`;
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { is: 'refused', code };
  const seconds = headers.get('retry-after') ?? '';
  return { is: 'retry', code, ...(/^\d{1,6}$/.test(seconds) && { afterMs: Number(seconds) * 1_000 }) };
}
