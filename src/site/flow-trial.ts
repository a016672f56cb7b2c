// A flow of a draft on trial: drawn as its text has it, and its scenarios run.
import type { Finding } from '../contact/finding.js';
import { drawFlow } from '../ivr/draw-flow.js';
import type { SiteFiles } from './read-files.js';
import { runScenarios } from './run-scenarios.js';
import type { Site } from './site.js';

/** Which flow, and the scenarios beside it; null where there are none. */
export interface FlowOnTrial {
  readonly id: string;
  readonly scenarios: string | null;
}

/** What came of it. */
export interface FlowTrial {
  /** Without looks, as pages show it; null while its file holds errors. */
  readonly svg: string | null;
  /** Null while any file holds errors: no call can be tried. */
  readonly scenarios: {
    readonly count: number;
    /** Errors where a call goes otherwise, warnings where no scenario goes. */
    readonly findings: readonly Finding[];
  } | null;
}

/** A flow's file, below `ivr-flows/`. */
export const flowFile = (id: string): string => `flows/${id}.yaml`;

/** The file of its scenarios. */
export const scenarioFile = (id: string): string => `flows/${id}.test.txt`;

/**
 * Tries a flow.
 * @param site of the same texts; null while any of them holds errors
 * @param findings of the check of these texts
 */
export function tryFlow(
  read: SiteFiles,
  site: Site | null,
  findings: readonly Finding[],
  { id, scenarios }: FlowOnTrial,
  nowMs: number,
): FlowTrial {
  const [file, testFile] = [flowFile(id), scenarioFile(id)];
  const isBroken = findings.some((one) => one.level === 'error' && one.file === file);
  const flow = read.flows.find((one) => one.file === file)?.flow;
  const prompts = new Map([...read.prompts].map(([promptId, { text }]) => [promptId, text]));
  const queues = new Map([...read.queues.rows].map(([queueId, { row }]) => [String(queueId), row.name]));
  const svg = isBroken || flow === undefined ? null : drawFlow(flow, { prompts, queues, unstyled: true });
  if (site === null) return { svg, scenarios: null };
  const texts = new Map(scenarios === null ? [] : [[testFile, scenarios]]);
  const run = runScenarios(site, texts, nowMs);
  const own = run.findings.filter((one) => one.file === file || one.file === testFile);
  return { svg, scenarios: { count: run.scenarios, findings: own } };
}
