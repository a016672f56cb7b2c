// @ts-check
// Judges a race by its histories alone. It knows nothing of engines and stores, and shares no code with them: lines of JSON in, faults out.

import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {Record<string, any> & {ms: number, what: string}} Entry one line of a history; `ms` of the one monotonic clock
 * @typedef {{faults: string[], figures: Record<string, number | string>}} Verdict
 * @typedef {{agent: string, contact: string, fromMs: number, agentToMs: number, contactToMs: number}} Reservation certain within
 *   these instants
 */

/** An agent may be unavailable for as long as a lease, and so much more. */
const SLACK_MS = 5_000;
/** Redis counts a lease by whole milliseconds of its own clock. */
const CLOCKS_APART_MS = 20;
/** More faults than this tell nothing new. */
const MOST_FAULTS = 20;
const CHUNK_BYTES = 1 << 16;

/**
 * All entries of a folder's histories in the order of their instants.
 * @param {string} folder
 * @returns {Generator<Entry>}
 */
export function* readHistories(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const firsts = files.flatMap((name) => {
    const lines = linesOf(path.join(folder, name));
    const first = lines.next();
    lines.return(undefined);
    return first.done === true ? [] : [{ name, ms: first.value.ms }];
  });
  const waiting = firsts.sort((one, other) => one.ms - other.ms);
  /** @type {{lines: Generator<Entry>, head: Entry}[]} */
  const open = [];
  for (;;) {
    // A killed engine's file is opened when its turn has come and closed at its end: few are open at a time.
    const nextMs = Math.min(...open.map(({ head }) => head.ms));
    while (waiting[0] !== undefined && waiting[0].ms <= nextMs) {
      const lines = linesOf(path.join(folder, waiting.shift()?.name ?? ''));
      const head = lines.next();
      if (head.done !== true) open.push({ lines, head: head.value });
    }
    const [first] = open.sort((one, other) => one.head.ms - other.head.ms);
    if (first === undefined) return;
    yield first.head;
    const next = first.lines.next();
    if (next.done === true) open.shift();
    else first.head = next.value;
  }
}

/**
 * A last line without its end is one that a kill cut off.
 * @param {string} file
 * @returns {Generator<Entry>}
 */
function* linesOf(file) {
  const fd = openSync(file, 'r');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  try {
    let rest = Buffer.alloc(0);
    for (let size = readSync(fd, chunk); size > 0; size = readSync(fd, chunk)) {
      rest = Buffer.concat([rest, chunk.subarray(0, size)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        yield JSON.parse(rest.subarray(0, end).toString('utf8'));
        rest = rest.subarray(end + 1);
      }
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * @param {Iterable<Entry>} entries in the order of their instants
 * @returns {Verdict}
 */
export function judge(entries) {
  const court = new Court();
  let last = -Infinity;
  for (const entry of entries) {
    if (!(entry.ms >= last)) court.fault(entry, 'the history is not in order');
    last = entry.ms;
    court.hear(entry);
  }
  return court.verdict(last);
}

class Court {
  /** @type {string[]} */
  #faults = [];
  #count = {
    offered: 0,
    committed: 0,
    refused: 0,
    storeAway: 0,
    rang: 0,
    answered: 0,
    unanswered: 0,
    arrived: 0,
    served: 0,
    hungUp: 0,
  };
  #chaos = {
    killed: 0,
    frozen: 0,
    sigterm: 0,
    sigkill: 0,
    leaseTaken: 0,
    leaseLost: 0,
    tookOver: 0,
    replaced: 0,
  };
  #leaseMs = 0;
  /** When somebody last began to write his image back. */
  #writtenBackMs = -Infinity;
  #worstMs = 0;
  /** @type {Entry | undefined} */
  #end;

  /** Asked for and not answered yet. @type {Map<string, {agent: string, contact: string, atMs: number, leaseMs: number}>} */
  #asked = new Map();
  /** Committed and not over for certain. @type {Map<string, Reservation>} */
  #reserved = new Map();
  /** Offers at a phone. @type {Map<string, {agent: string, contact: string}>} */
  #live = new Map();
  /** @type {Map<string, string>} agent -> offer */
  #phoneOf = new Map();
  /** @type {Map<string, {needs: string, offer: string | null}>} contacts that are not over */
  #contacts = new Map();

  /** Agents by their skills: who is idle since when, and since when somebody waits whom they can serve. */
  /** @type {Map<string, {skills: Set<string>, idle: Map<string, number>, waiting: number, wantedMs: number}>} */
  #classes = new Map();
  /** @type {Map<string, string>} */
  #classOf = new Map();

  /** @param {Entry} entry @param {string} words */
  fault(entry, words) {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push(`at ${entry.ms} ms (${entry.what}): ${words}`);
  }

  /** @param {Entry} entry */
  hear(entry) {
    switch (entry.what) {
      case 'race':
        this.#leaseMs = entry['leaseMs'];
        break;
      case 'agent':
        this.#enrol(entry);
        break;
      case 'ready':
        this.#becomesIdle(entry['agent'], entry.ms);
        break;
      case 'arrived':
        this.#arrives(entry);
        break;
      case 'offered':
        for (const one of entry['offers']) this.#asked.set(one.offer, { ...one, atMs: entry.ms });
        this.#count.offered += entry['offers'].length;
        break;
      case 'answer':
        for (const { offer, result } of entry['results']) this.#answers(entry, offer, result);
        break;
      case 'released':
        this.#releases(entry);
        break;
      case 'rang':
        this.#rings(entry);
        break;
      case 'answered':
        this.#count.answered += 1;
        if (!this.#live.has(entry['offer'])) this.fault(entry, 'answered, but not rung');
        break;
      case 'unanswered':
      case 'closed':
      case 'hungUp':
        this.#ends(entry);
        break;
      case 'redisDown':
        // What was acknowledged within the last second or two may be lost by a kill; the states are written back.
        if (entry['signal'] === 'SIGKILL') this.#reserved.clear();
        this.#chaos[entry['signal'] === 'SIGKILL' ? 'sigkill' : 'sigterm'] += 1;
        break;
      case 'writesBack':
        // It lets go what no phone rings by; whoever had it, frozen perhaps, may still believe in it.
        this.#writtenBackMs = entry.ms;
        for (const offer of this.#reserved.keys()) if (!this.#live.has(offer)) this.#reserved.delete(offer);
        break;
      case 'killed':
      case 'frozen':
      case 'leaseTaken':
      case 'leaseLost':
      case 'tookOver':
      case 'replaced':
        this.#chaos[entry.what] += 1;
        break;
      case 'fault':
        this.fault(entry, 'a process failed');
        break;
      case 'end':
        this.#end = entry;
        break;
      default:
    }
  }

  /** @param {number} lastMs @returns {Verdict} */
  verdict(lastMs) {
    const end = this.#end ?? { ms: lastMs, what: 'end', inLine: [], offerable: [] };
    if (this.#end === undefined) this.fault(end, 'the history has no end');
    const inLine = new Set(end['inLine']);
    for (const [contact, { offer }] of this.#contacts)
      if (offer === null && !inLine.has(contact))
        this.fault(end, `${contact} is lost: neither over nor in line`);
    for (const contact of inLine)
      if (!this.#contacts.has(contact)) this.fault(end, `${contact} is in line, and over or never came`);
    const offerable = new Set(end['offerable']);
    for (const agent of this.#classOf.keys())
      if (!this.#phoneOf.has(agent) && !offerable.has(agent))
        this.fault(end, `${agent} is stuck: free, and not to be offered`);
    for (const kind of this.#classes.values()) if (kind.waiting > 0) this.#waitIsOver(kind, end);
    const { committed, rang } = this.#count;
    if (this.#leaseMs <= 0) this.fault(end, 'the history does not say how long a lease is');
    if (rang > committed) this.fault(end, 'more was rung than committed');
    return {
      faults: this.#faults,
      figures: {
        ...this.#count,
        ...this.#chaos,
        /** Asked for by an engine that did not live to hear the answer. */
        unheard: this.#asked.size,
        longestUnavailableMs: Math.round(this.#worstMs),
        allowedMs: this.#leaseMs + SLACK_MS,
      },
    };
  }

  /** @param {Entry} entry */
  #enrol({ agent, skills }) {
    const key = [...skills].join();
    this.#classOf.set(agent, key);
    if (!this.#classes.has(key))
      this.#classes.set(key, { skills: new Set(skills), idle: new Map(), waiting: 0, wantedMs: 0 });
  }

  /** @param {Entry} entry */
  #arrives(entry) {
    const { contact, requires, ms } = entry;
    this.#count.arrived += 1;
    if (this.#contacts.has(contact)) this.fault(entry, 'came twice');
    this.#contacts.set(contact, { needs: requires.join(), offer: null });
    this.#waits(requires.join(), ms);
  }

  /** @param {Entry} entry @param {string} offer @param {string} result */
  #answers(entry, offer, result) {
    const asked = this.#asked.get(offer);
    this.#asked.delete(offer);
    if (asked === undefined) return this.fault(entry, 'answered what nobody asked');
    if (result !== 'committed') {
      this.#count[result === 'storeAway' ? 'storeAway' : 'refused'] += 1;
      return;
    }
    this.#count.committed += 1;
    const { agent, contact, atMs, leaseMs } = asked;
    // Heard late: it was let go meanwhile, and its phone must not ring beside another one.
    if (atMs <= this.#writtenBackMs) return;
    const toMs = atMs + leaseMs - CLOCKS_APART_MS;
    // For certain from the answer on, and until the lease has lapsed if it was taken as early as can be.
    for (const [other, held] of this.#reserved) {
      if (Math.max(held.agentToMs, held.contactToMs) <= entry.ms) this.#reserved.delete(other);
      else if (held.agent === agent && held.agentToMs > entry.ms && toMs > entry.ms)
        this.fault(entry, `${agent} is reserved twice, by ${other} and ${offer}`);
      else if (held.contact === contact && held.contactToMs > entry.ms && toMs > entry.ms)
        this.fault(entry, `${contact} is reserved twice, by ${other} and ${offer}`);
    }
    this.#reserved.set(offer, { agent, contact, fromMs: entry.ms, agentToMs: toMs, contactToMs: toMs });
  }

  /** @param {Entry} entry */
  #releases({ offer, contactToo = true, ms }) {
    const held = this.#reserved.get(offer);
    if (held === undefined) return;
    held.agentToMs = Math.min(held.agentToMs, ms);
    if (contactToo) held.contactToMs = Math.min(held.contactToMs, ms);
  }

  /** @param {Entry} entry */
  #rings(entry) {
    const { offer, agent, contact, ms } = entry;
    this.#count.rang += 1;
    const busy = this.#phoneOf.get(agent);
    if (busy !== undefined) this.fault(entry, `${agent} has two calls, ${busy} and ${offer}`);
    const call = this.#contacts.get(contact);
    if (call === undefined) this.fault(entry, `${contact} is rung for and not there`);
    else if (call.offer !== null)
      this.fault(entry, `${contact} has two agents, by ${call.offer} and ${offer}`);
    if (this.#asked.has(offer)) this.fault(entry, 'rung before it was committed');
    if (this.#live.has(offer)) this.fault(entry, 'rung twice');
    this.#live.set(offer, { agent, contact });
    this.#phoneOf.set(agent, offer);
    this.#isBusy(agent, ms);
    if (call === undefined || call.offer !== null) return;
    call.offer = offer;
    this.#waitsNoMore(call.needs, entry);
  }

  /** @param {Entry} entry */
  #ends(entry) {
    const { offer, contact, agent, what, ms } = entry;
    this.#count[what === 'closed' ? 'served' : what === 'unanswered' ? 'unanswered' : 'hungUp'] += 1;
    const call = this.#contacts.get(contact);
    if (call === undefined) this.fault(entry, `${contact} is over twice, or never came`);
    if (offer === undefined) {
      if (call?.offer === null) this.#waitsNoMore(call.needs, entry);
      this.#contacts.delete(contact);
      return;
    }
    if (!this.#live.delete(offer)) this.fault(entry, 'over, but not rung');
    if (this.#phoneOf.get(agent) === offer) this.#phoneOf.delete(agent);
    if (call === undefined || call.offer !== offer) return;
    call.offer = null;
    if (what === 'unanswered') this.#waits(call.needs, ms);
    else this.#contacts.delete(contact);
  }

  /** @param {string} agent @param {number} ms */
  #becomesIdle(agent, ms) {
    this.#classes.get(this.#classOf.get(agent) ?? '')?.idle.set(agent, ms);
  }

  /** @param {string} agent @param {number} ms */
  #isBusy(agent, ms) {
    const kind = this.#classes.get(this.#classOf.get(agent) ?? '');
    const sinceMs = kind?.idle.get(agent);
    if (kind === undefined || sinceMs === undefined) return;
    kind.idle.delete(agent);
    if (kind.waiting > 0) this.#measure(agent, Math.max(sinceMs, kind.wantedMs), ms);
  }

  /** @param {string} needs @param {number} ms */
  #waits(needs, ms) {
    for (const kind of this.#servingKinds(needs)) {
      if (kind.waiting === 0) kind.wantedMs = ms;
      kind.waiting += 1;
    }
  }

  /** @param {string} needs @param {Entry} entry */
  #waitsNoMore(needs, entry) {
    for (const kind of this.#servingKinds(needs)) {
      if (kind.waiting === 1) this.#waitIsOver(kind, entry);
      kind.waiting -= 1;
    }
  }

  /** @param {{idle: Map<string, number>, wantedMs: number}} kind @param {Entry} entry */
  #waitIsOver(kind, entry) {
    for (const [agent, sinceMs] of kind.idle)
      this.#measure(agent, Math.max(sinceMs, kind.wantedMs), entry.ms);
  }

  /** @param {string} needs */
  #servingKinds(needs) {
    return [...this.#classes.values()].filter(({ skills }) =>
      needs.split(',').every((need) => need === '' || skills.has(need)),
    );
  }

  /** Free while somebody waited whom he could serve. @param {string} agent @param {number} fromMs @param {number} toMs */
  #measure(agent, fromMs, toMs) {
    this.#worstMs = Math.max(this.#worstMs, toMs - fromMs);
    if (toMs - fromMs > this.#leaseMs + SLACK_MS)
      this.fault(
        { ms: toMs, what: 'unavailable', agent },
        `${agent} was unavailable for ${Math.round(toMs - fromMs)} ms`,
      );
  }
}
