// Plays a contact's recordings to those who may hear them, in pieces as a player asks; each listening is journaled once.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from 'typebox';
import { AppError } from '../../errors.js';
import { seesOwnContactsOnly, type User } from './access.js';
import { audit } from './audit.js';
import { maySee } from './linked-contacts.js';
import { openOnce } from './opening-routes.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { lineOfText } from './views.js';

/** A player asks again and again: within this it is the same listening. */
const listeningMs = 30 * 60_000;
const listeningsKept = 2_000;
/** As engine/recording-file.ts names them. */
const storedFile = /^\d{4}\/\d{2}\/\d{2}\/[\w.-]+\.wav$/;

const params = Type.Object({
  id: lineOfText(100),
  file: Type.String({
    pattern: '^[\\w.-]{1,120}\\.wav$',
    description: 'the last part of the record’s `recordings`',
  }),
});

/** Adds the route. Its folder is never in an address: the record leads to the file. */
export function addRecordingRoutes(api: Api, parts: HttpParts): void {
  const { records, recordingsDir, sites } = parts;
  const begins = createListenings(parts.nowMs);

  /** @throws FORBIDDEN, CONTACT_UNKNOWN, RECORDING_MISSING */
  async function fileFor(
    user: User,
    id: string,
    file: string,
  ): Promise<{ readonly stored: string; readonly isSealed: boolean }> {
    if (seesOwnContactsOnly(user) && !sites.current().recordingPolicy.agentsHearOwn)
      throw new AppError('FORBIDDEN');
    const found = await records.contact(id);
    if (found === undefined || !maySee(user, found.record)) throw new AppError('CONTACT_UNKNOWN');
    const stored = found.record.recordings.find((one) => one.endsWith(`/${file}`) && storedFile.test(one));
    if (stored === undefined || !(await isThere(join(recordingsDir, stored))))
      throw new AppError('RECORDING_MISSING');
    return { stored, isSealed: found.record.sealed !== null };
  }

  api.get(
    '/api/v1/contacts/:id/recordings/:file',
    {
      schema: {
        summary: 'A recording, WAV, whole or by ranges; audited. One that is sealed needs an opening',
        params,
        querystring: Type.Object({ opening: Type.Optional(lineOfText(64)) }, { additionalProperties: false }),
      },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const { id, file } = request.params;
      const { stored, isSealed } = await fileFor(user, id, file);
      const { opening } = request.query;
      if (isSealed) await openOnce(parts, user, opening, { contactId: id, what: 'recording', file });
      const details = { file, ...(isSealed && opening !== undefined && { openingId: opening }) };
      if (begins(user.name, stored)) audit(parts, user, 'recording.listened', id, details);
      return reply
        .header('content-disposition', `inline; filename="${file}"`)
        .header('cache-control', 'private, no-store')
        .sendFile(stored, recordingsDir, { cacheControl: false });
    },
  );
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Tells whether this is the beginning of a listening. */
function createListenings(nowMs: () => number): (who: string, file: string) => boolean {
  const begun = new Map<string, number>();
  return (who, file) => {
    const key = `${who} ${file}`;
    const beganMs = begun.get(key);
    if (beganMs !== undefined && Math.abs(nowMs() - beganMs) < listeningMs) return false;
    begun.delete(key);
    begun.set(key, nowMs());
    const [oldest] = begun.keys();
    if (begun.size > listeningsKept && oldest !== undefined) begun.delete(oldest);
    return true;
  };
}
