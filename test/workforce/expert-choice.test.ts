// Which expert is asked next, and how long a consult will probably wait.
import fc from 'fast-check';
import t from 'tap';
import type { SkillName } from '../../src/contact/ids.js';
import { chooseExperts, consultWaitMs, isWanted, type ExpertNow } from '../../src/workforce/expert-choice.js';
import type { Department } from '../../src/workforce/experts.js';

const department = (id: string, hunting: Department['hunting']): [string, Department] => [
  id,
  { id, name: id, en: id, hunting, cover: [] },
];
const departments = new Map([department('fund', 'oneByOne'), department('all', 'allAtOnce')]);
const expert = (
  id: string,
  departmentId: string,
  standing: ExpertNow['standing'] = 'free',
  idleSinceMs = 0,
  level = 0,
): ExpertNow => ({
  expert: {
    ...{ id, name: id, departmentId, phone: { number: '031166600801' } },
    skills: new Map(level === 0 ? [] : [['fund' as SkillName, level]]),
  },
  ...{ standing, idleSinceMs },
});
const choose = (
  wish: Parameters<typeof chooseExperts>[0],
  now: readonly ExpertNow[],
  tried: string[] = [],
) => {
  const { chosen, mayCome } = chooseExperts(wish, now, { tried, departments });
  return [chosen.map(({ id }) => id), mayCome];
};

t.test('a department: who has been idle longest, then as the file has them; or all at once', async (t) => {
  const now = [
    expert('1', 'fund', 'free', 9),
    expert('2', 'fund', 'free', 5),
    expert('3', 'fund', 'free', 5),
  ];
  t.same(choose({ departmentId: 'fund' }, now), [['2'], false]);
  t.same(choose({ departmentId: 'fund' }, now, ['2']), [['3'], false]);
  t.same(choose({ departmentId: 'fund' }, now, ['1', '2', '3']), [[], false]);
  t.same(
    choose({ departmentId: 'all' }, [expert('4', 'all'), expert('5', 'all', 'busy'), expert('6', 'all')]),
    [['4', '6'], true],
  );
});

t.test('a skill: the highest level first; a person: he alone', async (t) => {
  const now = [
    expert('1', 'fund', 'free', 0, 3),
    expert('2', 'all', 'free', 9, 8),
    expert('3', 'all', 'free', 0),
    expert('4', 'fund', 'busy', 0, 9),
  ];
  t.same(choose({ skill: 'fund' }, now), [['2'], true]);
  t.same(choose({ skill: 'fund' }, now, ['2']), [['1'], true]);
  t.same(choose({ expertId: '4' }, now), [[], true], 'busy: he may come');
  t.same(choose({ expertId: '9' }, now), [[], false]);
  t.same(choose({ departmentId: 'fund' }, [expert('1', 'fund', 'away')]), [[], false], 'away is no hope');
});

t.test('whoever is chosen is free, wanted and not tried, whatever stands', async () => {
  const anybody = fc
    .tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('fund', 'all'),
      fc.constantFrom('free' as const, 'busy' as const, 'away' as const),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 9 }),
    )
    .map(([id, ...rest]) => expert(String(id), ...rest));
  const wishes = fc.constantFrom(
    { departmentId: 'all' },
    { departmentId: 'fund' },
    { skill: 'fund' },
    { expertId: '3' },
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(anybody, { selector: (one) => one.expert.id }),
      wishes,
      fc.uniqueArray(fc.integer({ min: 1, max: 9 }).map(String)),
      (now, wish, tried) => {
        const { chosen, mayCome } = chooseExperts(wish, now, { tried, departments });
        const wanted = now.filter((one) => isWanted(one.expert, wish) && !tried.includes(one.expert.id));
        const free = wanted.filter(({ standing }) => standing === 'free');
        if (!chosen.every((one) => free.some((other) => other.expert === one))) return false;
        if (chosen.length > 0 !== free.length > 0) return false;
        return mayCome === wanted.some(({ standing }) => standing === 'busy');
      },
    ),
  );
});

t.test('the expected wait: as many come free as stand ahead, and one more', async (t) => {
  t.equal(consultWaitMs({ ahead: 0, experts: 2, meanMs: 180_000 }), 90_000);
  t.equal(consultWaitMs({ ahead: 3, experts: 2, meanMs: 180_000 }), 360_000);
  t.equal(consultWaitMs({ ahead: 0, experts: 0, meanMs: 180_000 }), null);
});
