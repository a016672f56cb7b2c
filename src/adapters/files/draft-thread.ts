// The thread that judges drafts, so that the engine's thread never waits for a check of the whole site.
import { parentPort, workerData } from 'node:worker_threads';
import { judgeDraft, type DraftCase } from '../../site/judge-draft.js';

parentPort?.postMessage(judgeDraft(workerData as DraftCase));
