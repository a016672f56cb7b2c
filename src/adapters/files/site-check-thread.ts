// The thread that reads and checks a site's files, so that the engine's thread never waits for it.
import { parentPort, workerData } from 'node:worker_threads';
import { checkSiteTexts } from '../../site/parse-site.js';
import type { SiteCheck } from './site-files.js';

const { files, options } = workerData as SiteCheck;
parentPort?.postMessage(checkSiteTexts(files, options));
