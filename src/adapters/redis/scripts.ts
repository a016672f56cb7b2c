// Every Lua script as one typed function on one connection.
import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import type { Agent } from '../../contact/agent.js';
import type { Contact } from '../../contact/contact.js';
import type { OfferId } from '../../contact/ids.js';
import type { CommitResult, OfferCommit } from '../../engine/ports.js';
import type { RedisKeys } from './keys.js';
import { readScript, type ScriptFile } from './script-file.js';

/** A state with the score it is listed under for matching; null = not listed. */
export interface ListedState<State extends Contact | Agent> {
  readonly state: State;
  readonly score: number | null;
}

/** Everything of a write-back. */
export interface WriteBackArgs {
  /** The epoch Redis showed; another one now refuses the write-back. */
  readonly seenEpoch: number;
  readonly epoch: number;
  readonly owner: string;
  readonly contacts: readonly ListedState<Contact>[];
  readonly agents: readonly ListedState<Agent>[];
}

/** What the save scripts answer. */
export type SaveResult = 'kept' | 'newerThere' | 'otherEpoch';

/** The scripts on one connection. All reject as ioredis does. */
export interface Scripts {
  takeEpoch(owner: string): Promise<number>;
  saveContact(epoch: number, listed: ListedState<Contact>): Promise<SaveResult>;
  saveAgent(epoch: number, listed: ListedState<Agent>): Promise<SaveResult>;
  forgetContact(epoch: number, id: string): Promise<SaveResult>;
  commitOffers(epoch: number, commits: readonly OfferCommit[]): Promise<readonly CommitResult[]>;
  releaseReservation(reservationKey: string, offerId: OfferId): Promise<void>;
  /** False when the epoch is not the one seen. */
  writeBack(args: WriteBackArgs): Promise<boolean>;
}

const files = {
  takeEpoch: readScript('take-epoch'),
  saveState: readScript('save-state'),
  forgetState: readScript('forget-state'),
  commitOffers: readScript('commit-offers'),
  releaseReservation: readScript('release-reservation'),
  writeBack: readScript('write-back'),
} as const satisfies Record<string, ScriptFile>;

type Call = (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;

/** Defines all scripts on `redis`; a script travels once a connection, later calls name it by its hash. */
export function defineScripts(redis: Redis, keys: RedisKeys): Scripts {
  const takeEpoch = define(redis, files.takeEpoch);
  const saveState = define(redis, files.saveState);
  const forgetState = define(redis, files.forgetState);
  const commitOffers = define(redis, files.commitOffers);
  const releaseReservation = define(redis, files.releaseReservation);
  const writeBack = define(redis, files.writeBack);
  const contactKeys = [keys.epoch, keys.contacts, keys.contactVersions, keys.waiting];
  const agentKeys = [keys.epoch, keys.agents, keys.agentVersions, keys.offerable];
  return {
    takeEpoch: async (owner) => Number(await takeEpoch([keys.epoch], [owner])),
    saveContact: async (epoch, listed) => saveResult(await saveState(contactKeys, [epoch, ...rowOf(listed)])),
    saveAgent: async (epoch, listed) => saveResult(await saveState(agentKeys, [epoch, ...rowOf(listed)])),
    forgetContact: async (epoch, id) => saveResult(await forgetState(contactKeys, [epoch, id])),
    commitOffers: async (epoch, commits) => {
      const pairKeys = commits.flatMap(({ contactId, agentId }) => [
        keys.contactReservation(contactId),
        keys.agentReservation(agentId),
      ]);
      const fixedKeys = [keys.epoch, keys.contactVersions, keys.waiting, keys.agentVersions, keys.offerable];
      const codes = await commitOffers([...fixedKeys, ...pairKeys], [epoch, ...commits.flatMap(pairOf)]);
      assert(Array.isArray(codes) && codes.length === commits.length, 'one answer a pair');
      return codes.map(commitResult);
    },
    releaseReservation: async (reservationKey, offerId) => {
      await releaseReservation([reservationKey], [offerId]);
    },
    writeBack: async ({ seenEpoch, epoch, owner, contacts, agents }) => {
      const head = [seenEpoch, epoch, owner, contacts.length];
      const rows = [...contacts.flatMap(rowOf), ...agents.flatMap(rowOf)];
      return (await writeBack([...contactKeys, ...agentKeys.slice(1)], [...head, ...rows])) === 1;
    },
  };
}

function define(redis: Redis, { name, lua, keys }: ScriptFile): Call {
  redis.defineCommand(name, { lua });
  const command = (redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>)[
    name
  ];
  assert(command !== undefined);
  return (callKeys, args) => {
    const items = keys.perItem === 0 ? 0 : (callKeys.length - keys.fixed) / keys.perItem;
    assert.equal(callKeys.length, keys.fixed + items * keys.perItem, `${name}: keys as its header says`);
    return command.call(redis, callKeys.length, ...callKeys, ...args);
  };
}

function rowOf({ state, score }: ListedState<Contact> | ListedState<Agent>): (string | number)[] {
  return [state.id, state.version, JSON.stringify(state), score ?? ''];
}

function pairOf(commit: OfferCommit): (string | number)[] {
  const { contactId, contactVersion, agentId, agentVersion, offerId, leaseMs } = commit;
  return [contactId, contactVersion, agentId, agentVersion, offerId, leaseMs];
}

function saveResult(code: unknown): SaveResult {
  if (code === 1) return 'kept';
  return code === 0 ? 'newerThere' : 'otherEpoch';
}

const commitResults: ReadonlyMap<unknown, CommitResult> = new Map<unknown, CommitResult>([
  [1, 'committed'],
  [-1, 'contactGone'],
  [-2, 'contactChanged'],
  [-3, 'contactReserved'],
  [-4, 'agentGone'],
  [-5, 'agentChanged'],
  [-6, 'agentReserved'],
  [-7, 'oldEpoch'],
]);

function commitResult(code: unknown): CommitResult {
  const result = commitResults.get(code);
  assert(result !== undefined, `commit-offers: an unknown code`);
  return result;
}
