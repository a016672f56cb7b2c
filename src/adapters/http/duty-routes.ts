// 专家值班: who is on duty, the roster of a stretch of time, its gaps; and duty taken, given up and swapped.
import { randomUUID } from 'node:crypto';
import { Type, type Static } from 'typebox';
import {
  decideDuty,
  dutyChangeState,
  mostDaysAhead,
  proposeDuty,
  type DutyActor,
  type DutyChangeRow,
} from '../../engine/duty-change.js';
import { AppError } from '../../errors.js';
import { dutyOf } from '../../workforce/duty.js';
import { departmentGaps, expertsOnDuty } from '../../workforce/experts.js';
import { leads, type User } from './access.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { lineOfText, nullable, oneOf } from './views.js';

const dayMs = 86_400_000;
const span = { fromMs: Type.Integer(), toMs: Type.Integer() };
const query = Type.Object(
  { fromMs: Type.Optional(Type.Integer({ minimum: 0 })), toMs: Type.Optional(Type.Integer({ minimum: 0 })) },
  { additionalProperties: false },
);
const expertsView = Type.Object({
  /** The stretch of time that `duty` and `gaps` are of: the next seven days unless asked for another. */
  ...span,
  departments: Type.Array(
    Type.Object({
      ...{ id: Type.String(), name: Type.String(), en: Type.String() },
      onDuty: Type.Array(Type.Object({ expertId: Type.String(), untilMs: Type.Integer() })),
      gaps: Type.Array(Type.Object(span)),
    }),
  ),
  experts: Type.Array(
    Type.Object({
      ...{ id: Type.String(), name: Type.String(), departmentId: Type.String() },
      /** The 工号 he signs in by; null = he is called at a number outside, which is not told. */
      agentId: nullable(Type.String()),
      skills: Type.Record(Type.String(), Type.Integer()),
      duty: Type.Array(Type.Object(span)),
    }),
  ),
});
export type ExpertsView = Static<typeof expertsView>;
const expertId = nullable(lineOfText(16));
const body = Type.Object(
  { ...span, givenUpBy: expertId, takenBy: expertId },
  { additionalProperties: false },
);
const params = Type.Object({ id: lineOfText(64) });
const changeView = Type.Object({
  ...{ changeId: Type.String(), ...span, givenUpBy: expertId, takenBy: expertId },
  proposedBy: Type.String(),
  proposedAtMs: Type.Integer(),
  decidedBy: nullable(Type.String()),
  decidedAtMs: nullable(Type.Integer()),
  state: oneOf(['proposed', 'inForce', 'refused', 'expired']),
});

export type DutyChangeView = Static<typeof changeView>;

/** Adds all. */
export function addDutyRoutes(api: Api, parts: HttpParts): void {
  const { sites, duty, nowMs } = parts;

  api.get(
    '/api/v1/experts',
    {
      schema: {
        summary: '专家座席: departments, who of them is on duty now, the roster and its gaps',
        querystring: query,
        response: { 200: expertsView },
      },
    },
    async (request) => {
      const { fromMs = nowMs(), toMs = fromMs + 7 * dayMs } = request.query;
      const lastMs = nowMs() + mostDaysAhead * dayMs;
      if (fromMs >= toMs || fromMs < nowMs() - dayMs || toMs > lastMs)
        throw new AppError('REQUEST_INVALID', {
          ...{ in: 'querystring', field: 'toMs', zh: `从 fromMs 到 toMs,在昨天至 ${mostDaysAhead} 天之后` },
          en: `from fromMs to toMs, between yesterday and ${mostDaysAhead} days from now`,
        });
      const site = sites.current();
      const { departments } = site.expertSeats;
      const experts = [...site.expertSeats.experts.values()];
      const view = duty.book.view(site);
      const window = { fromMs, toMs };
      const onDuty = expertsOnDuty(view, experts, nowMs());
      return {
        ...window,
        departments: [...departments.values()].map((department) => ({
          ...{ id: department.id, name: department.name, en: department.en },
          onDuty: onDuty
            .filter(({ expert }) => expert.departmentId === department.id)
            .map(({ expert, untilMs }) => ({ expertId: expert.id, untilMs })),
          gaps: departmentGaps(view, department, experts, window).map(plainSpan),
        })),
        experts: experts.map(({ id, name, departmentId, phone, skills }) => ({
          ...{ id, name, departmentId, agentId: 'agentId' in phone ? phone.agentId : null },
          skills: Object.fromEntries(skills),
          duty: dutyOf(view, id, window).map(plainSpan),
        })),
      };
    },
  );

  api.get(
    '/api/v1/duty/changes',
    {
      schema: {
        summary: '值班变更: duty taken, given up and swapped that is not over',
        response: { 200: Type.Object({ changes: Type.Array(changeView) }) },
      },
    },
    async () => ({ changes: (await duty.store.list(nowMs())).map(shown) }),
  );

  api.post(
    '/api/v1/duty/changes',
    {
      schema: {
        summary: 'Takes duty, gives it up, or asks a colleague to swap, who has to agree; audited',
        body,
        response: { 201: changeView },
      },
      config: { rateLimit: { max: 60 } },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const site = sites.current();
      // What is decided on is what stands, not what stood half a minute ago.
      await duty.book.refresh();
      const step = proposeDuty({
        ...{ changeId: randomUUID(), wish: request.body, by: actor(user), view: duty.book.view(site) },
        ...{ isKnown: (id) => site.expertSeats.experts.has(id), nowMs: nowMs() },
      });
      if (!step.ok) throw new AppError(step.code);
      await duty.store.add(step.row);
      return reply.status(201).send(await told(user, 'duty.propose', step.row));
    },
  );

  for (const [path, agreed] of [
    ['agree', true],
    ['refuse', false],
  ] as const)
    api.post(
      `/api/v1/duty/changes/:id/${path}`,
      {
        schema: {
          summary: agreed ? 'The colleague agrees: it stands at once; audited' : 'Refuses it; audited',
          params,
          response: { 200: changeView },
        },
      },
      async (request) => {
        const user = knownUser(request, parts);
        const row = await duty.store.find(request.params.id);
        if (row === undefined) throw new AppError('DUTY_UNKNOWN');
        await duty.book.refresh();
        const view = duty.book.view(sites.current());
        const step = decideDuty(row, actor(user), agreed, { view, nowMs: nowMs() });
        if (!step.ok) throw new AppError(step.code);
        if (!(await duty.store.settle(step.row))) throw new AppError('DUTY_OVER');
        return told(user, `duty.${path}`, step.row);
      },
    );

  function actor(user: User): DutyActor {
    const experts = [...sites.current().expertSeats.experts.values()];
    const own = experts.find(({ phone }) => 'agentId' in phone && phone.agentId === user.agentId);
    return { name: user.name, expertId: own?.id ?? null, leads: leads(user.role) };
  }

  async function told(
    user: User,
    act: 'duty.propose' | 'duty.agree' | 'duty.refuse',
    row: DutyChangeRow,
  ): Promise<DutyChangeView> {
    const { changeId, fromMs, toMs, givenUpBy, takenBy } = row;
    audit(parts, user, act, takenBy ?? givenUpBy ?? '', { changeId, fromMs, toMs, givenUpBy, takenBy });
    await duty.book.refresh();
    return shown(row);
  }

  function shown(row: DutyChangeRow): DutyChangeView {
    const { version: _version, agreed: _agreed, ...rest } = row;
    return { ...rest, state: dutyChangeState(row, nowMs()) };
  }
}

const plainSpan = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) => ({
  fromMs,
  toMs,
});
