// A call goes by the hour at which it came, though its words last beyond it: no branch after them sends it where nobody is.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { createWorld } from '../../src/sim/world.js';
import { parseSite } from '../../src/site/parse-site.js';
import { busyStartMs } from './busy-hotline.js';

const endOfDayMs = Math.ceil(busyStartMs / 3_600_000) * 3_600_000;

t.test('called a second before the hour, he is served as one who called before it', async (t) => {
  const files = new Map(await readSiteFiles('ivr-flows'));
  const hour = new Date(endOfDayMs + 8 * 3_600_000).toISOString().slice(11, 16);
  const nodes = {
    first: { branch: [{ hours: `00:00-${hour}`, next: 'hello' }], otherwise: 'line' },
    hello: { say: [{ prompt: 'greet.main', mustHear: true }], next: 'again' },
    again: { branch: [{ hours: `00:00-${hour}`, next: 'line' }], otherwise: 'sorry' },
    line: {
      ...{ enqueue: 'general', say: [{ prompt: 'greet.short', mustHear: true }] },
      ...{ onTimeout: 'sorry', onNobody: 'sorry', onOverload: 'sorry' },
    },
    sorry: { hangup: 'queueTimeout', say: ['exit.timeout'] },
  };
  files.set('flows/12345.yaml', JSON.stringify({ start: 'first', nodes }));
  const parsed = parseSite(files, { nowMs: busyStartMs });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings.filter(({ level }) => level === 'error')));
  const made = createWorld({ site: parsed.site, startMs: endOfDayMs - 1_000 });
  await made.start();
  made.telephony.call({ ani: '031100000001', dnis: '12345', patienceMs: null });
  await made.runUntil(endOfDayMs + 30_000);
  t.same(
    made.engine.contacts().map(({ stage }) => stage.at),
    ['waiting'],
  );
  t.same(made.faults, []);
});
