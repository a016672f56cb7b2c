// The thread that edits a site's files and checks the whole, so that the engine's thread never waits for it.
import { parentPort, workerData } from 'node:worker_threads';
import { doSiteWork, type SiteWork } from './site-work.js';

parentPort?.postMessage(doSiteWork(workerData as SiteWork));
