// Reads the rows of Asterisk's call records: which calls Asterisk had to answer by itself. Pure.
import type { ChannelId } from '../../contact/ids.js';
import type { MissedCallSeen } from '../../engine/ports.js';
import { isShown } from './channel-facts.js';

/** What a file of call records tells. */
export interface CallRecords {
  /** Calls that nobody took, in the file's order. */
  readonly missed: readonly MissedCallSeen[];
  /** Calls that a duty phone took while the service was away. */
  readonly duty: number;
  /** Lines that are no whole row: a full disk cut them off. */
  readonly torn: number;
}

/** As dialplans/cdr_custom.conf writes them. */
const columns = 15;
/** An id of Asterisk's own, `epoch.n` after the system's name if it has one, or one we minted for a leg. */
const channelId = String.raw`"(?:(?:[A-Za-z0-9-]+-)?\d{9,}\.\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"`;
/** A row's beginning: uniqueid and linkedid. */
const rowStart = new RegExp(`${channelId}(?=,${channelId})`, 'g');

/**
 * The calls in a file of call records. Rows marked `stasis` were handed to the service, which has them in its journal. A
 * call marked `duty` was answered by a person and is no missed call; when it was answered, the row does not tell, so it
 * is only counted here and stays out of the figures.
 */
export function readCallRecords(text: string): CallRecords {
  const lines = text.split('\n').filter((line) => line !== '');
  const rows = lines.map(wholeRow);
  return {
    missed: rows.flatMap((row) => (row === undefined ? [] : (missedCall(row) ?? []))),
    duty: rows.filter((row) => row?.[10] === 'duty').length,
    torn: rows.filter((row) => row === undefined).length,
  };
}

/** The row of a line; behind a torn row that lacks its end of line the next, whole one is found. */
function wholeRow(line: string): readonly string[] | undefined {
  for (const { index } of line.matchAll(rowStart)) {
    const cells = cellsOf(line.slice(index));
    if (cells?.length === columns && epochMs(cells[2]) > 0) return cells;
  }
  return undefined;
}

/** Quoted cells, a quote inside doubled; undefined where the text is anything else. */
function cellsOf(text: string): readonly string[] | undefined {
  if (!/^(?:"(?:[^"]|"")*"(?:,(?=")|$))+$/.test(text)) return undefined;
  return [...text.matchAll(/"((?:[^"]|"")*)"/g)].map((cell) => (cell[1] ?? '').replaceAll('""', '"'));
}

function missedCall(row: readonly string[]): MissedCallSeen | undefined {
  const [id = '', , start, , end, trunkId = '', ani = '', dnis = '', redirectedFrom = ''] = row;
  const [reason, sipCallId = '', , , privacy = ''] = row.slice(10);
  const [arrivedAtMs, endedAtMs] = [epochMs(start), epochMs(end)];
  if (reason !== 'away' && reason !== 'full') return undefined;
  return {
    channelId: id as ChannelId,
    trunkId,
    dnis,
    redirectedFrom,
    ani,
    aniShown: isShown(ani, privacy),
    sipCallId,
    arrivedAtMs,
    endedAtMs: Math.max(arrivedAtMs, endedAtMs),
    reason,
  };
}

/** `1795416200.873329` */
function epochMs(seconds: string | undefined): number {
  const ms = Math.round(Number(seconds) * 1000);
  return Number.isSafeInteger(ms) ? ms : 0;
}
