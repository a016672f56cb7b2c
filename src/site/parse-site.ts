// Makes a site of its files: all read, cross-checked and frozen, or refused with every finding at once.
import { dayKeyAt } from '../contact/civil-time.js';
import { mayDial, mayHandOver } from '../contact/dial-out.js';
import type { Finding } from '../contact/finding.js';
import type { FlowCursor, FlowInput, FlowTurn, FlowView } from '../contact/flow-turn.js';
import type { FlowId, SkillName } from '../contact/ids.js';
import { surveyFlowId, type Flow, type FlowDay } from '../ivr/flow.js';
import { asksForCity, beginFlow, step, type FlowWorld } from '../ivr/step.js';
import { buildLedger, keptNumber, meaningOf } from '../numbers/ledger.js';
import type { LedgerRow } from '../numbers/ledger-row.js';
import { stateEnds } from '../numbers/state-ends.js';
import { departmentGaps } from '../workforce/experts.js';
import { dayKind, missingNoticeYears } from './calendar.js';
import { choicesOf } from './agent-choices.js';
import { checkSite, noticesOf } from './check-site.js';
import { contentHash } from './content-hash.js';
import { dialRulesOf } from './parse-dial-out.js';
import { rosterOf } from './parse-experts.js';
import type { Table } from './parse-rows.js';
import { readSiteTexts, type SiteFiles } from './read-files.js';
import { checkSounds } from './check-sounds.js';
import type { Entry, Site, NumberRow } from './site.js';

/** What the files themselves do not say. */
export interface ParseOptions {
  /** For warnings that depend on the date. */
  readonly nowMs: number;
  /** The ledger in force, against which changes that need a document are told of; none at a start. */
  readonly inForce?: readonly NumberRow[];
  /** Names of the files in `recordings/`; left out = not looked at, and nothing is said of prompts that nobody can speak. */
  readonly recordings?: readonly string[];
  /** Switches set at run time; they go before policies.yaml. */
  readonly overrides?: { readonly menu?: boolean };
}

/** A site ready for use, or what keeps these files from being one. */
export type ParsedSite =
  { readonly ok: true; readonly site: Site } | { readonly ok: false; readonly findings: readonly Finding[] };

/** The same as plain data, which one thread can hand to another; {@link siteFrom} makes the site of it. */
export type CheckedSite =
  | {
      readonly ok: true;
      readonly read: SiteFiles;
      readonly mainEntry: Entry;
      readonly version: string;
      readonly warnings: readonly Finding[];
    }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Reads and checks a site and makes it ready. Never throws: whatever the files hold becomes findings.
 * @param files texts by path below `ivr-flows/`, e.g. `flows/12345.yaml`
 */
export function parseSite(files: ReadonlyMap<string, string>, options: ParseOptions): ParsedSite {
  return siteFrom(checkSiteTexts(files, options));
}

/** The costly half of {@link parseSite}: reads and checks. */
export function checkSiteTexts(files: ReadonlyMap<string, string>, options: ParseOptions): CheckedSite {
  const read = readSiteTexts(files, options.overrides?.menu);
  const findings = inOrder(
    withoutFollowers([...read.findings, ...checkSite(read, options), ...checkSounds(files, read, options)]),
  );
  const mainEntry = read.numbers.find(({ entry }) => entry.id === read.policies.mainEntryId)?.entry;
  if (mainEntry === undefined || findings.some(({ level }) => level === 'error'))
    return { ok: false, findings };
  return { ok: true, read, mainEntry, version: siteVersionOf(files, read.menu), warnings: findings };
}

/** The cheap half of {@link parseSite}: gives the checked data its functions. */
export function siteFrom(checked: CheckedSite): ParsedSite {
  if (!checked.ok) return checked;
  const { read, mainEntry, version, warnings } = checked;
  return { ok: true, site: siteOf(read, mainEntry, version, warnings) };
}

/** Findings that a file which could not be read at all brings about in others. */
const followers = [
  'neverTakes',
  'notSpeakable',
  'recordingOutdated',
  'unknownSound',
  'nobodyHolds',
  'unknownDevice',
  'noNotice',
  'notListed',
  'ringAddsNobody',
  'unknownAgent',
  'unknownDepartment',
  'unknownCity',
  'unknownEntry',
  'unknownExpert',
  'unknownFlow',
  'unknownPrompt',
  'unknownQueue',
  'unknownSkill',
  'unknownTeam',
  'unknownTrunk',
  'unusedFlow',
];

/** With a file missing or unreadable, only what stands on its own: a clerk should see one cause, not its fifty effects. */
function withoutFollowers(findings: readonly Finding[]): readonly Finding[] {
  const unreadable = findings.some(({ code }) => code === 'missingFile' || code === 'notYaml');
  return unreadable ? findings.filter(({ code }) => !followers.includes(code ?? '')) : findings;
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

/** The version of a site with these texts. */
export function siteVersionOf(files: ReadonlyMap<string, string>, menu: boolean): string {
  const texts = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).flat();
  return contentHash([...texts, menu ? 'menu' : 'no menu']);
}

function siteOf(read: SiteFiles, main: Entry, version: string, warnings: readonly Finding[]): Site {
  const entries = new Map(read.numbers.map(({ entry }) => [entry.id, entry]));
  const flows = new Map(read.flows.map(({ flow }) => [flow.id, flow]));
  const expertSeats = expertSeatsOf(read);
  const dialRules = dialRulesOf(read);
  const ledger = buildLedger(
    read.numbers.map(({ row }) => row),
    {
      otherwise: rowOf(main, read.numbers),
      otherKpiLine: read.policies.unknownKpiLine,
      dialledFrom: read.dialledFrom,
      subCentres: read.subCentres,
      notices: noticesOf(read.prompts),
      areas: {
        shared: read.sharedAreas.map(({ area }) => area),
        cityOfTrunk: read.cityOfTrunk,
        areaCode: read.policies.areaCode,
      },
    },
  );
  return {
    version,
    name: read.policies.name,
    areaCode: read.policies.areaCode,
    sharedAreas: read.sharedAreas.map(({ area }) => area),
    mainEntryId: main.id,
    entries,
    flows,
    queues: rowsOf(read.queues),
    agents: rowsOf(read.agents),
    skillLevels: skillLevelsOf(read),
    choices: choicesOf(read),
    routing: read.policies.routing,
    waitPolicy: read.policies.expectedWait,
    waitBands: waitBandsOf(read),
    devices: rowsOf(read.devices),
    teams: rowsOf(read.teams),
    skills: new Map([...rowsOf(read.skills)].map(([id, row]) => [id as SkillName, row])),
    contactPolicy: read.policies.contact,
    agentPolicy: read.policies.agent,
    metricsPolicy: read.policies.metrics,
    recordingPolicy: read.policies.recordings,
    callerPolicy: read.policies.callers,
    messagePolicy: read.policies.messages,
    calendar: read.calendar,
    messages: new Map(read.messages.map((message) => [message.id, message])),
    legalRoutes: new Map(read.legalRoutes.map(({ route }) => [route.kind, route])),
    expertSeats,
    consultTrunkId: read.policies.consultTrunkId,
    otherCities: new Map(read.otherCities.map(({ areaCode, target }) => [areaCode, target])),
    targets: rowsOf(read.targets),
    mayHandOver: (number) => mayHandOver(dialRules, number),
    callOut: read.dialOut.callOut,
    mayDial: (number) => mayDial(dialRules, number),
    ...redialOf(read),
    menu: read.menu,
    meaningOf: (call) => meaningOf(ledger, call),
    keptNumber: (number) => keptNumber(ledger, number),
    numbers: read.numbers,
    promptTexts: new Map([...read.prompts].map(([id, { text }]) => [id, text])),
    ...flowDoors(read, main, version, flows, entries),
    warnings,
    missingNoticeYears: (nowMs) => missingNoticeYears(read.calendar, dayKeyAt(nowMs)),
    stateEnds: (nowMs) =>
      stateEnds(
        read.numbers.map(({ row }) => row),
        dayKeyAt(nowMs),
        read.policies.numberNoticeDays,
      ),
    rosterGaps: (nowMs, changes) => {
      const { departments, experts, roster, kindOf } = expertSeats;
      const window = { fromMs: nowMs, toMs: nowMs + read.policies.rosterNoticeMs };
      const view = { roster, kindOf, changes };
      return [...departments.values()].flatMap((department) =>
        departmentGaps(view, department, [...experts.values()], window).map((gap) => ({
          ...{ departmentId: department.id, ...gap },
        })),
      );
    },
  };
}

function redialOf({ dialOut: { redialWithinMs, redialWaitMs } }: SiteFiles): Pick<Site, 'redial'> {
  if (redialWithinMs === 0 || redialWaitMs === 0) return {};
  return { redial: { withinMs: redialWithinMs, waitMs: redialWaitMs } };
}

function expertSeatsOf(read: SiteFiles): Site['expertSeats'] {
  const { skillLevel } = read.policies.routing;
  const experts = [...read.experts.rows.values()].map(({ row }) => {
    const skills = new Map([...row.skills].map(([skill, level]) => [skill, level ?? skillLevel]));
    return [row.id, { ...row, skills }] as const;
  });
  return {
    departments: rowsOf(read.departments),
    experts: new Map(experts),
    roster: rosterOf(read.duty),
    kindOf: plainKindAt(read.calendar),
  };
}

/** A moved workday is a workday like any other. */
function plainKindAt(calendar: SiteFiles['calendar']): Site['expertSeats']['kindOf'] {
  return (day) => {
    const kind = dayKind(calendar, day);
    return kind === 'movedWorkday' ? 'workday' : kind;
  };
}

function waitBandsOf({ prompts }: SiteFiles): Site['waitBands'] {
  const slot = prompts.get('queue.ewt')?.slots['m'];
  if (slot?.kind !== 'band') return [];
  return slot.bands.map(([fromMinutes, toMinutes]) => ({ fromMinutes, toMinutes }));
}

function skillLevelsOf({ agents, policies }: SiteFiles): Site['skillLevels'] {
  const { skillLevel } = policies.routing;
  return new Map(
    [...agents.rows.values()].map(({ row }) => [
      row.id,
      new Map([...row.skills].map((skill) => [skill, row.levels.get(skill) ?? skillLevel])),
    ]),
  );
}

function flowDoors(
  read: SiteFiles,
  main: Entry,
  version: string,
  flows: ReadonlyMap<FlowId, Flow>,
  entries: ReadonlyMap<string, Entry>,
): Pick<Site, 'beginFlow' | 'asksForCity' | 'beginSurvey' | 'flowTurn'> {
  const worldOf = (view: FlowView): FlowWorld => ({
    view,
    day: flowDayAt(read, view.nowMs),
    greeting: read.policies.greeting,
    siteVersion: version,
  });
  /** Every entry's flow is there: checkSite has seen to it. */
  const flowOf = (id: FlowId): Flow => flows.get(id) ?? flowOf(main.flowId);
  const flowOfEntry = (entryId: string): Flow => flowOf((entries.get(entryId) ?? main).flowId);
  return {
    beginFlow: (entryId: string, view: FlowView): FlowTurn => beginFlow(flowOfEntry(entryId), worldOf(view)),
    asksForCity: (entryId: string): boolean => asksForCity(flowOfEntry(entryId)),
    beginSurvey: (view: FlowView): FlowTurn => beginFlow(flowOf(surveyFlowId), worldOf(view)),
    flowTurn: (cursor: FlowCursor, input: FlowInput, view: FlowView): FlowTurn =>
      step(flowOf(cursor.flowId), cursor, input, worldOf(view)),
  };
}

function flowDayAt(read: SiteFiles, nowMs: number): FlowDay {
  return plainKindAt(read.calendar)(dayKeyAt(nowMs));
}

/** The main entry's row of the ledger: it is one of these. */
function rowOf(main: Entry, rows: readonly NumberRow[]): LedgerRow {
  const found = rows.find(({ entry }) => entry.id === main.id);
  if (found === undefined) throw new RangeError(`no row for the main entry ${main.id}`);
  return found.row;
}

function rowsOf<Row extends { readonly id: string }>(table: Table<Row>): ReadonlyMap<Row['id'], Row> {
  return new Map([...table.rows.values()].map(({ row }) => [row.id, row]));
}
