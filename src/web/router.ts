// The pages' addresses. A kiosk's board asks for no log-in: its token speaks for it.
import { createRouter, createWebHistory } from 'vue-router';
import { whoAmI } from './api.js';
import { kioskOf } from './kiosk.js';
import LoginPage from './login/login-page.vue';
import { homeOf, pagesOf } from './pages.js';

const wall = () => import('./wall/wall-page.vue');

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', alias: '/wall', name: 'wall', component: wall, meta: { look: 'wall' } },
    {
      path: '/seat',
      name: 'seat',
      component: () => import('./seat/seat-page.vue'),
      meta: { look: 'paper' },
    },
    {
      path: '/accounts',
      name: 'accounts',
      component: () => import('./accounts/accounts-page.vue'),
      meta: { look: 'paper' },
    },
    {
      path: '/audit',
      name: 'audit',
      component: () => import('./audit/audit-page.vue'),
      meta: { look: 'paper' },
    },
    {
      path: '/reports',
      name: 'reports',
      component: () => import('./reports/reports-page.vue'),
      meta: { look: 'paper' },
    },
    {
      path: '/lead',
      name: 'lead',
      component: () => import('./lead/lead-page.vue'),
      meta: { look: 'paper' },
    },
    {
      path: '/lead/contacts/:id',
      name: 'lead-contact',
      component: () => import('./lead/contact-page.vue'),
      meta: { look: 'paper', page: 'lead' },
    },
    {
      path: '/routing',
      name: 'routing',
      component: () => import('./routing/routing-page.vue'),
      meta: { look: 'paper' },
    },
    {
      path: '/experts',
      name: 'experts',
      component: () => import('./experts/experts-page.vue'),
      meta: { look: 'paper' },
    },
    {
      path: '/admin',
      name: 'admin',
      component: () => import('./admin/admin-page.vue'),
      meta: { look: 'paper' },
    },
    {
      path: '/admin/cards',
      name: 'cards',
      component: () => import('./admin/cards-page.vue'),
      meta: { look: 'paper', page: 'admin' },
    },
    {
      path: '/prompts',
      name: 'prompts',
      component: () => import('./prompts/prompts-page.vue'),
      meta: { look: 'paper' },
    },
    {
      path: '/publish',
      name: 'publish',
      component: () => import('./publish/publish-page.vue'),
      meta: { look: 'paper' },
    },
    {
      path: '/flows',
      name: 'flows',
      component: () => import('./flows/flows-page.vue'),
      meta: { look: 'paper' },
    },
    { path: '/login', name: 'login', component: LoginPage, meta: { look: 'paper' } },
    {
      path: '/:rest(.*)*',
      name: 'nothing',
      component: () => import('./nothing-page.vue'),
      meta: { look: 'paper' },
    },
  ],
});

router.beforeEach(async (to) => {
  if (to.name === 'login' || to.name === 'nothing' || kioskOf(to) !== undefined) return true;
  const me = await whoAmI();
  if (me && me.pending.length > 0) return { name: 'login', query: { to: to.fullPath } };
  if (me === null) return { name: 'login', query: { to: to.fullPath } };
  if (me && !pagesOf(me.role).some(({ name }) => name === (to.meta['page'] ?? to.name)))
    return to.path === '/'
      ? homeOf(me.role)
      : { name: 'nothing', params: { rest: to.path.slice(1).split('/') } };
  return true;
});

router.afterEach((to) => {
  document.documentElement.className = to.meta['look'] === 'wall' ? 'on-wall' : 'on-paper';
});
