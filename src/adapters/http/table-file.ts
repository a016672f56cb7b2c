// Sends a table as a file: CSV as spreadsheets of this country read it, or XLSX, made in a thread of its own.
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { stringify } from 'csv-stringify/sync';
import type { FastifyReply } from 'fastify';
import { AppError } from '../../errors.js';
import { oneOf } from './views.js';

/** A cell: text, a number, or nothing. */
export type Cell = string | number | null;

/** A column: its heading, and what it takes of a row. */
export interface Column<Row> {
  readonly zh: string;
  readonly en: string;
  readonly of: (row: Row) => Cell;
}

/** A table ready to be written. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export const fileFormat = oneOf(['json', 'csv', 'xlsx']);
export type FileFormat = 'csv' | 'xlsx';
export type FileLanguage = 'zh' | 'en';

/** Rows written at a time, so that the thread stays free in between. */
const rowsATurn = 100;
const xlsxDeadlineMs = 30_000;

/** The table of these rows. Yields in between. */
export async function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  language: FileLanguage,
): Promise<Table> {
  const cells: (readonly Cell[])[] = [];
  for (const [at, row] of rows.entries()) {
    if (at % rowsATurn === rowsATurn - 1) await nextTurn();
    cells.push(columns.map(({ of }) => of(row)));
  }
  return { head: columns.map((column) => column[language]), rows: cells };
}

/**
 * Answers with the table as a download.
 * @param name without ending: ASCII letters, digits and dashes
 */
export async function sendTable(
  reply: FastifyReply,
  { name, format, table }: { readonly name: string; readonly format: FileFormat; readonly table: Table },
): Promise<FastifyReply> {
  reply.header('content-disposition', `attachment; filename="${name}.${format}"`);
  reply.header('cache-control', 'no-store');
  if (format === 'csv')
    return reply.type('text/csv; charset=utf-8').send(Readable.from(csvOf(table), { objectMode: false }));
  const file = await xlsxInThread(table);
  return reply.type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet').send(file);
}

/** UTF-8 with BOM and CRLF: without, WPS and Excel show garbage. */
async function* csvOf({ head, rows }: Table): AsyncGenerator<Buffer> {
  yield Buffer.from(csvLines([head], true));
  for (let at = 0; at < rows.length; at += rowsATurn) {
    yield Buffer.from(csvLines(rows.slice(at, at + rowsATurn), false));
    await nextTurn();
  }
}

function csvLines(rows: readonly (readonly Cell[])[], bom: boolean): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? csvText(cell) : cell)));
  return stringify(cells, { bom, record_delimiter: '\r\n' });
}

/**
 * Text as a spreadsheet shall take it: digits stay digits (a matter's 18 would be rounded, a leading 0 dropped), and what
 * would be run as a formula is shown instead.
 */
export function csvText(text: string): string {
  if (/^\d+$/.test(text)) return `="${text}"`;
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

/** @throws DEADLINE_EXCEEDED, INTERNAL_FAULT */
function xlsxInThread(table: Table): Promise<Buffer> {
  const worker = new Worker(new URL(`./xlsx-thread${extname(import.meta.url)}`, import.meta.url), {
    workerData: table,
  });
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      reject(new AppError('DEADLINE_EXCEEDED', { part: 'xlsx', ms: xlsxDeadlineMs }));
      void worker.terminate();
    }, xlsxDeadlineMs);
    worker.once('message', (file: Uint8Array) => resolve(Buffer.from(file)));
    worker.once('error', reject);
    worker.once('exit', (code) => {
      clearTimeout(deadline);
      reject(new AppError('INTERNAL_FAULT', { reason: `the XLSX thread ended with ${String(code)}` }));
    });
  });
}
