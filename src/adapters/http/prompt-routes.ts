// The studio of the prompts: listed with their readings and places, heard, recorded over, and put back.
import { Type } from 'typebox';
import { AppError } from '../../errors.js';
import { promptUses } from '../../ivr/prompt-uses.js';
import { servicePrompts } from '../../site/check-site.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { promptView, soundView, type PromptView } from './prompt-views.js';

/** A recording of a minute is 10 MB in studio quality. */
const uploadBytes = 20 * 1_048_576;
/** Said by Asterisk itself, by `dialplans/`. */
const dialplanPrompts: readonly string[] = ['away.try', 'away.sorry', 'full'];

const params = Type.Object({ id: Type.String({ pattern: '^[a-z]+(?:\\.[a-z0-9]+)*$', maxLength: 100 }) });
const query = Type.Object(
  { sound: Type.String({ pattern: '^[A-Za-z0-9-]{1,160}$', description: 'name of one of its sounds' }) },
  { additionalProperties: false },
);

/** Adds the routes, with a reader for recordings' bodies. */
export function addPromptRoutes(api: Api, parts: HttpParts): void {
  const { studio, sites } = parts;

  function saidBy(id: string, uses: readonly unknown[]): PromptView['saidBy'] {
    if (servicePrompts.some((one) => one === id)) return 'service';
    if (dialplanPrompts.includes(id)) return 'dialplan';
    return uses.length > 0 ? 'flows' : 'nobody';
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
      const uses = promptUses(sites.current().flows.values());
      const prompts = studio.prompts().map((prompt) => {
        const places = [...(uses.get(prompt.id) ?? [])];
        return {
          ...prompt,
          uses: places,
          saidBy: saidBy(prompt.id, places),
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
