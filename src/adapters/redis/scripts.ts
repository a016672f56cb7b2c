// Every Lua script as one typed function on one connection.
import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import type { Agent } from '../../contact/agent.js';
import type { Contact } from '../../contact/contact.js';
import type { ChannelId, OfferId } from '../../contact/ids.js';
import type { CommitResult, OfferCommit } from '../../engine/ports.js';
import type { RedisKeys } from './keys.js';
import { readScript, type ScriptFile } from './script-file.js';

/** A state with the score it is listed under for matching; null = not listed. */
export interface ListedState<State extends Contact | Agent> {
  readonly state: State;
  readonly score: number | null;
}

/** A state of an image that is being written back; null = gone. */
export interface PutRow {
  readonly id: string;
  readonly state: Contact | Agent | null;
  readonly score: number | null;
  /** The offer that may hold it; null = none, and whatever does is let go. */
  readonly offerId: OfferId | null;
}

/** How a write-back begins. */
export interface BeginWriteBackArgs {
  /** The epoch Redis showed; another one now refuses the write-back. */
  readonly seenEpoch: number;
  readonly epoch: number;
  readonly owner: string;
  /** What was put before is still there, and goes on. */
  readonly resumes: boolean;
}

/** What the save scripts answer. */
export type SaveResult = 'kept' | 'newerThere' | 'otherEpoch';

/** The scripts on one connection. All reject as ioredis does. */
export interface Scripts {
  /** Null while another one holds the matcher's lease. */
  takeEpoch(owner: string): Promise<number | null>;
  saveContact(epoch: number, listed: ListedState<Contact>): Promise<SaveResult>;
  saveAgent(epoch: number, listed: ListedState<Agent>): Promise<SaveResult>;
  forgetContact(epoch: number, id: string): Promise<SaveResult>;
  commitOffers(epoch: number, commits: readonly OfferCommit[]): Promise<readonly CommitResult[]>;
  releaseReservation(reservationKey: string, holder: OfferId | ChannelId): Promise<void>;
  /** False when somebody holds one of these keys, or under another epoch. */
  reserveExpert(
    epoch: number,
    reservationKeys: readonly string[],
    legId: ChannelId,
    leaseMs: number,
  ): Promise<boolean>;
  /** True = held for so long from now on, false = by another one. */
  holdLease(owner: string, leaseMs: number): Promise<boolean>;
  dropLease(owner: string): Promise<void>;
  /** False when the epoch is not the one seen, or another one holds the matcher's lease. */
  beginWriteBack(args: BeginWriteBackArgs): Promise<boolean>;
  /** Some of the image, beside the one in force; false when the epoch is another one. */
  putContacts(epoch: number, rows: readonly PutRow[]): Promise<boolean>;
  putAgents(epoch: number, rows: readonly PutRow[]): Promise<boolean>;
  /** The image that was put comes into force, all at once. */
  finishWriteBack(epoch: number): Promise<boolean>;
}

const files = {
  takeEpoch: readScript('take-epoch'),
  holdLease: readScript('hold-lease'),
  saveState: readScript('save-state'),
  forgetState: readScript('forget-state'),
  commitOffers: readScript('commit-offers'),
  releaseReservation: readScript('release-reservation'),
  reserveExpert: readScript('reserve-expert'),
  beginWriteBack: readScript('begin-write-back'),
  putStates: readScript('put-states'),
  finishWriteBack: readScript('finish-write-back'),
} as const satisfies Record<string, ScriptFile>;

type Command = (numberOfKeys: number, rest: readonly (string | number)[]) => Promise<unknown>;
type Call = (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;

/** Defines all scripts on `redis`; a script travels once a connection, later calls name it by its hash. */
export function defineScripts(redis: Redis, keys: RedisKeys): Scripts {
  const takeEpoch = define(redis, files.takeEpoch);
  const holdLease = define(redis, files.holdLease);
  const saveState = define(redis, files.saveState);
  const forgetState = define(redis, files.forgetState);
  const commitOffers = define(redis, files.commitOffers);
  const releaseReservation = define(redis, files.releaseReservation);
  const reserveExpert = define(redis, files.reserveExpert);
  const beginWriteBack = define(redis, files.beginWriteBack);
  const putStates = define(redis, files.putStates);
  const finishWriteBack = define(redis, files.finishWriteBack);
  const contactKeys = [keys.epoch, keys.contacts, keys.contactVersions, keys.waiting];
  const agentKeys = [keys.epoch, keys.agents, keys.agentVersions, keys.offerable];
  const nextContactKeys = [keys.nextContacts, keys.nextContactVersions, keys.nextWaiting];
  const nextAgentKeys = [keys.nextAgents, keys.nextAgentVersions, keys.nextOfferable];
  const nextKeys = [...nextContactKeys, ...nextAgentKeys];
  const put = async (
    stateKeys: readonly string[],
    reservation: (id: never) => string,
    epoch: number,
    rows: readonly PutRow[],
  ) => {
    if (rows.length === 0) return true;
    const held = rows.map(({ id }) => reservation(id as never));
    return (await putStates([keys.epoch, ...stateKeys, ...held], [epoch, ...rows.flatMap(putRowOf)])) === 1;
  };
  return {
    takeEpoch: async (owner) => {
      const epoch = Number(await takeEpoch([keys.epoch, keys.matcherLease], [owner]));
      return epoch < 0 ? null : epoch;
    },
    holdLease: async (owner, leaseMs) => (await holdLease([keys.matcherLease], [owner, leaseMs])) === 1,
    dropLease: async (owner) => {
      await releaseReservation([keys.matcherLease], [owner]);
    },
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
    releaseReservation: async (reservationKey, holder) => {
      await releaseReservation([reservationKey], [holder]);
    },
    reserveExpert: async (epoch, reservationKeys, legId, leaseMs) =>
      (await reserveExpert([keys.epoch, ...reservationKeys], [epoch, legId, leaseMs])) === 1,
    beginWriteBack: async ({ seenEpoch, epoch, owner, resumes }) => {
      const head = [seenEpoch, epoch, owner, resumes ? '1' : ''];
      return (await beginWriteBack([keys.epoch, keys.matcherLease, ...nextKeys], head)) === 1;
    },
    putContacts: (epoch, rows) => put(nextContactKeys, keys.contactReservation, epoch, rows),
    putAgents: (epoch, rows) => put(nextAgentKeys, keys.agentReservation, epoch, rows),
    finishWriteBack: async (epoch) =>
      (await finishWriteBack([...contactKeys, ...agentKeys.slice(1), ...nextKeys], [epoch])) === 1,
  };
}

function define(redis: Redis, { name, lua, keys }: ScriptFile): Call {
  redis.defineCommand(name, { lua });
  const command = (redis as unknown as Record<string, Command | undefined>)[name];
  assert(command !== undefined);
  return (callKeys, args) => {
    const items = keys.perItem === 0 ? 0 : (callKeys.length - keys.fixed) / keys.perItem;
    assert.equal(callKeys.length, keys.fixed + items * keys.perItem, `${name}: keys as its header says`);
    sendTogether(redis);
    return command.call(redis, callKeys.length, [...callKeys, ...args]);
  };
}

/** What one event brings about, two lives' states and the next offer, goes out in one write: each of its own costs more than what it carries. */
function sendTogether({ stream }: Redis): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  queueMicrotask(() => stream.uncork());
}

function rowOf({ state, score }: ListedState<Contact> | ListedState<Agent>): (string | number)[] {
  return [state.id, state.version, JSON.stringify(state), score ?? ''];
}

function putRowOf({ id, state, score, offerId }: PutRow): (string | number)[] {
  if (state === null) return [id, '', '', '', ''];
  return [id, state.version, JSON.stringify(state), score ?? '', offerId ?? ''];
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
