// A reader of Asterisk's queue_log, made from its documentation (docs.asterisk.org, Operation/Logging/Queue Logs) and nothing of ours.

/** One call of the log. */
export interface ReadCall {
  answered: boolean;
  abandoned: boolean;
  /** From CONNECT; null = not answered. */
  holdSeconds: number | null;
}

/** Calls by unique id, and agents who logged in. A line that is none throws. */
export function readQueueLog(text: string): {
  readonly calls: ReadonlyMap<string, ReadCall>;
  readonly agents: ReadonlySet<string>;
} {
  const calls = new Map<string, ReadCall>();
  const agents = new Set<string>();
  let lastEpoch = 0;
  for (const line of text.split('\n').slice(0, -1)) {
    const [epoch = '', callId = '', queue = '', agent = '', event = '', ...data] = line.split('|');
    if (!/^\d{10}$/.test(epoch) || callId === '' || queue === '' || agent === '' || event === '')
      throw new Error(`no line of a queue_log: ${line}`);
    if (Number(epoch) < lastEpoch - 1) throw new Error(`back in time: ${line}`);
    lastEpoch = Number(epoch);
    const call = calls.get(callId);
    switch (event) {
      case 'ENTERQUEUE':
        if (call === undefined) calls.set(callId, { answered: false, abandoned: false, holdSeconds: null });
        break;
      case 'CONNECT':
        if (call === undefined || data.length !== 3) throw new Error(line);
        call.answered = true;
        call.holdSeconds ??= Number(data[0]);
        break;
      case 'ABANDON':
        if (call === undefined || data.length !== 3) throw new Error(line);
        call.abandoned = true;
        break;
      case 'COMPLETECALLER':
      case 'COMPLETEAGENT':
        if (call?.answered !== true || data.length !== 3) throw new Error(line);
        break;
      case 'AGENTLOGIN':
        agents.add(agent);
        break;
      default:
        // Other events count nothing here.
        break;
    }
  }
  return { calls, agents };
}
