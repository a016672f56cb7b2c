// What every store of accounts must do, whatever it is made of: run on memory and on a real PostgreSQL.
import type { Test } from 'tap';
import { newAccount } from '../../src/adapters/http/account-book.js';
import {
  disable,
  giveRole,
  takeCode,
  type Account,
  type AccountRole,
  type AccountStore,
} from '../../src/engine/account.js';

/** An account as it is made. */
export function anAccount(name: string, role: AccountRole | null = null): Account {
  const passwordHash = `hash of ${name}`;
  return newAccount({
    name,
    displayName: `${name} 某`,
    role,
    passwordHash,
    createdAtMs: 1,
    createdBy: 'admin',
  });
}

/** @param open gives an empty store */
export function accountStoreSuite(t: Test, name: string, open: () => Promise<AccountStore>): void {
  t.test(`${name}: accounts are added once, found, and listed by name`, async (t) => {
    const store = await open();
    t.same(await store.list(), []);
    t.equal(await store.find('li'), undefined);
    for (const one of ['zhang', 'li', 'a.b', 'a-b']) t.equal(await store.add(anAccount(one)), true);
    t.equal(await store.add({ ...anAccount('li'), displayName: 'another' }), false);
    t.strictSame(await store.find('li'), anAccount('li'), 'all of it comes back, and the first one stayed');
    t.same(
      (await store.list()).map((account) => account.name),
      ['a-b', 'a.b', 'li', 'zhang'],
    );
  });

  t.test(`${name}: an act changes one account, counts, and a refusal changes nothing`, async (t) => {
    const store = await open();
    await store.add(anAccount('li', 'quality'));
    await store.add(anAccount('wang'));
    const given = await store.change('li', 77, giveRole('security', 'province'));
    const wanted = { ...anAccount('li', 'province'), version: 2, changedAtMs: 77 };
    t.strictSame(given, { ok: true, account: wanted });
    t.strictSame(await store.find('li'), wanted);
    t.strictSame(await store.find('wang'), anAccount('wang'));
    t.same(await store.change('li', 78, giveRole('li', null)), { ok: false, code: 'OWN_ACCOUNT' });
    t.strictSame(await store.find('li'), wanted);
    t.same(await store.change('nobody', 78, disable('admin')), { ok: false, code: 'ACCOUNT_UNKNOWN' });
  });

  t.test(`${name}: two at the same time see each other`, async (t) => {
    for (let round = 0; round < 5; round += 1) {
      const store = await open();
      await store.add(anAccount('one', 'systemAdmin'));
      await store.add(anAccount('other', 'systemAdmin'));
      const both = await Promise.all([
        store.change('other', 5, disable('one')),
        store.change('one', 5, disable('other')),
      ]);
      t.equal(both.filter(({ ok }) => ok).length, 1, 'one of them stays');
      const left = (await store.list()).filter(({ disabled }) => !disabled);
      t.equal(left.length, 1);

      const tries = await Promise.all(Array.from({ length: 4 }, () => store.change('one', 6, takeCode(900))));
      t.equal(tries.filter(({ ok }) => ok).length, 1, 'a code is taken once');
      t.equal((await store.find('one'))?.totpStep, 900);
    }
  });
}
