// The flows in force, drawn, with how many calls are at each node and how many came by it today.
import { Type, type Static } from 'typebox';
import { AppError } from '../../errors.js';
import { drawFlow, type NodeFigures } from '../../ivr/draw-flow.js';
import type { Flow } from '../../ivr/flow.js';
import type { Api, HttpParts } from './http-parts.js';

const flowsView = Type.Object({
  flows: Type.Array(Type.Object({ id: Type.String(), entries: Type.Array(Type.String()) })),
});
/** The flows as pages see them. */
export type FlowsView = Static<typeof flowsView>;

const pictureView = Type.Object({
  svg: Type.String({ description: 'without looks; nodes carry `data-node`' }),
  sinceMs: Type.Integer({ description: 'passages are counted from here' }),
});
/** A picture as pages see it. */
export type FlowPictureView = Static<typeof pictureView>;

/** A flow's name. */
export const flowParams = Type.Object({
  id: Type.String({ pattern: '^[\\p{Script=Han}A-Za-z0-9][\\p{Script=Han}A-Za-z0-9._-]{0,63}$' }),
});

/** Adds the routes of the flows' pictures. */
export function addFlowRoutes(api: Api, { sites, engine }: HttpParts): void {
  api.get(
    '/api/v1/flows',
    { schema: { summary: 'Flows in force, and the numbers that lead there', response: { 200: flowsView } } },
    async () => {
      const { flows, entries } = sites.current();
      const namesOf = (id: string) =>
        [...entries.values()].filter(({ flowId }) => flowId === id).map(({ name }) => name);
      return { flows: [...flows.keys()].sort().map((id) => ({ id, entries: namesOf(id) })) };
    },
  );
  api.get(
    '/api/v1/flows/:id/picture',
    {
      schema: {
        summary: 'A flow drawn, with calls at each node now and passages today',
        params: flowParams,
        response: { 200: pictureView },
      },
    },
    async (request) => {
      const site = sites.current();
      const flow = [...site.flows.values()].find(({ id }) => id === request.params.id);
      if (flow === undefined) throw new AppError('NOT_FOUND');
      const { sinceMs } = engine.passagesToday();
      const queues = new Map([...site.queues.values()].map(({ id, name }) => [String(id), name]));
      const figures = figuresOf(flow);
      return { svg: drawFlow(flow, { prompts: site.promptTexts, queues, figures, unstyled: true }), sinceMs };
    },
  );

  /** Calls that began on an earlier version are counted where their node is still there. */
  function figuresOf(flow: Flow): ReadonlyMap<string, NodeFigures> {
    const today = engine.passagesToday().counts.get(flow.id);
    const here = engine.contacts().flatMap(({ stage }) => {
      const isThere = stage.at === 'flow' || stage.at === 'waiting' || stage.at === 'offered';
      return isThere && stage.cursor.flowId === flow.id ? [stage.cursor.nodeId] : [];
    });
    return new Map(
      [...flow.nodes.keys()].map((nodeId) => [
        nodeId,
        { now: here.filter((one) => one === nodeId).length, today: today?.get(nodeId) ?? 0 },
      ]),
    );
  }
}
