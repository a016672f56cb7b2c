// Tells machines how the service is: alive, ready.
import { Type } from 'typebox';
import type { Api, HttpParts } from './http-parts.js';
import { conditionView, oneOf, viewCondition } from './views.js';

const readiness = Type.Object({ status: oneOf(['ready', 'degraded']), condition: conditionView });

/** Adds what needs no log-in. Alarms on these pages name parts and phones, never a number. */
export function addHealthRoutes(api: Api, parts: HttpParts): void {
  const { engine } = parts;

  api.get(
    '/healthz',
    {
      schema: {
        summary: 'The process lives',
        response: { 200: Type.Object({ status: Type.Literal('ok'), version: Type.String() }) },
      },
      config: { rateLimit: false },
    },
    async () => ({ status: 'ok' as const, version: parts.version }),
  );

  api.get(
    '/readyz',
    {
      schema: {
        summary: '503 while Asterisk or Redis is away',
        response: { 200: readiness, 503: readiness },
      },
      config: { rateLimit: false },
    },
    async (_request, reply) => {
      const condition = engine.condition();
      const ready = condition.telephony === 'connected' && condition.store === 'up';
      return reply.status(ready ? 200 : 503).send({
        status: ready ? ('ready' as const) : ('degraded' as const),
        condition: viewCondition(condition),
      });
    },
  );
}
