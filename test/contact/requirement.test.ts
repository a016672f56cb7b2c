// The language of requirements: what it reads, what it refuses, and that its texts are read back.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { SkillName } from '../../src/contact/ids.js';
import {
  allOf,
  anyOf,
  clausesOf,
  fitOf,
  lackedBy,
  meets,
  readRequirement,
  requirementOf,
  requirementText,
  skillsNamed,
  type Requirement,
} from '../../src/contact/requirement.js';

const levels = (skills: Readonly<Record<string, number>>) =>
  new Map(Object.entries(skills) as [SkillName, number][]);
const text = (source: string) => {
  const read = readRequirement(source);
  return read.ok ? requirementText(read.requirement) : { at: read.at };
};

t.test('what is read', (t) => {
  t.equal(text('tax'), 'tax');
  t.equal(text('tax>=3 and lang.zh'), 'tax >= 3 and lang.zh');
  t.equal(text('lang.yue >= 5 or lang.zh and tax'), 'lang.yue >= 5 or lang.zh and tax', 'and binds closer');
  t.equal(text('(a or b) and (c)'), '(a or b) and c');
  t.equal(text('((a and (b and c)))'), 'a and b and c', 'no parentheses that mean nothing');
  t.equal(text('a and a or a'), 'a');
  t.equal(text('税务≥3 且（粤语 或 普通话）'), '税务 >= 3 and (粤语 or 普通话)');
  t.end();
});

t.test('what is not, and where', (t) => {
  t.same(text(''), { at: '' });
  t.same(text('tax and'), { at: '' });
  t.same(text('and tax'), { at: 'and' });
  t.same(text('tax law'), { at: 'law' });
  t.same(text('tax >= 11'), { at: '11' });
  t.same(text('tax >= 0'), { at: '0' });
  t.same(text('tax < 3'), { at: '<' });
  t.same(text('(tax'), { at: '' });
  t.same(text('tax)'), { at: ')' });
  t.same(text(`${'('.repeat(500)}tax`), { at: '(' });
  t.same(text('constructor and __proto__'), { at: '_' });
  t.end();
});

t.test('who meets it, how well, and what he lacks', (t) => {
  const asked = requirementOf(['tax >= 3', 'lang.yue >= 5 or lang.zh']);
  t.ok(meets(levels({ tax: 3, 'lang.zh': 1 }), asked));
  t.notOk(meets(levels({ tax: 2, 'lang.zh': 1 }), asked));
  t.equal(fitOf(levels({ tax: 3, 'lang.zh': 2, 'lang.yue': 9 }), asked), 12);
  t.equal(
    fitOf(levels({ tax: 3, 'lang.zh': 2, 'lang.yue': 4 }), asked),
    5,
    'an alternative not met is worth nothing',
  );
  t.same(lackedBy(levels({ 'lang.yue': 4 }), asked), ['tax >= 3', 'lang.yue >= 5 or lang.zh']);
  t.same([...skillsNamed(asked)], ['tax', 'lang.yue', 'lang.zh']);
  t.ok(meets(levels({}), requirementOf([])), 'nothing asked, anybody');
  t.same(clausesOf(requirementOf(['general', 'tax and law'])), ['general', 'tax', 'law']);
  t.notOk(meets(levels({ tax: 9 }), requirementOf(['tax <'])), 'what cannot be read is held by nobody');
  t.end();
});

const arbitrarySkill = fc.record({
  is: fc.constant('skill' as const),
  skill: fc.constantFrom('tax', 'law', '粤语') as fc.Arbitrary<string> as fc.Arbitrary<SkillName>,
  level: fc.integer({ min: 1, max: 10 }),
});
const { tree } = fc.letrec<{ tree: Requirement }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    arbitrarySkill,
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(allOf),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(anyOf),
  ),
}));
const arbitraryLevels = fc
  .tuple(fc.nat(10), fc.nat(10), fc.nat(10))
  .map(([tax, law, yue]) => levels({ tax, law, 粤语: yue }));

t.test('every text is read back as the same tree, and so are its clauses', (t) => {
  fc.assert(
    fc.property(tree, arbitraryLevels, (requirement, skills) => {
      const read = readRequirement(requirementText(requirement));
      assert.ok(read.ok);
      assert.equal(requirementText(read.requirement), requirementText(requirement));
      assert.equal(meets(skills, read.requirement), meets(skills, requirement));
      const again = requirementOf(clausesOf(requirement));
      assert.equal(meets(skills, again), meets(skills, requirement));
      assert.equal(lackedBy(skills, requirement).length === 0, meets(skills, requirement));
    }),
    { numRuns: 1000 },
  );
  t.end();
});

t.test('more skill never takes anybody out', (t) => {
  fc.assert(
    fc.property(tree, arbitraryLevels, fc.constantFrom('tax', 'law', '粤语'), (requirement, skills, more) => {
      const better = new Map(skills).set(more as SkillName, 10);
      assert.ok(!meets(skills, requirement) || meets(better, requirement));
    }),
    { numRuns: 500 },
  );
  t.end();
});
