// A call that Asterisk answered by itself becomes one fact, however often its record is read.
import t from 'tap';
import { createCallerNumbers } from '../../src/adapters/memory/caller-numbers.js';
import { noStandings } from '../../src/engine/standings.js';
import { journalMissedCall } from '../../src/engine/missed-calls.js';
import type { JournalEntry, MissedCallSeen } from '../../src/engine/ports.js';
import type { ChannelId, NodeId } from '../../src/contact/ids.js';
import { noonMs, siteOf, smallSite } from '../site/small-site.js';

const seen: MissedCallSeen = {
  channelId: '1795416200.7' as ChannelId,
  trunkId: 'carrier',
  dnis: '12345',
  redirectedFrom: '',
  ani: '031100000123',
  aniShown: true,
  sipCallId: 'call-7',
  arrivedAtMs: noonMs,
  endedAtMs: noonMs + 21_000,
  reason: 'away',
};

t.test(
  'the same record twice is the same entry; the number is kept until it is written, and nowhere else',
  async (t) => {
    const site = siteOf(smallSite());
    const entries: JournalEntry[] = [];
    const written: string[] = [];
    const callers = createCallerNumbers({
      secret: 'secret',
      homeAreaCode: '0311',
      table: { write: async (_key, number) => void written.push(number) },
    });
    const parts = {
      node: 'n1' as NodeId,
      sites: { current: () => site, ofVersion: () => site },
      callers,
      standings: noStandings,
      journal: { append: (entry: JournalEntry) => void entries.push(entry) },
      epoch: () => 3,
    };
    journalMissedCall(parts, seen);
    journalMissedCall(parts, seen);
    t.same(entries[0], entries[1]);
    t.match(entries[0], {
      stream: 'contact',
      id: 'n1-1795416200.7',
      seq: 0,
      atMs: noonMs + 21_000,
      image: null,
      facts: [
        {
          type: 'CallMissedByService',
          callerMasked: '0311-****0123',
          numberPattern: 'main',
          numberState: 'served',
          kpiLine: site.meaningOf({ ...seen, toUser: '', nowMs: noonMs }).kpiLine,
        },
      ],
    });
    t.notMatch(JSON.stringify(entries), /00000123/);
    while (callers.unwritten() > 0) await new Promise((resolve) => setImmediate(resolve));
    t.same(written, ['031100000123']);
    const [fact] = entries[0]?.facts ?? [];
    t.equal(
      fact?.type === 'CallMissedByService' && callers.numberOf(fact.callerKey),
      undefined,
      'then it is forgotten',
    );
    await callers.close();
  },
);
