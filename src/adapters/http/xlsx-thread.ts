// The thread that writes an XLSX file: for a thousand rows it takes longer than a call may wait.
import { parentPort, workerData } from 'node:worker_threads';
import writeXlsxFile from 'write-excel-file/node';
import type { Table } from './table-file.js';

const { head, rows } = workerData as Table;
const headRow = head.map((value) => ({ value, fontWeight: 'bold' as const, wrap: true }));
const columns = head.map((_, at) => ({ width: widthOf(at) }));
const file = await writeXlsxFile([headRow, ...rows.map((row) => [...row])], {
  columns,
  stickyRowsCount: 1,
}).toBuffer();
parentPort?.postMessage(file);

/** Wide enough for the first rows; Chinese characters count twice. */
function widthOf(column: number): number {
  const texts = rows.slice(0, 50).map((row) => String(row[column] ?? ''));
  const widths = texts.map((text) => [...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 2 : 1), 0));
  return Math.min(40, Math.max(10, ...widths) + 2);
}
