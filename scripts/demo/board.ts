// The live state of the hotline as everybody in the demo sees it: one look for all, twice a second.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentView, ContactView } from '../../src/adapters/http/views.js';
import type { ServiceApi } from './service-api.js';

/** What was seen last. */
export interface Board {
  /** The agent, if he was looked at after this instant (epoch ms) and not long ago. */
  agent(agentId: string, sinceMs: number): AgentView | undefined;
  /** Whether a person talks with the caller of this number. */
  isTalking(number: string): boolean;
  /** Whether he is being asked how it was. */
  isRating(number: string): boolean;
  count(state: AgentView['state']): number;
  /** Agents signed in. */
  readonly present: number;
  /** Contacts nobody talks with yet. */
  readonly waiting: number;
  /** Looks again and again; rejects when `signal` says that the day is over. */
  watch(signal: AbortSignal): Promise<never>;
}

interface LiveView {
  readonly agents: readonly AgentView[];
  readonly contacts: readonly ContactView[];
}

const lookEveryMs = 500;
/** Older than this it tells nothing any more. */
const staleMs = 5_000;

/** Makes a board; `api` is a supervisor's. */
export function createBoard(api: ServiceApi): Board {
  let askedAtMs = 0;
  let agents: ReadonlyMap<string, AgentView> = new Map();
  let talking: ReadonlySet<string> = new Set();
  let rating: ReadonlySet<string> = new Set();
  let waiting = 0;

  async function look(): Promise<void> {
    const nowMs = Date.now();
    const answer = await api('GET', '/api/v1/live');
    if (answer?.status !== 200) return;
    const live = answer.body as LiveView;
    askedAtMs = nowMs;
    agents = new Map(live.agents.map((agent) => [agent.agentId, agent]));
    const numbersIn = (wanted: ContactView['stage']) =>
      new Set(
        live.contacts
          .filter(({ stage }) => stage === wanted)
          .map(({ callerMasked }) => callerMasked.slice(-4)),
      );
    talking = numbersIn('talking');
    rating = numbersIn('survey');
    waiting = live.contacts.filter(({ stage }) => stage === 'waiting' || stage === 'offered').length;
  }

  return {
    agent: (agentId, sinceMs) =>
      askedAtMs > sinceMs && Date.now() - askedAtMs < staleMs ? agents.get(agentId) : undefined,
    // The last four digits are what the masked number keeps, and nobody else's at one time.
    isTalking: (number) => talking.has(number.slice(-4)),
    isRating: (number) => rating.has(number.slice(-4)),
    count: (state) => [...agents.values()].filter((agent) => agent.state === state).length,
    get present() {
      return agents.size - this.count('offline');
    },
    get waiting() {
      return waiting;
    },
    async watch(signal) {
      for (;;) {
        await look();
        await sleep(lookEveryMs, undefined, { signal });
      }
    },
  };
}
