// The studio of the prompts: listed with their readings and places, heard, made anew on trial, and recorded in the caller's own draft.
import { basename } from 'node:path';
import { Type } from 'typebox';
import { AppError } from '../../errors.js';
import type { WantedFields } from '../../site/draft.js';
import { promptPlaces, type PromptPlaces } from '../../site/prompt-places.js';
import { audit } from './audit.js';
import type { HeardRecordings } from './heard-recordings.js';
import { knownUser, type Api, type HttpParts, type MeasuredSound, type StudioSound } from './http-parts.js';
import {
  keptRecordingView,
  promptView,
  soundFiguresView,
  soundMadeView,
  type PromptView,
} from './prompt-views.js';

/** A recording of a minute is 10 MB in studio quality. */
const uploadBytes = 20 * 1_048_576;

const params = Type.Object({ id: Type.String({ pattern: '^[a-z]+(?:\\.[a-z0-9]+)*$', maxLength: 100 }) });
const sound = Type.String({ pattern: '^[A-Za-z0-9-]{1,160}$', description: 'name of one of its sounds' });
const query = Type.Object({ sound }, { additionalProperties: false });
const audioQuery = Type.Object(
  {
    sound,
    made: Type.Optional(
      Type.Boolean({
        description: 'what lies below a recording uploaded by page: heard when that is taken away',
      }),
    ),
  },
  { additionalProperties: false },
);
const hashParams = Type.Object({ hash: Type.String({ pattern: '^[0-9a-f]{64}$' }) });

/** Adds the routes, with a reader for recordings' bodies. */
export function addPromptRoutes(api: Api, parts: HttpParts, heard: HeardRecordings): void {
  const { studio, sites, publisher, speaker } = parts;

  /** @throws PROMPT_UNKNOWN */
  function promptOf(id: string) {
    const prompt = studio.prompts().find((one) => one.id === id);
    if (prompt === undefined) throw new AppError('PROMPT_UNKNOWN', { id });
    return prompt;
  }

  /** @throws PROMPT_UNKNOWN */
  function soundOf(id: string, name: string): StudioSound {
    const found = promptOf(id).sounds.find((one) => one.name === name);
    if (found === undefined) throw new AppError('PROMPT_UNKNOWN', { id, sound: name });
    return found;
  }

  /** The row of a sound's recording in somebody's draft; undefined where it is not recorded there. */
  const rowOf = async (author: string, name: string) =>
    (await publisher.rows(author, 'recordings')).find((row) => row.id === name);

  let turn: Promise<unknown> = Promise.resolve();

  /** Over whatever stands there: one after the other, so that nobody's recording is refused for another one's. */
  function putRow(author: string, name: string, fields: WantedFields | null): Promise<void> {
    const result = turn.then(async () => {
      const seen = (await rowOf(author, name))?.seen ?? null;
      await publisher.putRow({ author, table: 'recordings', id: name, fields, seen });
    });
    turn = result.catch(() => undefined);
    return result;
  }

  api.get(
    '/api/v1/prompts',
    {
      schema: {
        summary: 'Every prompt with its sounds, readings and places',
        response: { 200: Type.Object({ writable: Type.Boolean(), prompts: Type.Array(promptView) }) },
      },
    },
    async () => {
      const placesOf = promptPlaces(sites.current());
      const prompts = studio.prompts().map((prompt) => {
        const places = placesOf(prompt.id);
        const { flows, numbers, routes } = places;
        return {
          ...prompt,
          ...{ uses: [...flows], numbers: [...numbers], routes: [...routes] },
          saidBy: saidBy(places),
          sounds: [...prompt.sounds],
        };
      });
      return { writable: await publisher.isWritable(), prompts };
    },
  );

  api.get(
    '/api/v1/prompts/:id/audio',
    {
      schema: {
        summary: 'A sound as it is played, WAV, whole or by ranges',
        params,
        querystring: audioQuery,
      },
    },
    async (request, reply) => {
      const { name, uploaded } = soundOf(request.params.id, request.query.sound);
      const folder = request.query.made === true && uploaded !== null ? 'made' : 'yihao';
      return reply
        .header('content-disposition', `inline; filename="${name}.wav"`)
        .header('cache-control', 'private, no-cache')
        .sendFile(`${folder}/${name}.wav`, studio.soundsDir, { cacheControl: false });
    },
  );

  api.get(
    '/api/v1/prompts/:id/figures',
    {
      schema: {
        summary: 'A sound measured: length, loudness, clipping, and what is wrong with it',
        params,
        querystring: query,
        response: { 200: soundFiguresView },
      },
    },
    async ({ params: { id }, query: asked }) => figuresView(await studio.measure(id, asked.sound)),
  );

  api.post(
    '/api/v1/prompts/:id/synthesis',
    {
      schema: {
        summary: 'Makes a sound anew by the readings of my draft, measured; nothing of it is kept; audited',
        params,
        querystring: query,
        response: { 200: soundMadeView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { id } = request.params;
      const { name, text } = soundOf(id, request.query.sound);
      const { language, speed } = promptOf(id);
      const lexicon = (await publisher.rows(user.name, 'lexicon'))
        .map((row) => `${row.id}: ${String(row.fields['value'])}\n`)
        .join('');
      const { wav, ...told } = await speaker.speak({ text, language, speed, lexicon });
      audit(parts, user, 'prompt.synthesize', name, { durationMs: told.durationMs });
      const measured = figuresView(studio.judge(id, name, wav));
      return { ...told, ...measured, wav: Buffer.from(wav).toString('base64') };
    },
  );

  void api.register(async (scope: Api) => {
    scope.addContentTypeParser(
      /^(?:audio\/[\w.+-]+|video\/(?:mp4|webm|3gpp)|application\/octet-stream)/,
      { parseAs: 'buffer', bodyLimit: uploadBytes },
      (_request, body, done) => done(null, body),
    );
    scope.put(
      '/api/v1/prompts/:id/recording',
      {
        bodyLimit: uploadBytes,
        schema: {
          summary: 'Puts a recording of any common format for a sound into my draft; measured, audited',
          params,
          querystring: query,
          response: { 200: keptRecordingView },
        },
      },
      async (request) => {
        const { body } = request;
        if (!Buffer.isBuffer(body)) throw new AppError('MEDIA_TYPE_UNSUPPORTED', { wanted: 'audio/*' });
        const user = knownUser(request, parts);
        const { sound: name } = request.query;
        const kept = await studio.keep(request.params.id, name, body);
        const { sha256, text, durationMs } = kept;
        const seconds = (durationMs / 1000).toFixed(1);
        await putRow(user.name, name, { id: name, text, seconds, sha256 });
        audit(parts, user, 'prompt.record', name, { durationMs, sha256 });
        return { name, ...kept };
      },
    );
  });

  api.delete(
    '/api/v1/prompts/:id/recording',
    {
      schema: {
        summary: 'Takes the recording of a sound away in my draft: what is made is heard again; audited',
        params,
        querystring: query,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const { sound: name } = request.query;
      soundOf(request.params.id, name);
      if ((await rowOf(user.name, name)) === undefined)
        throw new AppError('RECORDING_MISSING', { sound: name });
      await putRow(user.name, name, null);
      audit(parts, user, 'prompt.unrecord', name);
      return reply.status(204).send(null);
    },
  );

  api.get(
    '/api/v1/prompt-recordings/:hash/audio',
    {
      schema: {
        summary:
          'A recording that a draft or a version names, as it is played, WAV; who has heard it may release it',
        params: hashParams,
      },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const file = `${request.params.hash}.wav`;
      if (!(await studio.has(request.params.hash))) throw new AppError('RECORDING_MISSING');
      heard.note(user.name, request.params.hash);
      return reply
        .header('content-disposition', `inline; filename="${basename(file)}"`)
        .header('cache-control', 'private, no-cache')
        .sendFile(file, studio.recordingsDir, { cacheControl: false });
    },
  );

  api.get(
    '/api/v1/prompt-recordings/:hash/figures',
    {
      schema: {
        summary: 'Such a recording measured',
        params: hashParams,
        response: { 200: soundFiguresView },
      },
    },
    async (request) => {
      if (!(await studio.has(request.params.hash))) throw new AppError('RECORDING_MISSING');
      return figuresView(await studio.measureKept(request.params.hash));
    },
  );
}

function figuresView({ figures, faults }: MeasuredSound) {
  const { speechDb, clippedSamples } = figures ?? { speechDb: null, clippedSamples: null };
  return { speechDb, clippedSamples, faults: faults.map(({ zh, en }) => ({ zh, en })) };
}

function saidBy({ always, flows, numbers, routes }: PromptPlaces): PromptView['saidBy'] {
  if (always !== null) return always;
  if (flows.length > 0) return 'flows';
  if (numbers.length > 0) return 'numbers';
  return routes.length > 0 ? 'routes' : 'nobody';
}
