// 事件提示: written and heard by one, confirmed by another, told to callers until its time is over.
import { basename, dirname } from 'node:path';
import { Type } from 'typebox';
import { eventPromptTimes, type EventPrompt } from '../../contact/event-prompt.js';
import type { AgentId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { instantIn, instantText } from './instant.js';
import { typedText } from './typed-text.js';
import { lineOfText, oneOf } from './views.js';

const longest = 200;
const params = Type.Object({ id: lineOfText(64) });
const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);
const person = Type.Object({ by: Type.String(), name: Type.String() });
const eventView = Type.Object({
  id: Type.String(),
  text: Type.String(),
  heard: Type.String(),
  pinyin: Type.String(),
  durationMs: Type.Integer(),
  when: oneOf(eventPromptTimes),
  entryIds: Type.Array(Type.String()),
  areaCodes: Type.Array(Type.String()),
  regions: Type.Array(Type.String()),
  untilMs: Type.Integer(),
  state: oneOf(['draft', 'live', 'ended'] as const),
  drafted: person,
  draftedAtMs: Type.Integer(),
  confirmed: nullable(person),
  liveAtMs: nullable(Type.Integer()),
  ended: nullable(person),
  endedAtMs: nullable(Type.Integer()),
});
const body = Type.Object(
  {
    text: lineOfText(longest),
    when: Type.Optional(oneOf(eventPromptTimes)),
    entryIds: Type.Optional(Type.Array(lineOfText(40), { maxItems: 200 })),
    areaCodes: Type.Optional(Type.Array(lineOfText(8), { maxItems: 50 })),
    regions: Type.Optional(Type.Array(lineOfText(40), { maxItems: 50 })),
    until: instantText,
  },
  { additionalProperties: false },
);

/** Adds the list, the writing of one, its sound, and both people's acts. */
export function addEventPromptRoutes(api: Api, parts: HttpParts): void {
  const { events, eventSounds, sites } = parts;

  const personOf = (by: string) => ({ by, name: sites.current().agents.get(by as AgentId)?.name ?? by });
  const view = (event: EventPrompt) => {
    const { id, text, heard, pinyin, durationMs, when, untilMs, state, draftedAtMs } = event;
    const { confirmedBy, liveAtMs, endedBy, endedAtMs } = event;
    return {
      ...{ id, text, heard, pinyin, durationMs, when, untilMs, state, draftedAtMs },
      entryIds: [...event.entryIds],
      areaCodes: [...event.areaCodes],
      regions: [...(event.regions ?? [])],
      drafted: personOf(event.draftedBy),
      confirmed: confirmedBy === undefined ? null : personOf(confirmedBy),
      liveAtMs: liveAtMs ?? null,
      ended: endedBy === undefined || endedBy === null ? null : personOf(endedBy),
      endedAtMs: endedAtMs ?? null,
    };
  };

  api.get(
    '/api/v1/events',
    {
      schema: {
        summary: '事件提示: drafts, live ones and those that are over, the newest first',
        response: { 200: Type.Object({ events: Type.Array(eventView) }) },
      },
    },
    async () => ({ events: events.all().map(view) }),
  );

  api.post(
    '/api/v1/events',
    {
      schema: {
        summary:
          'Writes a 事件提示 and speaks it; heard by no caller until another person confirms it; audited',
        body,
        response: { 200: eventView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { when = 'waiting', entryIds = [], areaCodes = [], regions = [], until } = request.body;
      const text = typedText('text', request.body.text);
      const untilMs = instantIn('until', until, 'body');
      const drafted = await events.draft(user.name, { text, when, entryIds, areaCodes, regions, untilMs });
      audit(parts, user, 'event.draft', drafted.id, {
        ...{ text, when, untilMs },
        entries: entryIds.join(' '),
        areaCodes: areaCodes.join(' '),
        regions: regions.join(' '),
      });
      return view(drafted);
    },
  );

  api.get(
    '/api/v1/events/:id/audio',
    { schema: { summary: 'A 事件提示 as callers hear it, WAV', params } },
    async (request, reply) => {
      const { id } = request.params;
      if (!events.all().some((event) => event.id === id)) throw new AppError('EVENT_UNKNOWN', { id });
      const file = eventSounds.fileOf(id);
      return reply
        .header('content-disposition', `inline; filename="${basename(file)}"`)
        .header('cache-control', 'private, no-cache')
        .sendFile(basename(file), dirname(file), { cacheControl: false });
    },
  );

  api.post(
    '/api/v1/events/:id/confirm',
    {
      schema: {
        summary: 'Confirms a 事件提示 somebody else wrote: callers hear it from now on; audited',
        params,
        response: { 200: eventView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const event = await events.confirm(user.name, request.params.id);
      audit(parts, user, 'event.confirm', event.id);
      return view(event);
    },
  );

  api.post(
    '/api/v1/events/:id/end',
    {
      schema: {
        summary: 'Ends a 事件提示 before its time, or drops a draft; audited',
        params,
        response: { 200: eventView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const event = await events.end(user.name, request.params.id);
      audit(parts, user, 'event.end', event.id);
      return view(event);
    },
  );
}
