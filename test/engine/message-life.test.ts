// What becomes of a short message: every chain of answers and reports ends, and once delivered it stays so.
import fc from 'fast-check';
import t from 'tap';
import {
  factOfStep,
  gatewayFails,
  stepAfterReport,
  stepAfterTry,
  usualPace,
} from '../../src/engine/message-life.js';
import type { GatewayAnswer, MessageState } from '../../src/engine/messages.js';

const retry = { is: 'retry', code: 'http503' } as const;

t.test('pauses double up to the longest, spread by chance, and the gateway’s own wish counts', async (t) => {
  const pause = (attempts: number, chance: number, afterMs?: number) => {
    const step = stepAfterTry(
      { ...retry, ...(afterMs !== undefined && { afterMs }) },
      attempts,
      chance,
      usualPace,
    );
    return 'delayMs' in step ? step.delayMs : undefined;
  };
  t.same(
    [1, 2, 3, 7, 9].map((n) => pause(n, 1)),
    [5_000, 10_000, 20_000, 300_000, 300_000],
  );
  t.equal(pause(1, 0), 2_500);
  t.equal(pause(1, 0.5, 60_000), 60_000);
  t.equal(pause(1, 0.5, 86_400_000), 300_000, 'but no gateway parks a message for a day');
  t.equal(pause(usualPace.tries, 0), undefined);
  t.same(stepAfterTry(retry, usualPace.tries, 0, usualPace), { state: 'failed', code: 'http503' });
});

t.test('whatever the gateway answers, a message comes to an end within its tries', async () => {
  const answer = fc.oneof(
    fc.constant<GatewayAnswer>({ is: 'taken' }),
    fc.constant<GatewayAnswer>({ is: 'refused', code: 'http400' }),
    fc.nat().map((afterMs): GatewayAnswer => ({ ...retry, afterMs })),
  );
  fc.assert(
    fc.property(fc.array(answer), fc.double({ min: 0, max: 1, noNaN: true }), (answers, chance) => {
      const all = [...answers, ...Array.from({ length: usualPace.tries }, () => retry)];
      const steps = all.map((one, at) => stepAfterTry(one, at + 1, chance, usualPace));
      const end = steps.findIndex(({ state }) => state !== 'queued');
      return (
        end < usualPace.tries &&
        steps.slice(0, end).every((step) => 'delayMs' in step && step.delayMs <= usualPace.longestMs)
      );
    }),
  );
});

t.test('reports in any order, told any number of times: delivered is the last word', async (t) => {
  const report = fc.constantFrom<'delivered' | 'failed'>('delivered', 'failed');
  const begin = fc.constantFrom<MessageState>('queued', 'sent', 'failed', 'refused', 'delivered');
  fc.assert(
    fc.property(begin, fc.nat(3), fc.array(report), (state, attempts, reports) => {
      let now = state;
      for (const status of reports)
        now = stepAfterReport({ state: now, attempts }, { status, code: null })?.state ?? now;
      if (state === 'refused' || attempts === 0) return now === state;
      if (state === 'delivered' || reports.includes('delivered')) return now === 'delivered';
      return now === (reports.length > 0 ? 'failed' : state);
    }),
  );
  t.same(stepAfterReport({ state: 'queued', attempts: 1 }, { status: 'delivered', code: null }), {
    state: 'delivered',
  });
});

t.test(
  'facts name the contact where there is one; the alarm stands for what is given up or misconfigured',
  async (t) => {
    const message = { messageId: 'm1', contactId: null, attempts: 2 };
    t.same(factOfStep(message, { state: 'sent' }), { type: 'MessageSent', messageId: 'm1', attempts: 2 });
    t.same(factOfStep({ ...message, contactId: 'c1' }, { state: 'refused', code: 'notMobile' }), {
      ...{ type: 'MessageFailed', messageId: 'm1', contactId: 'c1' },
      ...{ code: 'notMobile', refused: true },
    });
    t.equal(factOfStep(message, { state: 'queued', code: 'x', delayMs: 1 }), undefined);
    t.equal(gatewayFails({ state: 'sent' }), false);
    t.equal(gatewayFails({ state: 'failed', code: 'timeout' }), true);
    t.equal(gatewayFails({ state: 'refused', code: 'http401' }), true);
    t.equal(gatewayFails({ state: 'refused', code: 'http400' }), undefined);
    t.equal(gatewayFails({ state: 'queued', code: 'http503', delayMs: 1 }), undefined);
  },
);
