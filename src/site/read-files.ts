// Reads every file of a site by its own reader, and notes which ones are missing.
import type { Finding } from '../contact/finding.js';
import type { FlowId, SkillName } from '../contact/ids.js';
import { parseFlow, type FlowNames, type ReadFlow } from '../ivr/parse-flow.js';
import { parseLexicon } from '../ivr/lexicon.js';
import { parsePrompts, repeatedPrompts, slotsIn, type PromptDefinition } from '../ivr/prompt-text.js';
import { checkWording } from '../ivr/wording.js';
import { parseCalendar, type Calendar } from './calendar.js';
import { parseDepartments, parseDuty, parseExperts, type DutyRow, type ExpertRow } from './parse-experts.js';
import { parseMessages } from './parse-messages.js';
import { parseNumbers } from './parse-numbers.js';
import { parsePolicies, type Policies } from './parse-policies.js';
import {
  parseAgents,
  parseDevices,
  parseNamedRows,
  parseQueues,
  parseTeams,
  type Table,
} from './parse-rows.js';
import type { DialledPlace } from '../numbers/ledger.js';
import type { Department } from '../workforce/experts.js';
import { checkLegalRoutes, parseLegalRoutes, type LegalRouteRow } from './parse-legal-routes.js';
import { parseDialOut, type DialOutFile } from './parse-dial-out.js';
import { parseOtherCities, type OtherCityRow } from './parse-other-cities.js';
import { parseRegions, type SharedAreaRow } from './parse-regions.js';
import { parseTargets, type TargetRow } from './parse-targets.js';
import { parseRecordings, recordingsFile, type RecordingRow } from './recordings.js';
import { parseTrunks } from './parse-trunks.js';
import type {
  AgentProfile,
  DeviceProfile,
  MessageTemplate,
  NamedRow,
  Queue,
  Team,
  NumberRow,
} from './site.js';

/** Everything the files say, each file as far as it could be read. */
export interface SiteFiles {
  readonly policies: Policies;
  readonly menu: boolean;
  readonly skills: Table<NamedRow>;
  readonly teams: Table<Team>;
  readonly queues: Table<Queue>;
  readonly agents: Table<AgentProfile>;
  readonly devices: Table<DeviceProfile>;
  readonly numbers: readonly NumberRow[];
  readonly sharedAreas: readonly SharedAreaRow[];
  readonly legalRoutes: readonly LegalRouteRow[];
  readonly departments: Table<Department>;
  readonly experts: Table<ExpertRow>;
  readonly duty: readonly DutyRow[];
  readonly otherCities: readonly OtherCityRow[];
  readonly targets: Table<TargetRow>;
  readonly dialOut: DialOutFile;
  readonly cityOfTrunk: ReadonlyMap<string, string>;
  /** Every trunk, and whether calls can go out by it. */
  readonly dialsOut: ReadonlyMap<string, boolean>;
  /** The numbers that each trunk's carrier lets us show; a trunk that names none is not here. */
  readonly outboundNumbers: ReadonlyMap<string, readonly string[]>;
  /** Duty phones that are numbers behind a trunk. */
  readonly dutyNumbers: readonly { readonly line: number; readonly number: string }[];
  /** Trunks of sub-centres. */
  readonly subCentres: ReadonlySet<string>;
  /** Where each trunk tells the number dialled; those that say nothing are not here. */
  readonly dialledFrom: ReadonlyMap<string, readonly DialledPlace[]>;
  readonly prompts: ReadonlyMap<string, PromptDefinition>;
  readonly flows: readonly ReadFlow[];
  readonly calendar: Calendar;
  readonly messages: readonly MessageTemplate[];
  /** Sounds that are heard from a recording uploaded by page. */
  readonly recordings: readonly RecordingRow[];
  readonly findings: readonly Finding[];
}

/** Names of the files that hold one thing each; flows and prompts have folders. */
export const siteFileNames = {
  policies: 'policies.yaml',
  skills: 'skills.yaml',
  teams: 'teams.yaml',
  queues: 'queues.yaml',
  agents: 'agents.yaml',
  devices: 'devices.yaml',
  numbers: 'numbers.yaml',
  calendar: 'calendar.yaml',
  lexicon: 'lexicon.yaml',
  messages: 'messages.yaml',
} as const;

/** Read by whoever writes Asterisk's configuration, and here for the number ledger; a site of tests may do without. */
export const trunksFile = 'trunks.yaml';
/** A site whose area code is its own alone may do without. */
export const regionsFile = 'regions.yaml';
/** A site without it leads nobody to another city. */
export const otherCitiesFile = 'other-cities.yaml';
/** A site without it hands nobody over to an emergency line or a utility. */
export const targetsFile = 'emergency.yaml';
/** A site without it lets agents call nobody, and leads calls to sub-centres' internal numbers alone. */
export const dialOutFile = 'dial-out.yaml';
/** A site without it tells nobody of legal routes. */
const legalRoutesFile = 'legal-routes.yaml';
/** A site without them has no expert seats. */
export const expertFiles = {
  departments: 'departments.yaml',
  experts: 'experts.yaml',
  duty: 'duty.yaml',
} as const;

/**
 * Reads all files.
 * @param files texts by path below `ivr-flows/`
 * @param menu overrides what policies.yaml says of the menu variant
 */
export function readSiteTexts(files: ReadonlyMap<string, string>, menu: boolean | undefined): SiteFiles {
  const text = (file: string): string => files.get(file) ?? '';
  const { policies, findings: policyFindings } = parsePolicies(
    siteFileNames.policies,
    text(siteFileNames.policies),
  );
  const menuInForce = menu ?? policies.menu;
  const skills = parseNamedRows(siteFileNames.skills, text(siteFileNames.skills));
  const teams = parseTeams(siteFileNames.teams, text(siteFileNames.teams));
  const queues = parseQueues(siteFileNames.queues, text(siteFileNames.queues));
  const agents = parseAgents(siteFileNames.agents, text(siteFileNames.agents));
  const devices = parseDevices(siteFileNames.devices, text(siteFileNames.devices));
  const numbers = parseNumbers(siteFileNames.numbers, text(siteFileNames.numbers), menuInForce);
  const regions = parseRegions(regionsFile, text(regionsFile));
  const cities = regions.rows.flatMap(({ area }) => area.cities);
  const trunks = parseTrunks(trunksFile, text(trunksFile), cities);
  const prompts = readPrompts(files);
  const flows = readFlows(files, namesOf(queues, skills, prompts.byId, policies.callers.wishes));
  const calendar = parseCalendar(siteFileNames.calendar, text(siteFileNames.calendar));
  const lexicon = parseLexicon(siteFileNames.lexicon, text(siteFileNames.lexicon));
  const messages = parseMessages(siteFileNames.messages, text(siteFileNames.messages));
  const routes = parseLegalRoutes(legalRoutesFile, text(legalRoutesFile));
  const departments = parseDepartments(expertFiles.departments, text(expertFiles.departments));
  const experts = parseExperts(expertFiles.experts, text(expertFiles.experts));
  const duty = parseDuty(expertFiles.duty, text(expertFiles.duty));
  const otherCities = parseOtherCities(otherCitiesFile, text(otherCitiesFile));
  const targets = parseTargets(targetsFile, text(targetsFile));
  const recordings = parseRecordings(recordingsFile, text(recordingsFile));
  const { dialOut, findings: dialOutFindings } = parseDialOut(dialOutFile, text(dialOutFile));
  const around = { prompts: prompts.byId, messages: messages.messages, numbers: numbers.rows };
  const missing = missingFiles(files);
  const absent = new Set(missing.map(({ file }) => file));
  const read = [
    policyFindings,
    skills.findings,
    teams.findings,
    queues.findings,
    agents.findings,
    devices.findings,
  ];
  const rest = [
    numbers.findings,
    regions.findings,
    trunks.findings,
    prompts.findings,
    calendar.findings,
    lexicon.findings,
    messages.findings,
    routes.findings,
    departments.findings,
    experts.findings,
    duty.findings,
    otherCities.findings,
    targets.findings,
    dialOutFindings,
    recordings.findings,
    checkLegalRoutes(legalRoutesFile, routes.rows, around),
    ...flows.map((flow) => flow.findings),
  ];
  return {
    policies,
    menu: menuInForce,
    skills,
    teams,
    queues,
    agents,
    devices,
    numbers: numbers.rows,
    sharedAreas: regions.rows,
    legalRoutes: routes.rows,
    departments,
    experts,
    duty: duty.rows,
    otherCities: otherCities.rows,
    targets,
    dialOut,
    cityOfTrunk: trunks.cityOfTrunk,
    dialledFrom: trunks.dialledFrom,
    dialsOut: trunks.dialsOut,
    outboundNumbers: trunks.outboundNumbers,
    dutyNumbers: trunks.dutyNumbers,
    subCentres: trunks.subCentres,
    prompts: prompts.byId,
    flows,
    calendar: calendar.calendar,
    messages: messages.messages,
    recordings: recordings.rows,
    // A file that is not there is told once, not by every field it lacks.
    findings: [...missing, ...[...read, ...rest].flat().filter(({ file }) => !absent.has(file))],
  };
}

function missingFiles(files: ReadonlyMap<string, string>): readonly Finding[] {
  return Object.values(siteFileNames)
    .filter((file) => !files.has(file))
    .map((file) => ({
      level: 'error',
      file,
      line: 1,
      code: 'missingFile',
      zh: '文件不存在或不可读。请放回此文件。',
      en: 'The file is missing or cannot be read: put it back.',
    }));
}

/** The texts of a folder's YAML files, in the order of their names. */
function folderTexts(
  files: ReadonlyMap<string, string>,
  folder: string,
): readonly (readonly [string, string])[] {
  return [...files]
    .filter(([file]) => file.startsWith(`${folder}/`) && file.endsWith('.yaml'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function readPrompts(files: ReadonlyMap<string, string>) {
  const read = folderTexts(files, 'prompts').map(([file, text]) => parsePrompts(file, text));
  const prompts = read.flatMap((file) => file.prompts);
  return {
    byId: new Map(prompts.map((prompt) => [prompt.id, prompt])),
    findings: [
      ...read.flatMap((file) => file.findings),
      ...repeatedPrompts(prompts),
      ...prompts.flatMap((prompt) => checkWording(prompt)),
    ],
  };
}

function readFlows(files: ReadonlyMap<string, string>, names: FlowNames): readonly ReadFlow[] {
  return folderTexts(files, 'flows').map(([file, text]) =>
    parseFlow(file.slice('flows/'.length, -'.yaml'.length) as FlowId, file, text, names),
  );
}

function namesOf(
  queues: Table<Queue>,
  skills: Table<NamedRow>,
  prompts: ReadonlyMap<string, PromptDefinition>,
  wishes: readonly string[],
): FlowNames {
  return {
    queues: new Map([...queues.rows].map(([id, { row }]) => [id, row])),
    skills: new Set([...skills.rows.keys()] as SkillName[]),
    prompts: new Map([...prompts].map(([id, prompt]) => [id, slotsIn(prompt.text)])),
    departments: departmentsIn(prompts.get('prog.state')),
    wishes: new Set(wishes),
  };
}

/** The departments that have a sound. */
function departmentsIn(prompt: PromptDefinition | undefined): ReadonlySet<string> {
  const slot = prompt?.slots['d'];
  return new Set(slot?.kind === 'words' ? Object.keys(slot.words) : []);
}
