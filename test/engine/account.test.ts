// The rule of the 三员 under any sequence of acts, and what each act leaves.
import fc from 'fast-check';
import t from 'tap';
import { newAccount } from '../../src/adapters/http/account-book.js';
import { createMemoryAccounts } from '../../src/adapters/memory/account-store.js';
import {
  accountRoles,
  beginTotp,
  confirmTotp,
  disable,
  enable,
  givePassword,
  giveRole,
  isAccountName,
  pendingOf,
  resetTotp,
  takeCode,
  takePassword,
  type Account,
  type AccountAct,
  type AccountRole,
} from '../../src/engine/account.js';
import { createAttempts } from '../../src/engine/attempts.js';

const three: readonly AccountRole[] = ['systemAdmin', 'securityAdmin', 'auditAdmin'];
const account = (name: string, role: AccountRole | null): Account =>
  newAccount({ name, displayName: name, role, passwordHash: 'h', createdAtMs: 0, createdBy: 'setup' });

const names = ['admin', 'security', 'audit', 'li', 'wang'];
const step = fc.record({
  by: fc.constantFrom(...names),
  on: fc.constantFrom(...names),
  act: fc.oneof(
    fc.constantFrom<(by: string) => AccountAct>(disable, enable, resetTotp, (by) => givePassword(by, 'n')),
    fc
      .constantFrom<AccountRole | null>(null, ...accountRoles)
      .map((role) => (by: string) => giveRole(by, role)),
  ),
});

t.test(
  'whatever administrators do to each other, each of the 三员 stays, and nobody changes himself',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const store = createMemoryAccounts();
        for (const [at, role] of [...three, null, 'quality' as const].entries())
          await store.add(account(names[at] ?? '', role));
        for (const { by, on, act } of steps) {
          const before = await store.find(on);
          const decision = await store.change(on, 1, act(by));
          const after = await store.find(on);
          if (by === on && JSON.stringify(before) !== JSON.stringify(after)) return false;
          if (decision.ok && (after?.version ?? 0) !== (before?.version ?? 0) + 1) return false;
          const all = await store.list();
          if (!three.every((role) => all.some((one) => one.role === role && !one.disabled))) return false;
        }
        return true;
      }),
      { numRuns: 500 },
    );
    t.pass('held');
  },
);

t.test('what proves somebody is counted: sessions of before end with each change of it', async (t) => {
  const credentialAfter = (act: AccountAct, on = account('li', 'hotlineAdmin')) => {
    const decision = act(on, [on]);
    return decision.ok ? decision.account.credential : decision.code;
  };
  const begun = { ...account('li', 'hotlineAdmin'), totpSecret: 's' };
  t.equal(credentialAfter(disable('admin')), 2);
  t.equal(credentialAfter(givePassword('admin', 'n')), 2);
  t.equal(credentialAfter(takePassword('n')), 2);
  t.equal(credentialAfter(resetTotp('security')), 2);
  t.equal(credentialAfter(confirmTotp('s', 3), begun), 2);
  t.equal(credentialAfter(confirmTotp('another', 3), begun), 'TOTP_NOT_BEGUN');
  t.equal(credentialAfter(giveRole('security', 'quality')), 1, 'rights are looked up at every request');
  const confirmed = { ...begun, totpConfirmed: true, totpStep: 3 };
  t.equal(credentialAfter(beginTotp('t'), confirmed), 'TOTP_CONFIRMED');
  t.equal(credentialAfter(takeCode(3), confirmed), 'TOTP_WRONG');
  t.equal(credentialAfter(takeCode(2), confirmed), 'TOTP_WRONG');
  t.equal(credentialAfter(takeCode(4), confirmed), 1);
});

t.test('what is pending: a given password, and codes for those who run the place', async (t) => {
  for (const role of accountRoles) {
    const obliged = !['quality', 'province'].includes(role);
    t.same(pendingOf(account('li', role)), obliged ? ['password', 'totp'] : ['password'], role);
    t.same(pendingOf({ ...account('li', role), mustChangePassword: false, totpConfirmed: true }), []);
  }
});

t.test('names of accounts are no 工号', async (t) => {
  for (const name of ['admin', 'li.si', 'a1', 'zhang-san_2']) t.ok(isAccountName(name), name);
  for (const name of ['1001', 'a', 'Admin', '李四', '-a', `a${'b'.repeat(32)}`, 'a b', ''])
    t.notOk(isAccountName(name), name);
});

t.test('failures are counted by person and place; one that is taken back was none', async (t) => {
  const attempts = createAttempts({ personAtPlace: 3, person: 5, place: 6, lockMs: 100 });
  const li = { who: 'li', from: 'a' };
  for (let n = 0; n < 3; n += 1) attempts.fail(li, 0);
  t.ok(attempts.isLocked(li, 0));
  t.notOk(attempts.isLocked({ who: 'li', from: 'b' }, 0));
  attempts.takeBack(li);
  t.notOk(attempts.isLocked(li, 0));
  for (let n = 0; n < 3; n += 1) attempts.fail({ who: 'li', from: 'b' }, 0);
  t.ok(attempts.isLocked({ who: 'li', from: 'c' }, 0), 'everywhere');
  for (let n = 0; n < 4; n += 1) attempts.fail({ who: `w${String(n)}`, from: 'a' }, 0);
  t.ok(attempts.isLocked({ who: 'new', from: 'a' }, 0), 'the place for everybody');
  attempts.clear(li);
  t.ok(attempts.isLocked(li, 0), 'a right try opens its own pair alone');
  t.notOk(attempts.isLocked(li, 100), 'a lock ends by itself');
});
