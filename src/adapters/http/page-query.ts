// How a list is asked for page by page.
import { Type, type Static } from 'typebox';
import { lineOfText } from './views.js';

/** `cursor` of the page before, and how many. */
export const pageFields = {
  cursor: Type.Optional(lineOfText(200)),
  limit: Type.Optional(Type.String({ pattern: '^(?:[1-9]\\d?|1\\d\\d|200)$', description: '1 to 200; 50' })),
};

/** The same as the whole query. */
export const pageQuery = Type.Object(pageFields, { additionalProperties: false });

/** The page as the records take it. */
export function pageFilter({ cursor, limit }: Static<typeof pageQuery>): {
  readonly cursor?: string;
  readonly limit?: number;
} {
  return {
    ...(cursor !== undefined && { cursor }),
    ...(limit !== undefined && { limit: Number(limit) }),
  };
}
