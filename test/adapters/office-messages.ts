// Short messages of the office's tests: rows made of its journal and a list in memory, in place of the database.
import { createHmac } from 'node:crypto';
import { isSigned } from '../../src/adapters/messages/signature.js';
import type { MessageParts } from '../../src/adapters/http/http-parts.js';
import { createMessageDesk } from '../../src/engine/message-desk.js';
import type { Message, MessageFact, MessageReply, StopList, StopRow } from '../../src/engine/messages.js';
import type { Sites } from '../../src/engine/ports.js';
import type { World } from '../../src/sim/world.js';

/** What office and gateway sign with. */
export const gatewaySecret = 'a secret of the gateway';

/** Headers that sign a body, reckoned apart from the service's own code. */
export function signed(body: string, nowMs: number): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const digest = createHmac('sha256', gatewaySecret).update(`${timestamp}.${body}`).digest('hex');
  return {
    'content-type': 'application/json',
    'x-yihao-timestamp': timestamp,
    'x-yihao-signature': `v1=${digest}`,
  };
}

function createStopListInMemory(): StopList {
  const rows = new Map<string, StopRow>();
  const stands = ({ sinceMs, untilMs }: StopRow, nowMs: number) =>
    sinceMs <= nowMs && (untilMs === null || untilMs > nowMs);
  return {
    add: async (row) => void rows.set(row.stopId, row),
    end: async (stopId, atMs) => {
      const row = rows.get(stopId);
      if (row === undefined || !stands(row, atMs)) return false;
      rows.set(stopId, { ...row, untilMs: atMs });
      return true;
    },
    standing: async (nowMs) => [...rows.values()].filter((row) => stands(row, nowMs)),
    confidential: async (nowMs) =>
      [...rows.values()]
        .filter((row) => row.kind === 'confidential' && stands(row, nowMs))
        .map(({ callerKey }) => callerKey),
    kindFor: async (callerKey, nowMs) =>
      [...rows.values()].find((row) => row.callerKey === callerKey && stands(row, nowMs))?.kind,
  };
}

export function officeMessages(world: World, sites: Sites): MessageParts {
  const replies: MessageReply[] = [];
  const seen = new Set<string>();
  const facts = () =>
    world.journal.flatMap(({ atMs, facts: list }) =>
      list.flatMap((fact) => (fact.type.startsWith('Message') ? [{ atMs, fact: fact as MessageFact }] : [])),
    );
  const rows = (): readonly Message[] =>
    facts().flatMap(({ atMs, fact }) => {
      if (fact.type !== 'MessageQueued') return [];
      const { type: _type, by, contactId = null, ...order } = fact;
      const isDelivered = facts().some(
        ({ fact: one }) => one.type === 'MessageDelivered' && one.messageId === order.messageId,
      );
      const state = isDelivered ? 'delivered' : 'queued';
      const begun = { state, code: null, attempts: 1, version: 1, dueAtMs: 0, queuedAtMs: atMs } as const;
      return [{ ...order, contactId, sentBy: by, ...begun }];
    });
  const once = (id: string) => !seen.has(id) && seen.add(id) !== undefined;
  const store = {
    claim: async () => [],
    settle: async () => false,
    takeReport: async (report, decide) => {
      const message = rows().find(({ messageId }) => messageId === report.messageId);
      const step = message && once(`report ${report.reportId}`) ? decide(message) : undefined;
      return message && step && { message, step };
    },
    takeReply: async (reply) => {
      if (!once(`reply ${reply.replyId}`)) return undefined;
      const message = rows().findLast(({ callerKey }) => callerKey === reply.callerKey) ?? null;
      replies.push({ ...reply, messageId: message?.messageId ?? null });
      return { message };
    },
    ofContact: async (contactId) =>
      rows()
        .filter((row) => row.contactId === contactId)
        .map(({ slots: _slots, version: _version, dueAtMs: _dueAtMs, ...row }) => ({
          ...row,
          replies: replies
            .filter(({ messageId }) => messageId === row.messageId)
            .map(({ atMs, text }) => ({ atMs, text })),
        })),
  } satisfies Parameters<typeof createMessageDesk>[0]['store'];
  const stopList = createStopListInMemory();
  return {
    desk: createMessageDesk({
      store,
      stopList,
      // The world's keys hold their numbers.
      numbers: { find: async (callerKey) => callerKey.replace(/^key-/, '') },
      sites,
      clock: world.clock,
      note: world.engine.note,
      isSealed: async (id) => world.engine.contacts().find((one) => one.id === id)?.sealed !== undefined,
    }),
    store,
    stopList,
    isSigned: (word, nowMs) => isSigned(gatewaySecret, word, nowMs),
  };
}
