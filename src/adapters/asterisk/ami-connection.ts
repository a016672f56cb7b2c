// One TCP connection to AMI: pairs actions with their answers, collects lists, and is dropped whole when it falls silent.

import { randomUUID } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { AppError } from '../../errors.js';
import { encodeAction, readMessages, type AmiFields, type AmiMessage } from './ami-protocol.js';

/** Where to connect, and how patient to be. */
export interface AmiConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly deadlineMs: number;
  /** After two unanswered pings the connection is given up. */
  readonly pingEveryMs: number;
}

/** Asterisk's answer: the response, and the items where the action lists something. */
export interface AmiAnswer {
  readonly response: AmiMessage;
  readonly items: readonly AmiMessage[];
}

/** A connection on its way to, or after, its end. */
export interface AmiConnection {
  /** @throws AppError UNSAFE_VALUE, AMI_REFUSED `{action, message}`, AMI_UNAVAILABLE, DEADLINE_EXCEEDED */
  action(name: string, fields: AmiFields): Promise<AmiAnswer>;
  /** Ends the connection; the first error given is the one `closed` tells. */
  fail(error?: AppError): void;
  /** Resolves when the connection has ended, with what ended it, if that was a failure. */
  readonly closed: Promise<AppError | undefined>;
}

interface Pending {
  readonly action: string;
  readonly items: AmiMessage[];
  readonly resolve: (answer: AmiAnswer) => void;
  readonly reject: (error: AppError) => void;
  response?: AmiMessage;
}

/** More than this without the end of a message is not AMI. */
const MAX_MESSAGE_CHARS = 1024 * 1024;

const MISSES_UNTIL_DEAD = 2;

/** Opens a connection; actions wait for it within their deadlines. Events that belong to no action go to `onEvent`. */
export function openAmiConnection(
  options: AmiConnectionOptions,
  onEvent: (event: AmiMessage) => void,
): AmiConnection {
  const socket = connectTcp({ host: options.host, port: options.port, noDelay: true }).setEncoding('utf8');
  const pending = new Map<string, Pending>();
  const idPrefix = randomUUID(); // some events are sent to every session with the id of the one that asked
  let lastId = 0;
  let rest = '';
  let failure: AppError | undefined;

  function fail(error?: AppError): void {
    failure ??= error;
    socket.destroy();
  }

  function receive(message: AmiMessage): void {
    const id = message.ActionID ?? '';
    const waiting = pending.get(id);
    if (!waiting) {
      if (message.Event !== undefined) onEvent(message);
    } else if (takeAnswer(waiting, message)) {
      pending.delete(id);
    }
  }

  async function action(name: string, fields: AmiFields): Promise<AmiAnswer> {
    const id = `${idPrefix}-${++lastId}`;
    const text = encodeAction(name, { ...fields, ActionID: id });
    if (socket.destroyed) throw unavailable(name);
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<AmiAnswer>((resolve, reject) => {
      pending.set(id, { action: name, items: [], resolve, reject });
      const late = () =>
        reject(
          new AppError('DEADLINE_EXCEEDED', { part: 'ami', action: name, deadlineMs: options.deadlineMs }),
        );
      timer = setTimeout(late, options.deadlineMs);
    });
    socket.write(text);
    return answer.finally(() => {
      clearTimeout(timer);
      pending.delete(id);
    });
  }

  const stopPings = keepAlive(() => action('Ping', {}), options, fail);
  const closed = new Promise<AppError | undefined>((resolve) => {
    socket.once('close', () => {
      stopPings();
      for (const { action: name, reject } of pending.values()) reject(unavailable(name));
      resolve(failure);
    });
  });
  socket.on('error', (error) => fail(unavailable('connect', error.message)));
  socket.on('data', (chunk: string) => {
    const reading = readMessages(rest, chunk);
    rest = reading.rest;
    reading.messages.forEach(receive);
    if (rest.length > MAX_MESSAGE_CHARS) fail(unavailable('read', 'a message without an end'));
  });
  return { action, fail, closed };
}

/** Adds `message` to what an action waits for; true when that settles the action. */
function takeAnswer(waiting: Pending, message: AmiMessage): boolean {
  if (message.Response === 'Error') {
    waiting.reject(new AppError('AMI_REFUSED', { action: waiting.action, message: message.Message }));
    return true;
  }
  const listState = message.EventList?.toLowerCase();
  const isItem = message.Response === undefined && listState === undefined;
  if (isItem) waiting.items.push(message);
  if (message.Response !== undefined) waiting.response = message;
  if (isItem || listState === 'start' || waiting.response === undefined) return false;
  waiting.resolve({ response: waiting.response, items: waiting.items });
  return true;
}

/** Pings until the returned function is called; fails the connection after two unanswered pings. */
function keepAlive(
  ping: () => Promise<unknown>,
  { pingEveryMs }: AmiConnectionOptions,
  fail: (error: AppError) => void,
): () => void {
  let misses = 0;
  const timer = setInterval(() => {
    ping().then(
      () => (misses = 0),
      (error: AppError) => {
        misses += 1;
        if (misses === MISSES_UNTIL_DEAD) fail(error);
      },
    );
  }, pingEveryMs);
  return () => clearInterval(timer);
}

function unavailable(action: string, reason = 'the connection has ended'): AppError {
  return new AppError('AMI_UNAVAILABLE', { action, reason });
}
