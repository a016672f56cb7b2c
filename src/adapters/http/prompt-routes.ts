// The studio of the prompts: listed with their readings and places, heard, recorded over, and put back.
import { Type } from 'typebox';
import { AppError } from '../../errors.js';
import { promptPlaces, type PromptPlaces } from '../../site/prompt-places.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { promptView, soundFiguresView, soundView, type PromptView } from './prompt-views.js';

/** A recording of a minute is 10 MB in studio quality. */
const uploadBytes = 20 * 1_048_576;

const params = Type.Object({ id: Type.String({ pattern: '^[a-z]+(?:\\.[a-z0-9]+)*$', maxLength: 100 }) });
const query = Type.Object(
  { sound: Type.String({ pattern: '^[A-Za-z0-9-]{1,160}$', description: 'name of one of its sounds' }) },
  { additionalProperties: false },
);

/** Adds the routes, with a reader for recordings' bodies. */
export function addPromptRoutes(api: Api, parts: HttpParts): void {
  const { studio, sites } = parts;

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
      return { writable: await studio.isWritable(), prompts };
    },
  );

  api.get(
    '/api/v1/prompts/:id/audio',
    { schema: { summary: 'A sound as it is played, WAV, whole or by ranges', params, querystring: query } },
    async (request, reply) => {
      const { id } = request.params;
      const sound = studio
        .prompts()
        .find((prompt) => prompt.id === id)
        ?.sounds.find(({ name }) => name === request.query.sound);
      if (sound === undefined) throw new AppError('PROMPT_UNKNOWN', { id });
      return reply
        .header('content-disposition', `inline; filename="${sound.name}.wav"`)
        .header('cache-control', 'private, no-cache')
        .sendFile(`yihao/${sound.name}.wav`, studio.soundsDir, { cacheControl: false });
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
    async ({ params: { id }, query: { sound } }) => {
      const { figures, faults } = await studio.measure(id, sound);
      const { speechDb, clippedSamples } = figures ?? { speechDb: null, clippedSamples: null };
      return { speechDb, clippedSamples, faults: faults.map(({ zh, en }) => ({ zh, en })) };
    },
  );

  void api.register(async (scope: Api) => {
    scope.addContentTypeParser(
      /^(?:audio\/[\w.+-]+|application\/octet-stream)/,
      { parseAs: 'buffer', bodyLimit: uploadBytes },
      (_request, body, done) => done(null, body),
    );
    scope.put(
      '/api/v1/prompts/:id/recording',
      {
        bodyLimit: uploadBytes,
        schema: {
          summary: 'Puts a recording (WAV, FLAC, OGG, AIFF, MP3) over a sound; measured, audited',
          params,
          querystring: query,
          response: { 200: soundView },
        },
      },
      async (request) => {
        const { body } = request;
        if (!Buffer.isBuffer(body)) throw new AppError('MEDIA_TYPE_UNSUPPORTED', { wanted: 'audio/*' });
        const user = knownUser(request, parts);
        const { id } = request.params;
        const sound = await studio.record(id, request.query.sound, body);
        audit(parts, user, 'prompt.record', sound.name, { durationMs: sound.durationMs });
        return sound;
      },
    );
  });

  api.delete(
    '/api/v1/prompts/:id/recording',
    {
      schema: {
        summary: 'Takes an uploaded recording away: what was made is heard again; audited',
        params,
        querystring: query,
        response: { 200: soundView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const sound = await studio.unrecord(request.params.id, request.query.sound);
      audit(parts, user, 'prompt.unrecord', sound.name);
      return sound;
    },
  );
}

function saidBy({ always, flows, numbers, routes }: PromptPlaces): PromptView['saidBy'] {
  if (always !== null) return always;
  if (flows.length > 0) return 'flows';
  if (numbers.length > 0) return 'numbers';
  return routes.length > 0 ? 'routes' : 'nobody';
}
