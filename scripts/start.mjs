// @ts-check
// npm start: sets up what is missing, runs Redis, PostgreSQL, Asterisk and the service, and ends them all when it ends.

import { setUp, wordsOf } from './install/main.mjs';
import { layoutOf } from './run/layout.mjs';
import { onEnd } from './run/lifetime.mjs';

try {
  const layout = layoutOf(process.env);
  await setUp(layout, 'run', console.log);
  // Only now are the modules there that these import.
  const { Supervisor } = await import('./run/supervisor.mjs');
  const { welcomeText } = await import('./run/welcome.mjs');
  const supervisor = new Supervisor(layout, console.log);
  onEnd(async () => {
    await supervisor.stop();
    process.exit(0);
  });
  await supervisor.start();
  console.log(await welcomeText(layout));
} catch (error) {
  console.error(wordsOf(error));
  process.exit(1);
}
