// Flows as texts in a draft: opened, tried while they are typed, and kept; published like every other change.
import { Type, type Static } from 'typebox';
import { AppError } from '../../errors.js';
import type { JudgedDraft } from '../../site/judge-draft.js';
import { audit } from './audit.js';
import { bodyBytesFor } from './body-bytes.js';
import { flowParams } from './flow-routes.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { findingView, viewFindings } from './publish-routes.js';
import { nullable } from './views.js';

const strict = { additionalProperties: false } as const;
/** Ten times the largest flow that ships; in UTF-16 units. */
const largestFlow = 60_000;
const bodyLimit = bodyBytesFor(largestFlow);

const draftFlowsView = Type.Object({
  writable: Type.Boolean(),
  flows: Type.Array(Type.Object({ id: Type.String(), changed: Type.Boolean() })),
});
/** The flows as my draft would make them. */
export type DraftFlowsView = Static<typeof draftFlowsView>;

const seen = Type.String({ description: 'names the texts this one is typed over', maxLength: 64 });
const flowTextView = Type.Object({
  text: Type.String(),
  inForce: nullable(Type.String()),
  changed: Type.Boolean(),
  conflict: Type.Boolean({ description: 'what is in force is no more what my draft was written over' }),
  seen,
  scenarios: nullable(Type.String()),
});
/** A flow's text in my draft. */
export type FlowTextView = Static<typeof flowTextView>;

const triedView = Type.Object({
  findings: Type.Array(findingView),
  svg: nullable(Type.String({ description: 'without looks; null while the file holds errors' })),
  scenarios: nullable(Type.Object({ count: Type.Integer(), findings: Type.Array(findingView) })),
});
const keptView = Type.Object({ ...triedView.properties, seen });
/** How a flow's text fares. */
export type TriedFlowView = Static<typeof triedView>;
/** How a text that was kept fares; `seen` is what the next one is typed over. */
export type KeptFlowView = Static<typeof keptView>;

const textBody = Type.Object({ text: Type.String() }, strict);
const putBody = Type.Object({ text: Type.String(), seen: nullable(seen) }, strict);

/** Adds the routes. */
export function addDraftFlowRoutes(api: Api, parts: HttpParts): void {
  const { publisher } = parts;

  api.get(
    '/api/v1/draft/flows',
    { schema: { summary: 'The flows as my draft would make them', response: { 200: draftFlowsView } } },
    async (request) => ({
      writable: await publisher.isWritable(),
      flows: [...(await publisher.flows(knownUser(request, parts).name))],
    }),
  );
  api.get(
    '/api/v1/draft/flows/:id',
    {
      schema: {
        summary: "A flow's text in my draft, with its scenarios",
        params: flowParams,
        response: { 200: flowTextView },
      },
    },
    async (request) => publisher.flowText(knownUser(request, parts).name, request.params.id),
  );
  api.post(
    '/api/v1/draft/flows/:id/preview',
    {
      bodyLimit,
      schema: {
        summary: 'How a text would fare: the check, the picture and the scenarios; nothing is kept',
        params: flowParams,
        body: textBody,
        response: { 200: triedView },
      },
    },
    async (request) => {
      const { id } = request.params;
      const wish = { author: knownUser(request, parts).name, id, text: flowText(request.body.text) };
      return viewTried(await publisher.previewFlow(wish));
    },
  );
  api.put(
    '/api/v1/draft/flows/:id',
    {
      bodyLimit,
      schema: {
        summary: 'Puts the whole text of a flow into my draft; refused with its findings',
        params: flowParams,
        body: putBody,
        response: { 200: keptView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { id } = request.params;
      const { text, seen: over } = request.body;
      const kept = await publisher.putFlow({ author: user.name, id, text: flowText(text), seen: over });
      audit(parts, user, 'draft.edit', `flows ${id}`, { what: over === null ? 'add' : 'change' });
      return { ...viewTried(kept), seen: kept.seenText };
    },
  );
}

/** @throws REQUEST_INVALID for what no flow's file can hold */
function flowText(text: string): string {
  if (text.length > largestFlow || /[^\P{Cc}\n\r\t]|\p{Cs}/u.test(text))
    throw new AppError('REQUEST_INVALID', { in: 'body', field: 'text' });
  return text;
}

function viewTried({ flow, ...judged }: JudgedDraft): TriedFlowView {
  const { svg = null, scenarios = null } = flow ?? {};
  const told = scenarios?.findings.map(({ level, file, line, zh, en }) => ({
    ...{ level, file, line, zh, en },
    field: null,
  }));
  return {
    findings: viewFindings({ ...judged, flow }),
    svg,
    scenarios: scenarios && { count: scenarios.count, findings: told ?? [] },
  };
}
