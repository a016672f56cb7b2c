// 进度查询 while something is away: the service killed in the middle of the code, a database that is frozen; nothing keyed in is written down.
import t from 'tap';
import { done, known, results, startProgress } from './progress-station.js';

const { station, begin, nothingWritten } = await startProgress({
  portBase: 16_940,
  sipPort: 16_945,
  rtpStart: 27_800,
});

t.test(
  'the service is killed in the middle of the code: the number is still known, the code asked anew',
  async (t) => {
    const query = await begin();
    await query.call.sendDigits(`${done.caseNumber}#`);
    await query.hears('prog.ask');
    await query.call.sendDigits('71');
    const restartedAtMs = Date.now();
    await station.killService();
    await query.hears('menu.resume', restartedAtMs);
    await query.hears('prog.ask', restartedAtMs);
    await query.call.sendDigits(`${done.queryCode}#`);
    await query.hears('prog.done', restartedAtMs);
    t.same(await results(query), ['done']);
    await query.call.sendDigits('0');
    t.match(await query.untilQueued(), { queueId: 'general' });
    await query.call.hangUp();
  },
);

t.test('with the database frozen a person takes over within the deadline, and it is said', async (t) => {
  const query = await begin();
  await query.call.sendDigits(`${known.caseNumber}#`);
  await query.hears('prog.ask');
  await station.parts.postgres.kill('SIGSTOP');
  t.teardown(() => station.parts.postgres.kill('SIGCONT'));
  const askedAtMs = Date.now();
  await query.call.sendDigits(`${known.queryCode}#`);
  const toldAtMs = await query.hears('prog.away', askedAtMs);
  t.ok(toldAtMs - askedAtMs < 9_000, `${String(toldAtMs - askedAtMs)} ms, keying included`);
  t.match(await query.untilQueued(), { queueId: 'general' });
  await station.parts.postgres.kill('SIGCONT');
  t.same(await results(query), ['failed']);
  await query.call.hangUp();
});

t.test('nothing that was keyed in is in the spool, the logs or the facts', nothingWritten);
