// Both ways out for short messages on one suite: a real gateway over HTTP and a real file; and what each does besides.
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { createFileOutbox } from '../../src/adapters/messages/file-outbox.js';
import { createHttpGateway } from '../../src/adapters/messages/http-gateway.js';
import { isSigned, signedHeaders } from '../../src/adapters/messages/signature.js';
import { startGatewayReceiver, type Behaviour } from './gateway-receiver.js';
import {
  messageGatewaySuite,
  outgoing,
  type GatewayUnderTest,
  type Received,
} from './message-gateway.suite.js';

const secret = 'secret-of-both-sides';
const nowMs = () => Date.now();

async function overHttp(t: Test, behave?: (id: string) => Behaviour) {
  const receiver = await startGatewayReceiver(secret, behave);
  t.teardown(() => receiver.close());
  const open = () => createHttpGateway({ url: receiver.url, secret, nowMs, deadlineMs: 300 });
  return { receiver, gateway: open(), open };
}

messageGatewaySuite(t, 'HTTP', async (): Promise<GatewayUnderTest> => {
  const { receiver, gateway, open } = await overHttp(t);
  return {
    gateway,
    restarted: open,
    received: async () => [...receiver.taken],
    addressee: ({ number }) => number,
    setDown: receiver.setDown,
  };
});

let files = 0;
messageGatewaySuite(t, 'file', async (): Promise<GatewayUnderTest> => {
  files += 1;
  const file = path.join(t.testdirName, `home-${String(files)}`, 'messages', 'outbox.jsonl');
  const open = () => createFileOutbox(file, nowMs);
  const gateway = open();
  return {
    gateway,
    // Two that write into one file are two services in one home, which does not happen.
    restarted: () => gateway,
    received: async () => linesOf(await readFile(file, 'utf8').catch(() => '')),
    addressee: ({ callerMasked }) => callerMasked,
    setDown: async (down) => {
      const folder = path.dirname(path.dirname(file));
      if (!down) return rm(folder);
      await mkdir(path.dirname(folder), { recursive: true });
      // A file where the folder should be: root, too, cannot write below it.
      await writeFile(folder, '');
    },
  };
});
t.before(() => t.testdir());

function linesOf(text: string): readonly Received[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Received);
}

t.test('each answer of a gateway is understood', async (t) => {
  const behaviours: Record<string, Behaviour> = {
    ok: { status: 202 },
    bad: { status: 400 },
    unsigned: { status: 401 },
    busy: { status: 429, headers: { 'retry-after': '7' } },
    slow: { status: 408 },
    broken: { status: 502 },
    moved: { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    late: { is: 'late' },
    reset: { is: 'reset' },
  };
  const { gateway, receiver } = await overHttp(t, (id) => behaviours[id] ?? { status: 200 });
  const answers = Object.fromEntries(
    await Promise.all(
      Object.keys(behaviours).map(
        async (id) => [id, await gateway.deliver(outgoing({ messageId: id }))] as const,
      ),
    ),
  );
  t.same(answers, {
    ok: { is: 'taken' },
    bad: { is: 'refused', code: 'http400' },
    unsigned: { is: 'refused', code: 'http401' },
    busy: { is: 'retry', code: 'http429', afterMs: 7_000 },
    slow: { is: 'retry', code: 'http408' },
    broken: { is: 'retry', code: 'http502' },
    moved: { is: 'retry', code: 'http302' },
    late: { is: 'retry', code: 'timeout' },
    reset: { is: 'retry', code: 'network' },
  });
  t.equal(receiver.badSignatures(), 0);
  const stranger = createHttpGateway({ url: receiver.url, secret: 'another', nowMs });
  t.same(await stranger.deliver(outgoing()), { is: 'refused', code: 'http401' });
});

t.test('a signature holds for its body, its instant and five minutes', async (t) => {
  const body = '{"id":"1"}';
  const atMs = 1_795_400_000_000;
  const headers = signedHeaders(secret, body, atMs);
  const word = {
    timestamp: headers['x-yihao-timestamp'] ?? '',
    signature: headers['x-yihao-signature'] ?? '',
    body,
  };
  t.ok(isSigned(secret, word, atMs + 299_000));
  t.ok(isSigned(secret, word, atMs - 299_000));
  t.notOk(isSigned(secret, word, atMs + 301_000), 'a copy of an old word');
  t.notOk(isSigned(secret, word, atMs - 301_000));
  t.notOk(isSigned(secret, { ...word, body: '{"id":"2"}' }, atMs));
  t.notOk(isSigned(secret, { ...word, timestamp: String(Number(word.timestamp) + 1) }, atMs));
  t.notOk(isSigned('another', word, atMs));
  for (const signature of ['', 'v1=', 'v1=00', word.signature.slice(0, -1), word.signature.toUpperCase()])
    t.notOk(isSigned(secret, { ...word, signature }, atMs), signature);
  for (const timestamp of ['', '-1', '1e9', 'NaN', ' 1'])
    t.notOk(isSigned(secret, { ...word, timestamp }, atMs), timestamp);
});

t.test(
  'the file goes on after a restart and a line cut off; it holds no whole number, and is closed to others',
  async (t) => {
    const file = path.join(t.testdir(), 'outbox.jsonl');
    const first = outgoing();
    await createFileOutbox(file, nowMs).deliver(first);
    const cut = outgoing();
    await writeFile(file, `{"id":"${cut.messageId}","atMs":17`, { flag: 'a' });
    const again = createFileOutbox(file, nowMs);
    t.same(await again.deliver(first), { is: 'taken' });
    t.same(await again.deliver(cut), { is: 'taken' });
    const text = await readFile(file, 'utf8');
    t.equal(text.split(first.messageId).length, 2, 'once');
    t.match(
      text.trim().split('\n').at(-1),
      new RegExp(`^\\{"id":"${cut.messageId}".*\\}$`),
      'on a line of its own',
    );
    t.notMatch(text, first.number);
    t.match(text, first.callerMasked);
    t.equal((await stat(file)).mode & 0o077, 0);
  },
);
