// Finds a caller's contacts: by his number, which is in no address and no log, or from one contact to the others of the same caller.
import { Type } from 'typebox';
import { AppError } from '../../errors.js';
import { audit } from './audit.js';
import { contactPageView, filterFor, listFields, shownPage } from './contact-routes.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { pageQuery } from './page-query.js';
import { askedWithoutNumbers } from './typed-text.js';
import { lineOfText } from './views.js';

const searchBody = Type.Object({ number: lineOfText(40), ...listFields }, { additionalProperties: false });
/** Adds both. What was asked for is journaled masked. */
export function addSearchRoutes(api: Api, parts: HttpParts): void {
  const { records, callerOf } = parts;

  api.post(
    '/api/v1/contacts/search',
    {
      schema: {
        summary: 'Call records of a number, newest first; audited',
        body: searchBody,
        response: { 200: contactPageView },
      },
      config: { rateLimit: { max: 60 } },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { number, ...rest } = request.body;
      const caller = callerOf(number);
      if (caller === undefined) throw new AppError('NUMBER_INVALID');
      audit(parts, user, 'contacts.search', caller.callerMasked, askedWithoutNumbers(rest));
      return shownPage(
        await records.contacts({
          ...filterFor(user, rest, parts.sites.current()),
          callerKey: caller.callerKey,
        }),
      );
    },
  );

  api.get(
    '/api/v1/contacts/:id/same-caller',
    {
      schema: {
        summary: 'Every call of the same caller, this one too, newest first; audited',
        params: Type.Object({ id: lineOfText(100) }),
        querystring: pageQuery,
        response: { 200: contactPageView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const found = await records.contact(request.params.id);
      if (found === undefined) throw new AppError('CONTACT_UNKNOWN');
      const { callerKey } = found.record;
      audit(parts, user, 'contacts.sameCaller', request.params.id);
      // Without a number nobody is the same caller, and nobody is told who else a confidential one is.
      if (callerKey === '' || found.record.sealed !== null)
        return shownPage({ ok: true, page: { contacts: [found.record], cursor: null } });
      return shownPage(
        await records.contacts({ ...filterFor(user, request.query, parts.sites.current()), callerKey }),
      );
    },
  );
}
