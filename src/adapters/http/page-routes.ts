// Serves the built pages: index.html under each of their addresses, everything else as files that never change.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fastifyStatic } from '@fastify/static';
import { Type } from 'typebox';
import type { Api, HttpParts } from './http-parts.js';

/** What a page may load and talk to: this service and nothing else. 'self' holds the websocket, too. */
const pagePolicy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const pages = [
  '/',
  '/login',
  '/seat',
  '/wall',
  '/lead',
  '/lead/contacts/:id',
  '/reports',
  '/accounts',
  '/audit',
  '/admin',
  '/admin/cards',
  '/prompts',
] as const;
const notBuilt = '页面尚未编译,请运行 npm run build。 The pages are not built yet: run npm run build.\n';
/** A page is its index and a dozen files: fetching them is no reason to refuse anybody. */
const config = { rateLimit: false } as const;

/** Adds the pages. */
export async function addPageRoutes(api: Api, { pagesDir }: HttpParts): Promise<void> {
  await api.register(fastifyStatic, {
    root: pagesDir,
    serve: false,
    index: false,
    dotfiles: 'ignore',
    cacheControl: false,
    suppressWarning: true,
  });
  const index = join(pagesDir, 'index.html');
  const isBuilt = () =>
    access(index).then(
      () => true,
      () => false,
    );

  for (const url of pages) {
    api.get(url, { schema: { hide: true }, config }, async (_request, reply) => {
      if (!(await isBuilt())) return reply.status(503).type('text/plain; charset=utf-8').send(notBuilt);
      return reply
        .header('content-security-policy', pagePolicy)
        .header('cache-control', 'no-cache')
        .sendFile('index.html');
    });
  }

  api.get('/favicon.svg', { schema: { hide: true }, config }, async (_request, reply) =>
    reply.sendFile('favicon.svg', { cacheControl: true, maxAge: '1d' }),
  );
  api.get(
    '/assets/*',
    { schema: { hide: true, params: Type.Object({ '*': Type.String() }) }, config },
    async (request, reply) =>
      reply.sendFile(`assets/${request.params['*']}`, { cacheControl: true, maxAge: '1y', immutable: true }),
  );
}
