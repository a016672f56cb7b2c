// In place of a gateway: writes each short message as one line of JSON into a file, for a demo or a site that has none yet.
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { GatewayAnswer, MessageGateway, OutgoingMessage } from '../../engine/messages.js';

/** The file, or its folder, cannot be written to: tried again like a gateway that is away. */
const unwritable: GatewayAnswer = { is: 'retry', code: 'fileUnwritable' };

/** A message in the file; its number masked only. */
interface OutboxLine {
  readonly id: string;
  readonly atMs: number;
  readonly to: string;
  readonly templateId: string;
  readonly text: string;
}

/** An outbox in this file; one that is there already is gone on with. */
export function createFileOutbox(file: string, nowMs: () => number): MessageGateway {
  let before: Before | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function append({
    messageId,
    callerMasked,
    templateId,
    text,
  }: OutgoingMessage): Promise<GatewayAnswer> {
    before ??= await readBefore(file);
    if (before.ids.has(messageId)) return { is: 'taken' };
    const line: OutboxLine = { id: messageId, atMs: nowMs(), to: callerMasked, templateId, text };
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'a', 0o600);
    try {
      await handle.appendFile(`${before.isCutOff ? '\n' : ''}${JSON.stringify(line)}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    before.isCutOff = false;
    before.ids.add(messageId);
    return { is: 'taken' };
  }

  return {
    // One after the other: lines must not meet, and an id is looked for before it is written.
    deliver: (message) => {
      const turn = last.then(() => append(message)).catch(() => unwritable);
      last = turn;
      return turn;
    },
  };
}

/** What is in the file already. */
interface Before {
  readonly ids: Set<string>;
  /** A crash broke off the last line: it is no message, and the next one begins below it. */
  isCutOff: boolean;
}

async function readBefore(file: string): Promise<Before> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const ids = text.split('\n').flatMap((line) => /^\{"id":"([^"]+)".*\}$/.exec(line)?.[1] ?? []);
  return { ids: new Set(ids), isCutOff: text !== '' && !text.endsWith('\n') };
}
