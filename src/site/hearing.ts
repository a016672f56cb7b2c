// What a caller of a number hears on a day: the same meaning and the same flow as a real call, told in words.
import { dayKeyAt, dayStartMs, type DayKey } from '../contact/civil-time.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import { isAnnounced, type NumberState } from '../numbers/ledger-row.js';
import type { DialledCall, Site } from './site.js';

/** One prompt with its slots filled. */
export interface HeardPrompt {
  readonly promptId: string;
  readonly text: string;
}

/** What a call means to its caller. */
export interface Hearing {
  readonly day: string;
  readonly entryId: string;
  readonly entryName: string;
  readonly state: NumberState;
  readonly kpiLine: string;
  /** False: told before any answer, free of charge, then released. */
  readonly answered: boolean;
  /** From the first sound on, up to the first wait or choice. */
  readonly heard: readonly HeardPrompt[];
  /** The number he is led to first, to a sub-centre or to seats of their own; null = nowhere else. */
  readonly ledTo: string | null;
  /** Where nobody takes him there: what he hears here, up to the first wait or choice; empty where he is led nowhere. */
  readonly otherwise: readonly HeardPrompt[];
  /** The queue he stands in meanwhile, or where he was led in vain; null = a menu, or none. */
  readonly queueName: string | null;
  /** Said when the agent has hung up. */
  readonly farewell: HeardPrompt | null;
}

/** What this call's caller hears, at its own instant; with nobody waiting and everybody there. */
export function hearingOf(site: Site, call: DialledCall): Hearing {
  const { entryId, state, kpiLine, tag, words, asksCity } = site.meaningOf(call);
  const common = {
    day: dayKeyAt(call.nowMs),
    entryId,
    entryName: site.entries.get(entryId)?.name ?? entryId,
    state,
    kpiLine,
  };
  const { announcement, opening, farewell = { id: 'bye' }, lead } = words;
  if (isAnnounced(state) && announcement !== undefined) {
    const told = heardPrompt(site, announcement);
    const heard = [told, told];
    return { ...common, answered: false, heard, ledTo: null, otherwise: [], queueName: null, farewell: null };
  }
  const { nowMs, dnis, ani } = call;
  const view = { nowMs, dnis, tag, callerShown: ani !== '', opening, asksCity, queues: {} };
  const { say, next } = site.beginFlow(entryId, view);
  const here = say.map(({ prompt }) => heardPrompt(site, prompt));
  // He has heard of the recording as he was led away: it is not said twice.
  const afterLead = say.filter(({ mustHear }) => !mustHear).map(({ prompt }) => heardPrompt(site, prompt));
  return {
    ...common,
    answered: true,
    heard: lead === undefined ? here : [heardPrompt(site, lead.first)],
    ledTo: lead?.target.number ?? null,
    otherwise: lead === undefined ? [] : [heardPrompt(site, lead.back), ...afterLead],
    queueName: next.type === 'enqueue' ? (site.queues.get(next.request.queueId)?.name ?? null) : null,
    farewell: heardPrompt(site, farewell),
  };
}

/** A call at noon of a day by somebody of that area; the number of a caller that is nobody's. */
export function exampleCall(
  site: Site,
  number: string,
  on: DayKey,
  from: string = site.areaCode,
): DialledCall {
  const ani = `${from}${'0'.repeat(11 - from.length)}`;
  const noonMs = 12 * 3_600_000;
  return { dnis: number, redirectedFrom: '', toUser: '', ani, trunkId: '', nowMs: dayStartMs(on) + noonMs };
}

/** A prompt as this site says it. */
export function heardPrompt(site: Site, { id, slots = {} }: PromptRef): HeardPrompt {
  const text = site.promptTexts.get(id) ?? '';
  return {
    promptId: id,
    text: text.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => String(slots[name] ?? '')),
  };
}
