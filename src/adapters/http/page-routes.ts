// Serves the built pages: index.html under each of their addresses, everything else as files that never change.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fastifyStatic } from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
  '/publish',
  '/flows',
  '/routing',
  '/experts',
] as const;
const notBuilt = '页面尚未编译,请运行 npm run build。 The pages are not built yet: run npm run build.\n';
/** A page is its index and a dozen files: fetching them is no reason to refuse anybody. */
const config = { rateLimit: false } as const;

/** Addresses that answer programs: what is missing there is told as JSON, whoever asks. */
const programs = /^\/(?:api|assets|healthz|metrics|provision)(?:\/|$)/;

/**
 * Answers a browser at an address that is no page: one with a slash too much leads to its page, any other shows the pages'
 * own «no such page». Anybody else is not answered here.
 */
export async function showMissingPage(
  request: FastifyRequest,
  reply: FastifyReply,
  pagesDir: string,
): Promise<boolean> {
  const [path = '', query] = request.url.split('?', 2);
  const wantsPage = request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '');
  if (!wantsPage || programs.test(path)) return false;
  const bare = path.replace(/\/+$/, '');
  if (bare !== path && isPage(bare)) {
    reply.redirect(query === undefined ? bare : `${bare}?${query}`, 308);
    return true;
  }
  if (!(await isBuilt(pagesDir))) return false;
  pageHead(reply.status(404)).sendFile('index.html');
  return true;
}

/** Whether a page stands at this address; never one of another host's (`//elsewhere`). */
function isPage(path: string): boolean {
  return /^\/lead\/contacts\/[\w.-]+$/.test(path) || pages.some((page) => page === path);
}

async function isBuilt(pagesDir: string): Promise<boolean> {
  return access(join(pagesDir, 'index.html')).then(
    () => true,
    () => false,
  );
}

function pageHead(reply: FastifyReply): FastifyReply {
  return reply.header('content-security-policy', pagePolicy).header('cache-control', 'no-cache');
}

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
  for (const url of pages) {
    api.get(url, { schema: { hide: true }, config }, async (_request, reply) => {
      if (!(await isBuilt(pagesDir)))
        return reply.status(503).type('text/plain; charset=utf-8').send(notBuilt);
      return pageHead(reply).sendFile('index.html');
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
