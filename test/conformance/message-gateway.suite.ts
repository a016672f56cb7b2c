// What every way out for short messages keeps, whatever stands behind it: a gateway over HTTP, or a file.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Test } from 'tap';
import type { MessageGateway, OutgoingMessage } from '../../src/engine/messages.js';

/** A message as it arrived. */
export interface Received {
  readonly id: string;
  readonly to: string;
  readonly templateId: string;
  readonly text: string;
}

/** A way out and what came out of it. */
export interface GatewayUnderTest {
  readonly gateway: MessageGateway;
  /** Begins anew on what is there already, as a restarted service does. */
  restarted(): MessageGateway;
  received(): Promise<readonly Received[]>;
  /** What the other end has to see as the addressee. */
  addressee(message: OutgoingMessage): string;
  /** From now on it cannot be reached, or again. */
  setDown(down: boolean): Promise<void>;
}

/** Some message; its number can belong to nobody. */
export function outgoing(change: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    messageId: randomUUID(),
    templateId: 'sms.case',
    number: '13000000001',
    callerMasked: '130****0001',
    text: '【12345热线】诉求已受理，编号250912108115。',
    ...change,
  };
}

export function messageGatewaySuite(t: Test, name: string, open: () => Promise<GatewayUnderTest>): void {
  t.test(`${name}: a message arrives whole, addressed as it should be`, async (t) => {
    const { gateway, received, addressee } = await open();
    const message = outgoing({ text: '【热线】"引号"、换行\\n、😀。' });
    t.same(await gateway.deliver(message), { is: 'taken' });
    const { messageId: id, templateId, text } = message;
    t.match(await received(), [{ id, to: addressee(message), templateId, text }]);
  });

  t.test(`${name}: the same id is one message, side by side and after a restart`, async () => {
    const { gateway, restarted, received } = await open();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }), async (picks) => {
        const before = (await received()).length;
        const run = randomUUID();
        const messages = picks.map((n) => outgoing({ messageId: `${run}-${String(n)}` }));
        const answers = await Promise.all(messages.map((one) => gateway.deliver(one)));
        answers.push(...(await Promise.all(messages.map((one) => restarted().deliver(one)))));
        const ids = (await received()).slice(before).map(({ id }) => id);
        return (
          answers.every(({ is }) => is === 'taken') &&
          ids.length === new Set(ids).size &&
          ids.length === new Set(picks).size
        );
      }),
      { numRuns: 25 },
    );
  });

  t.test(`${name}: out of reach it asks to be tried again, and then it takes it`, async (t) => {
    const { gateway, received, setDown } = await open();
    const message = outgoing();
    await setDown(true);
    t.match(await gateway.deliver(message), { is: 'retry', code: /^\w+$/ });
    t.equal((await received()).length, 0);
    await setDown(false);
    t.same(await gateway.deliver(message), { is: 'taken' });
    t.equal((await received()).length, 1);
  });
}
