// The pages, and who finds what on them: the first row that a role may open is where its log-in leads.
import type { Role } from '../adapters/http/access.js';
import type { WordKey } from './words/zh.js';

/** A page of the menu. */
export interface PageRow {
  readonly name: string;
  readonly path: string;
  readonly word: WordKey;
  readonly roles: readonly Role[];
}

/** In the order of the menu. */
export const pages: readonly PageRow[] = [
  {
    name: 'wall',
    path: '/',
    word: 'page.wall',
    roles: [
      'supervisor',
      'quality',
      'hotlineAdmin',
      'systemAdmin',
      'securityAdmin',
      'auditAdmin',
      'province',
    ],
  },
  {
    name: 'lead',
    path: '/lead',
    word: 'page.lead',
    roles: ['supervisor', 'quality', 'hotlineAdmin'],
  },
  { name: 'routing', path: '/routing', word: 'page.routing', roles: ['supervisor', 'hotlineAdmin'] },
  {
    name: 'reports',
    path: '/reports',
    word: 'page.reports',
    roles: ['supervisor', 'quality', 'hotlineAdmin', 'province'],
  },
  { name: 'admin', path: '/admin', word: 'page.admin', roles: ['supervisor', 'hotlineAdmin'] },
  {
    name: 'prompts',
    path: '/prompts',
    word: 'page.prompts',
    roles: ['supervisor', 'quality', 'hotlineAdmin'],
  },
  { name: 'publish', path: '/publish', word: 'page.publish', roles: ['supervisor', 'hotlineAdmin'] },
  { name: 'flows', path: '/flows', word: 'page.flows', roles: ['supervisor', 'hotlineAdmin'] },
  { name: 'seat', path: '/seat', word: 'page.seat', roles: ['agent', 'expert', 'supervisor'] },
  {
    name: 'experts',
    path: '/experts',
    word: 'page.experts',
    roles: ['agent', 'expert', 'supervisor', 'hotlineAdmin'],
  },
  { name: 'accounts', path: '/accounts', word: 'page.accounts', roles: ['systemAdmin', 'securityAdmin'] },
  { name: 'audit', path: '/audit', word: 'page.audit', roles: ['securityAdmin', 'auditAdmin'] },
];

/** The pages of a role. */
export function pagesOf(role: Role): readonly PageRow[] {
  return pages.filter(({ roles }) => roles.includes(role));
}

/** Where a role begins. */
export function homeOf(role: Role): string {
  return pagesOf(role)[0]?.path ?? '/';
}
