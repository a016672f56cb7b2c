// A process of its own that watches /ws as a whole crowd of pages would, and tells at its end what came how late.
import { WebSocket } from 'ws';
import type { CrowdOrder, CrowdReport } from './viewers.test.js';

/** Sockets opened at one time. */
const openingAtOnce = 20;

interface Frame {
  readonly is: string;
  readonly stream: string;
  readonly seq: number;
  readonly atMs: number;
  readonly data?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const order = JSON.parse(process.argv[2] ?? '') as CrowdOrder;
const eventToFrameMs: number[] = [];
const frameToViewerMs: number[] = [];
let gaps = 0;
let closed = 0;
let frames = 0;

/** When each thing in a frame came to be: a contact at its arrival, an agent's state at its change. */
function instantsIn({ data = {} }: Frame): readonly (readonly [what: string, atMs: number])[] {
  const rowsOf = (section: string) => Object.entries(data[section] ?? {});
  const found = [
    ...rowsOf('contacts').map(
      ([id, row]) => [id, (row as { arrivedAtMs?: number } | null)?.arrivedAtMs] as const,
    ),
    ...[...rowsOf('agents'), ...rowsOf('me')].map(([id, row]) => {
      const { sinceMs } = (row ?? {}) as { sinceMs?: number };
      return [`${id} ${String(sinceMs)}`, sinceMs] as const;
    }),
  ];
  return found.flatMap(([what, atMs]) =>
    atMs === undefined || atMs < order.fromMs ? [] : [[what, atMs] as const],
  );
}

async function watch({ cookie, kiosk, topic }: CrowdOrder['viewers'][number]): Promise<WebSocket> {
  const query = kiosk === undefined ? '' : `?kiosk=${kiosk}`;
  const socket = new WebSocket(`${order.url}${query}`, {
    ...(cookie !== undefined && { headers: { cookie } }),
  });
  const known = new Set<string>();
  let last: Frame | undefined;
  socket.on('message', (data: Buffer) => {
    const nowMs = Date.now();
    const frame = JSON.parse(data.toString()) as Frame;
    const isNext = last === undefined || (frame.stream === last.stream && frame.seq - last.seq <= 1);
    if (!isNext || !['snapshot', 'delta', 'beat'].includes(frame.is)) gaps += 1;
    last = frame;
    if (frame.is !== 'delta') return;
    frames += 1;
    frameToViewerMs.push(nowMs - frame.atMs);
    for (const [what, atMs] of instantsIn(frame)) {
      if (!known.has(what)) eventToFrameMs.push(nowMs - atMs);
      known.add(what);
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => (closed += 1));
  await new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve());
    socket.once('close', () => reject(new Error('not let in')));
    socket.once('open', () => socket.send(JSON.stringify({ watch: topic })));
  });
  return socket;
}

function quantileMs(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

const figuresOf = (values: readonly number[]) => ({
  count: values.length,
  medianMs: quantileMs(values, 0.5),
  p99Ms: quantileMs(values, 0.99),
});

const sockets: WebSocket[] = [];
for (let from = 0; from < order.viewers.length; from += openingAtOnce)
  sockets.push(...(await Promise.all(order.viewers.slice(from, from + openingAtOnce).map(watch))));
console.log('watching');
process.stdin.once('data', () => {
  const report: CrowdReport = {
    open: sockets.filter((socket) => socket.readyState === WebSocket.OPEN).length,
    closed,
    gaps,
    frames,
    eventToFrame: figuresOf(eventToFrameMs),
    frameToViewer: figuresOf(frameToViewerMs),
  };
  console.log(JSON.stringify(report));
  for (const socket of sockets) socket.terminate();
  process.exit(0);
});
