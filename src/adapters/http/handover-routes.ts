// 交接班: what one shift's leader leaves to the next, with the shift's figures put beside it by the service.
import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import type { AgentId } from '../../contact/ids.js';
import { mergeNotes, withFresh, type HandoverNote, type ShiftFigures } from '../../engine/shift-notes.js';
import { AppError } from '../../errors.js';
import { addTallies, emptyTally, tallyOf } from '../../metrics/tally.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { tallyRulesOf } from './kpi-report.js';
import { pageFilter, pageQuery } from './page-query.js';
import { linesOfText, typedText } from './typed-text.js';
import { unreachedSinceMs } from './unreached-routes.js';
import { lineOfText } from './views.js';

/** No shift is longer; ASSUMED. */
const longestShiftMs = 12 * 3_600_000;
const longest = 2_000;
/** Written a moment ago, and not in the records yet. */
const freshKept = 50;

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);
const count = nullable(Type.Integer());
const figuresView = Type.Object({
  sinceMs: Type.Integer(),
  offered: count,
  answered: count,
  longestWaitMs: count,
  unreached: count,
  waiting: Type.Integer(),
  signedIn: Type.Integer(),
  alarms: Type.Array(Type.Object({ alarm: Type.String(), about: Type.String() })),
});
const person = { by: Type.String(), name: Type.String() };
const noteView = Type.Object({
  id: Type.String(),
  atMs: Type.Integer(),
  ...person,
  text: Type.String(),
  figures: figuresView,
  readBy: Type.Array(Type.Object({ ...person, atMs: Type.Integer() })),
});

/** Adds the notes, the writing of one, and the next leader's receipt. */
export function addHandoverRoutes(api: Api, parts: HttpParts): void {
  const { engine, records, sites, nowMs } = parts;
  let fresh: readonly HandoverNote[] = [];

  const nameOf = (by: string): string => sites.current().agents.get(by as AgentId)?.name ?? by;
  const shown = ({ figures, readBy, ...note }: HandoverNote) => ({
    ...note,
    name: nameOf(note.by),
    figures: { ...figures, alarms: [...figures.alarms] },
    readBy: readBy.map((receipt) => ({ ...receipt, name: nameOf(receipt.by) })),
  });

  function keep(note: HandoverNote): void {
    fresh = mergeNotes(fresh, [note]).slice(0, freshKept);
  }

  /** Figures since the last note. A note can be written while the records are away: then those are left out. */
  async function figuresNow(): Promise<ShiftFigures> {
    const atMs = nowMs();
    const last = await lastNoteAtMs().catch(() => null);
    const sinceMs = Math.max(last ?? 0, atMs - longestShiftMs);
    const read = await readFigures(sinceMs, atMs).catch(() => ({
      ...{ offered: null, answered: null, longestWaitMs: null, unreached: null },
    }));
    const waiting = engine.contacts().filter(({ stage }) => stage.at === 'waiting' || stage.at === 'offered');
    return {
      sinceMs,
      ...read,
      waiting: waiting.length,
      signedIn: engine.agents().filter(({ activity }) => activity.is !== 'offline').length,
      alarms: engine.condition().alarms.map(({ alarm, about }) => ({ alarm, about })),
    };
  }

  async function lastNoteAtMs(): Promise<number | null> {
    const page = await records.handovers({ limit: 1 });
    const [last] = mergeNotes(page.ok ? page.rows : [], fresh);
    return last?.atMs ?? null;
  }

  async function readFigures(fromMs: number, toMs: number) {
    const rules = tallyRulesOf(sites.current().metricsPolicy);
    let tally = emptyTally;
    for await (const chunk of records.countedRecords({ fromMs, toMs }))
      for (const record of chunk) tally = addTallies(tally, tallyOf(record, rules));
    const { offered, answered, longestWaitMs } = tally;
    return {
      ...{ offered, answered, longestWaitMs },
      unreached: (await records.unreachedCount(unreachedSinceMs(toMs))).count,
    };
  }

  api.get(
    '/api/v1/handover',
    {
      schema: {
        summary: 'Hand-over notes, newest first, and the present shift in figures',
        querystring: pageQuery,
        response: {
          200: Type.Object({
            now: figuresView,
            notes: Type.Array(noteView),
            cursor: nullable(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const page = await records.handovers(pageFilter(request.query));
      if (!page.ok) throw new AppError(page.code);
      const now = await figuresNow();
      return {
        now: { ...now, alarms: [...now.alarms] },
        notes: withFresh(page.rows, fresh, request.query.cursor === undefined).map(shown),
        cursor: page.cursor,
      };
    },
  );

  api.post(
    '/api/v1/handover',
    {
      schema: {
        summary: '交接班: writes a note; the service adds the figures of the shift',
        body: Type.Object({ text: linesOfText(longest) }, { additionalProperties: false }),
        response: { 200: noteView },
      },
    },
    async (request) => {
      const by = knownUser(request, parts).name;
      const text = typedText('text', request.body.text);
      const [id, figures] = [randomUUID(), await figuresNow()];
      engine.note({ type: 'HandoverWritten', noteId: id, by, text, figures });
      const note = { id, atMs: nowMs(), by, text, figures, readBy: [] };
      keep(note);
      return shown(note);
    },
  );

  api.post(
    '/api/v1/handover/:id/receipt',
    {
      schema: { summary: '已接班: the next leader has read it', params: Type.Object({ id: lineOfText(64) }) },
    },
    async (request, reply) => {
      const by = knownUser(request, parts).name;
      const note = await noteOf(request.params.id);
      if (!note.readBy.some((receipt) => receipt.by === by)) {
        engine.note({ type: 'HandoverRead', noteId: note.id, by });
        keep({ ...note, readBy: [{ by, atMs: nowMs() }] });
      }
      return reply.status(204).send();
    },
  );

  /** Of the last notes: an old one needs no receipt any more. @throws NOTE_UNKNOWN */
  async function noteOf(id: string): Promise<HandoverNote> {
    const page = fresh.some((note) => note.id === id) ? undefined : await records.handovers({});
    const note = mergeNotes(page?.ok ? page.rows : [], fresh).find((one) => one.id === id);
    if (note === undefined) throw new AppError('NOTE_UNKNOWN');
    return note;
  }
}
