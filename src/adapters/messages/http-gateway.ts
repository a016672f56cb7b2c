// Hands short messages to a gateway over HTTP: one signed POST a message, with a deadline; its answer in our words.
import type { GatewayAnswer, MessageGateway, OutgoingMessage } from '../../engine/messages.js';
import { faultOf, postSigned } from './signed-post.js';

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
        return faultOf(error);
      }
    },
  };
}

async function post(
  { url, secret, nowMs, deadlineMs = 10_000 }: HttpGatewayOptions,
  { messageId: id, number, templateId, text }: OutgoingMessage,
): Promise<GatewayAnswer> {
  const body = JSON.stringify({ id, to: number, templateId, text });
  const answer = await postSigned({ url, secret, id, body, nowMs: nowMs(), deadlineMs });
  if (answer.is !== 'taken') return answer;
  await answer.response.body?.cancel();
  return { is: 'taken' };
}
