// 进度查询 on real parts: told by oneself, wrong codes, a hang-up in the middle; nothing keyed in is written down.
import t from 'tap';
import { known, results, startProgress } from './progress-station.js';

const { station, begin, nothingWritten } = await startProgress({
  portBase: 18_780,
  sipPort: 18_790,
  rtpStart: 28_000,
});

/** Two calls at a time. */
t.test('by keys', async (t) => {
  t.jobs = 2;

  void t.test(
    'number and code: department and day are told, and whoever stays on comes to a person',
    { buffered: true },
    async (t) => {
      const query = await begin();
      await query.call.sendDigits(`${known.caseNumber}#`);
      await query.hears('prog.ask');
      const askedAtMs = Date.now();
      await query.call.sendDigits(`${known.queryCode}#`);
      await query.hears('prog.state', askedAtMs, '市城管局');
      await query.hears('prog.more', askedAtMs);
      t.same(await results(query), ['handling']);
      t.match(await query.untilQueued(), { queueId: 'general' });
      await query.call.hangUp();
    },
  );

  void t.test(
    'wrong number, wrong code: the same words; the third time a person',
    { buffered: true },
    async (t) => {
      const query = await begin();
      const wrong = [
        ['999999999999', known.queryCode],
        [known.caseNumber, '000000'],
        [known.caseNumber, '000001'],
      ] as const;
      for (const [index, [number, code]] of wrong.entries()) {
        const sinceMs = Date.now();
        await query.call.sendDigits(`${number}#`);
        await query.hears('prog.ask', sinceMs);
        const askedAtMs = Date.now();
        await query.call.sendDigits(`${code}#`);
        await query.hears(index < 2 ? 'prog.none' : 'menu.noinput', askedAtMs);
      }
      t.same(await results(query), ['none', 'none', 'none']);
      t.match(await query.untilQueued(), { queueId: 'general' });
      await query.call.hangUp();
    },
  );

  void t.test('who hangs up while he keys in leaves nothing behind', { buffered: true }, async (t) => {
    const query = await begin();
    await query.call.sendDigits(`${known.caseNumber}#`);
    await query.hears('prog.ask');
    await query.call.sendDigits('82');
    await query.call.hangUp();
    t.match((await station.closedRecord(query.contactId)).record, { missed: true, abandonedDuring: 'flow' });
    t.same(await results(query), [], 'nothing was asked');
  });

  void t.test('a lone 0 while a number is asked for leads to a person', { buffered: true }, async (t) => {
    const query = await begin();
    await query.call.sendDigits('0');
    t.match(await query.untilQueued(), { queueId: 'general' });
    await query.call.hangUp();
  });
});

t.test('nothing that was keyed in is in the spool, the logs or the facts', nothingWritten);
