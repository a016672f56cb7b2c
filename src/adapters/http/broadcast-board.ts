// The broadcasts (喊话) that stand: told to every agent's strip until he confirms, and to those who lead with who has read them.
import { randomUUID } from 'node:crypto';
import type { AgentId } from '../../contact/ids.js';
import { mergeNotes, type Broadcast, type NoteFact } from '../../engine/shift-notes.js';
import type { HttpParts } from './http-parts.js';
import { keepReading, type ReadLane } from './kept-reading.js';
import type { LiveData } from './live-image.js';

/** A broadcast stands this long, as long as a shift; ASSUMED. */
const standsMs = 12 * 3_600_000;
/** After a start the records know what was said before it; later they only confirm. */
const rereadEveryMs = 10_000;

/** What stands, and the two things done with it. */
export interface BroadcastBoard {
  send(by: string, text: string, urgent: boolean): Broadcast;
  /** Idempotent; false where no such broadcast stands. */
  read(id: string, by: string): boolean;
  /** Those that stand, newest first. */
  standing(): readonly Broadcast[];
  /** The same as a section of a view. */
  shown(): LiveData[string];
  /** What this agent has yet to confirm. */
  noticesFor(agentId: string): LiveData[string];
  view(broadcast: Broadcast): BroadcastShown;
}

/** A person by 工号 or account, and by name where the files have one. */
interface Person {
  readonly by: string;
  readonly name: string;
}

/** A broadcast as those who lead see it. */
export interface BroadcastShown extends Person, Pick<Broadcast, 'id' | 'atMs' | 'text' | 'urgent'> {
  readonly readBy: readonly (Person & { readonly atMs: number })[];
  readonly unreadBy: readonly Person[];
}

/** A board over the journal; what it does not know yet it reads from the records, as soon as they answer. */
export function createBroadcastBoard(parts: HttpParts, lane: ReadLane): BroadcastBoard {
  const { engine, sites, records, nowMs, log } = parts;
  let known: readonly Broadcast[] = [];
  const readings = keepReading({
    ...{ name: 'broadcasts', everyMs: rereadEveryMs, lane, nowMs, log },
    async read() {
      const page = await records.broadcasts({ sinceMs: nowMs() - standsMs, limit: 200 });
      if (page.ok) known = mergeNotes(known, page.rows);
    },
  });

  function standing(): readonly Broadcast[] {
    readings.value();
    const sinceMs = nowMs() - standsMs;
    if (known.some(({ atMs }) => atMs < sinceMs)) known = known.filter(({ atMs }) => atMs >= sinceMs);
    return known;
  }

  const person = (by: string): Person => ({
    by,
    name: sites.current().agents.get(by as AgentId)?.name ?? by,
  });

  function view({ id, atMs, by, text, urgent, to, readBy }: Broadcast): BroadcastShown {
    const readers = new Set(readBy.map((receipt) => receipt.by));
    return {
      ...{ id, atMs, text, urgent, ...person(by) },
      readBy: readBy.map((receipt) => ({ ...person(receipt.by), atMs: receipt.atMs })),
      unreadBy: to.filter((agentId) => !readers.has(agentId)).map(person),
    };
  }

  return {
    send(by, text, urgent) {
      const signedIn = engine.agents().filter(({ activity }) => activity.is !== 'offline');
      const to = signedIn.map(({ id }): string => id).filter((id) => id !== by);
      const fact: NoteFact = { type: 'BroadcastSent', noteId: randomUUID(), by, text, urgent, to };
      engine.note(fact);
      const broadcast = { id: fact.noteId, atMs: nowMs(), by, text, urgent, to, readBy: [] };
      known = mergeNotes(known, [broadcast]);
      return broadcast;
    },
    read(id, by) {
      const broadcast = standing().find((one) => one.id === id);
      if (broadcast === undefined) return false;
      if (broadcast.readBy.some((receipt) => receipt.by === by)) return true;
      engine.note({ type: 'BroadcastRead', noteId: id, by });
      known = mergeNotes(known, [{ ...broadcast, readBy: [{ by, atMs: nowMs() }] }]);
      return true;
    },
    standing,
    shown: () => Object.fromEntries(standing().map((one) => [one.id, view(one)])),
    noticesFor(agentId) {
      const open = standing().filter(
        ({ by, readBy }) => by !== agentId && !readBy.some((receipt) => receipt.by === agentId),
      );
      return Object.fromEntries(
        open.map(({ id, atMs, by, text, urgent }) => [id, { id, atMs, text, urgent, ...person(by) }]),
      );
    },
    view,
  };
}
