// What a waiting citizen hears: scripted waits and properties.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { placeEveryMs, treatment } from '../../src/acd/treatment.js';
import type { Told, WaitBand } from '../../src/contact/contact.js';

const nothing: Told = { busy: false, place: null, lastAtMs: null, thankedAtMs: null };

const none = () => undefined;
const band = (fromMinutes: number, toMinutes: number): WaitBand => ({ fromMinutes, toMinutes });

/** The prompts of a whole wait, one round each time the treatment asks to come again. */
function wait(places: readonly (number | null)[], bands: readonly (WaitBand | undefined)[] = []): string[] {
  let [told, nowMs] = [nothing, 1000];
  return places.map((place, at) => {
    const round = treatment({ nowMs, told, place, wait: () => bands[at] });
    [told, nowMs] = [round.told, round.nextAtMs];
    return round.say
      .map(({ id, slots }) => (slots ? `${id} ${String(slots['n'] ?? slots['m'])}` : id))
      .join(' ');
  });
}

t.test('first that all are busy, then the place, which counts the people before him', (t) => {
  t.same(wait([4, 3, 3, 2, 1, 1]), [
    'queue.busy',
    'queue.place 2',
    'queue.place 2',
    'queue.place 1',
    'queue.next',
    'queue.next',
  ]);
  t.end();
});

t.test('a place that grew, is over twenty or unknown is not told', (t) => {
  t.same(wait([5, 5, 6, 4, 7]), ['queue.busy', 'queue.place 4', 'queue.many', 'queue.place 3', 'queue.many']);
  t.same(wait([40, 21, 20]), ['queue.busy', 'queue.many', 'queue.place 19']);
  t.same(wait([null, null]), ['queue.busy', 'queue.many']);
  t.end();
});

t.test('with nothing new to say thanks come each minute', (t) => {
  t.same(wait([50, 50, 50, 50, 50, 50, 9]), [
    'queue.busy',
    'queue.many',
    '',
    'queue.thanks',
    '',
    'queue.thanks',
    'queue.place 8',
  ]);
  t.end();
});

t.test('the expected wait follows the place; once, until less of it is left', (t) => {
  const bands = [band(5, 10), band(5, 10), band(5, 10), band(10, 15), undefined, band(3, 5), band(2, 3)];
  t.same(wait([4, 4, 4, 4, 4, 40, 1], bands), [
    'queue.busy',
    'queue.place 3 queue.ewt 5-10',
    'queue.place 3',
    'queue.place 3',
    'queue.place 3',
    'queue.many queue.ewt 3-5',
    'queue.next queue.ewt 2-3',
  ]);
  t.end();
});

t.test('asked too soon it says nothing and names its time', (t) => {
  const told: Told = { ...nothing, busy: true, lastAtMs: 5000 };
  t.same(treatment({ nowMs: 5001, told, place: 1, wait: none }), {
    say: [],
    told,
    nextAtMs: 5000 + placeEveryMs,
  });
  t.end();
});

t.test(
  '110, 119 and 120 once; no spoken place is larger than the one before; the next round is ahead',
  (t) => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(25)), { maxLength: 40, size: 'max' }), (places) => {
        const said = wait(places);
        assert.ok(said.filter((text) => text === 'queue.busy').length === Math.min(1, places.length));
        let last = Infinity;
        for (const text of said) {
          if (text !== 'queue.next' && !text.startsWith('queue.place')) continue;
          const place = text === 'queue.next' ? 1 : Number(text.split(' ')[1]) + 1;
          assert.ok(place <= last && place >= 1 && place <= 20);
          last = place;
        }
      }),
    );
    fc.assert(
      fc.property(fc.nat(100_000), fc.option(fc.nat(25)), (nowMs, place) => {
        const told: Told = { busy: true, place: null, lastAtMs: 0, thankedAtMs: null };
        assert.ok(treatment({ nowMs, told, place, wait: none }).nextAtMs > nowMs || nowMs < placeEveryMs);
      }),
    );
    t.end();
  },
);
