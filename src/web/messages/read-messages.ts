// The short messages of a contact, as the API gives them.
import type { MessageState } from '../../engine/messages.js';
import { call, type Answer } from '../api.js';

/** One that was ordered, what became of it, and what the caller wrote back. */
export interface ShownMessage {
  readonly messageId: string;
  readonly templateId: string;
  /** 工号, account, or `service`. */
  readonly sentBy: string;
  readonly state: MessageState;
  readonly code: string | null;
  readonly queuedAtMs: number;
  readonly replies: readonly ShownReply[];
}

export interface ShownReply {
  readonly atMs: number;
  readonly text: string;
}

/** Oldest first. */
export async function readMessages(contactId: string): Promise<Answer<readonly ShownMessage[]>> {
  const path = `/api/v1/contacts/${encodeURIComponent(contactId)}/messages`;
  const answer = await call<{ readonly messages: readonly ShownMessage[] }>('GET', path);
  return answer.ok ? { ok: true, body: answer.body.messages } : answer;
}
