// Opening what is sealed: never by one person alone, never late, never twice, never something else.
import fc from 'fast-check';
import t from 'tap';
import {
  agreeWithinMs,
  decideOpening,
  listeningMs,
  openingState,
  useOpening,
  useWithinMs,
  type Opening,
} from '../../src/engine/opening.js';

const asked: Opening = {
  ...{ openingId: 'o1', contactId: 'c1', what: 'number', file: null, reason: '核实险情' },
  ...{ requestedBy: '1001', requestedAtMs: 0, decidedBy: null, decidedAtMs: null },
  ...{ agreed: null, usedAtMs: null, version: 0 },
};
const use = { contactId: 'c1', what: 'number', file: null, by: '1001' } as const;
const code = (step: ReturnType<typeof useOpening>) => (step.ok ? 'ok' : step.code);

t.test('asked, agreed, used; each once and in time', async (t) => {
  t.equal(code(decideOpening(asked, '1001', true, 1)), 'OPENING_OWN');
  t.equal(code(useOpening(asked, use, 1)), 'OPENING_NEEDED');
  t.equal(code(decideOpening(asked, '1002', true, agreeWithinMs)), 'OPENING_OVER');
  const agreed = decideOpening(asked, '1002', true, 1);
  if (!agreed.ok) return t.fail(agreed.code);
  t.match(agreed.opening, { decidedBy: '1002', version: 1 });
  t.equal(code(decideOpening(agreed.opening, '1003', false, 2)), 'OPENING_OVER');
  t.equal(
    code(useOpening(agreed.opening, { ...use, by: '1002' }, 2)),
    'OPENING_NEEDED',
    'who agreed does not see it',
  );
  t.equal(code(useOpening(agreed.opening, { ...use, contactId: 'c2' }, 2)), 'OPENING_NEEDED');
  t.equal(
    code(useOpening(agreed.opening, { ...use, what: 'recording', file: 'a.wav' }, 2)),
    'OPENING_NEEDED',
  );
  t.equal(code(useOpening(agreed.opening, use, 1 + useWithinMs)), 'OPENING_OVER');
  const used = useOpening(agreed.opening, use, 2);
  if (!used.ok) return t.fail(used.code);
  t.equal(code(useOpening(used.opening, use, 3)), 'OPENING_OVER');
  t.equal(openingState(used.opening, 3), 'used');
});

t.test('a listening begun goes on, and ends', async (t) => {
  const file = 'a.wav';
  const listened: Opening = {
    ...asked,
    ...{ what: 'recording', file, agreed: true, decidedBy: '1002', decidedAtMs: 1, usedAtMs: 2, version: 2 },
  };
  const play = { contactId: 'c1', what: 'recording', file, by: '1001' } as const;
  const again = useOpening(listened, play, 3);
  t.ok(again.ok && again.opening === listened, 'nothing more is used up');
  t.equal(code(useOpening(listened, play, 2 + listeningMs)), 'OPENING_OVER');
});

t.test(
  'whatever is tried in whatever order, it is used at most once, and then by consent of another',
  async (t) => {
    const person = fc.constantFrom('1001', '1002', '1003');
    const act = fc.record({
      by: person,
      does: fc.constantFrom('agree', 'refuse', 'use'),
      passMs: fc.nat(agreeWithinMs),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        let [opening, nowMs, uses] = [asked, 0, 0];
        for (const { by, does, passMs } of acts) {
          nowMs += passMs;
          const step =
            does === 'use'
              ? useOpening(opening, { ...use, by }, nowMs)
              : decideOpening(opening, by, does === 'agree', nowMs);
          if (!step.ok) continue;
          if (does === 'use') uses += 1;
          opening = step.opening;
        }
        t.ok(uses <= 1);
        if (uses === 1) t.ok(opening.agreed === true && opening.decidedBy !== opening.requestedBy);
      }),
    );
  },
);
