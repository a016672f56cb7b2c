// 紧急与公用事业: an agent hands a citizen over; what each target was sent, and the hand-overs of the day.
import { Type, type Static } from 'typebox';
import { dayKeyAt, dayStartMs } from '../../contact/civil-time.js';
import { expertCallsIn } from '../../contact/consult.js';
import { handOverModes, targetKinds } from '../../contact/hand-over-target.js';
import type { ContactId } from '../../contact/ids.js';
import { packetStates } from '../../engine/packets.js';
import { AppError } from '../../errors.js';
import { consultsIn, targetFigures, type TargetFigures } from '../../metrics/consults.js';
import { acceptances } from '../../site/target.js';
import { seesOwnContactsOnly, type User } from './access.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { createReadLane, keepReading } from './kept-reading.js';
import { maySee } from './linked-contacts.js';
import { typedText } from './typed-text.js';
import { contactView, lineOfText, nullable, oneOf, viewContact } from './views.js';

const dayEveryMs = 15_000;
const params = Type.Object({ id: lineOfText(100) });
const body = Type.Object(
  {
    target: lineOfText(64),
    mode: Type.Optional(oneOf(handOverModes)),
    note: Type.Optional(lineOfText(200)),
  },
  { additionalProperties: false },
);
const targetsView = Type.Object({
  targets: Type.Array(
    Type.Object({
      ...{ id: Type.String(), name: Type.String(), en: Type.String(), key: Type.String() },
      ...{ kind: oneOf(targetKinds), accept: oneOf(acceptances) },
      /** Citizens who are with it, or being handed over. */
      now: Type.Integer(),
      /** Since midnight; zeros where the records cannot be read. */
      day: Type.Object({
        ...{ sought: Type.Integer(), answered: Type.Integer(), handedOver: Type.Integer() },
        kept: Type.Integer(),
        /** Means from the asking on. */
        ...{ answerMs: nullable(Type.Integer()), acceptMs: nullable(Type.Integer()) },
      }),
    }),
  ),
});
export type TargetsView = Static<typeof targetsView>;
const packetView = Type.Object({
  ...{ packetId: Type.String(), targetId: Type.String(), agentId: Type.String() },
  ...{ mode: oneOf(handOverModes), note: Type.String(), state: oneOf(packetStates) },
  ...{ theirId: nullable(Type.String()), code: nullable(Type.String()), numberTold: Type.Boolean() },
  ...{ attempts: Type.Integer(), orderedAtMs: Type.Integer(), tookMs: nullable(Type.Integer()) },
});

const none: Omit<TargetFigures, 'targetId'> = {
  ...{ sought: 0, answered: 0, handedOver: 0, kept: 0, answerMs: null, acceptMs: null },
};

/** Adds all. */
export function addTargetRoutes(api: Api, parts: HttpParts): void {
  const { engine, sites, records, packets, nowMs, log } = parts;
  const day = keepReading({
    ...{ name: 'hand-overs of the day', everyMs: dayEveryMs, lane: createReadLane(), nowMs, log },
    async read() {
      const dayKey = dayKeyAt(nowMs());
      const facts = await records.consultFacts({ fromMs: dayStartMs(dayKey), toMs: nowMs() });
      return { dayKey, figures: targetFigures(consultsIn(facts)) };
    },
  });

  api.get(
    '/api/v1/targets',
    {
      schema: {
        summary: '紧急与公用事业: who citizens may be handed over to, and the hand-overs of the day',
        response: { 200: targetsView },
      },
    },
    async () => {
      const { dayKey, figures = [] } = day.value() ?? {};
      const ofToday = dayKey === dayKeyAt(nowMs()) ? figures : [];
      const calls = engine.contacts().flatMap(({ stage }) => expertCallsIn(stage));
      return {
        targets: [...sites.current().targets.values()].map(({ id, name, en, key, kind, accept }) => {
          const { targetId: _same, ...shown } = ofToday.find(({ targetId }) => targetId === id) ?? {
            targetId: id,
            ...none,
          };
          const now = calls.filter(({ line }) => 'outside' in line && line.target?.targetId === id).length;
          return { id, name, en, key, kind, accept, now, day: shown };
        }),
      };
    },
  );

  api.post(
    '/api/v1/contacts/:id/target',
    {
      schema: {
        summary: '一键转接 or 三方通话 with an emergency line or a utility; audited',
        ...{ params, body, response: { 200: contactView } },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { agentId } = user;
      if (agentId === null) throw new AppError('FORBIDDEN');
      const contactId = request.params.id as ContactId;
      const { target: targetId, mode = 'oneKey', note = '' } = request.body;
      const words = note.trim() === '' ? '' : typedText('note', note);
      const refused = engine.consults.handOver({ contactId, agentId, targetId, mode, note: words });
      if (refused !== undefined) throw new AppError(refused);
      audit(parts, user, 'contact.handOver', contactId, { target: targetId, mode });
      const contact = engine.contacts().find((live) => live.id === contactId);
      if (contact === undefined) throw new AppError('CONTACT_UNKNOWN');
      return viewContact(contact, engine.placeOf(contactId));
    },
  );

  api.get(
    '/api/v1/contacts/:id/packets',
    {
      schema: {
        summary: 'What emergency lines and utilities were sent of this contact, with their ids; oldest first',
        params,
        response: { 200: Type.Object({ packets: Type.Array(packetView) }) },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { id } = request.params;
      await seen(user, id);
      const rows = await packets.ofContact(id);
      return {
        packets: rows.map(({ contactId: _same, version: _own, dueAtMs: _its, ...shown }) => shown),
      };
    },
  );

  /** A living contact is known without the records. @throws CONTACT_UNKNOWN, also where it is not his */
  async function seen(user: User, id: string): Promise<void> {
    const live = engine.contacts().find((contact) => contact.id === id);
    if (live?.stage.at === 'talking' && live.stage.talk.agentId === user.agentId) return;
    const found = await records.contact(id);
    if (found === undefined || !maySee(user, found.record)) throw new AppError('CONTACT_UNKNOWN');
    if (!seesOwnContactsOnly(user)) audit(parts, user, 'contact.seen', id);
  }
}
