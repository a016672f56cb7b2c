import t from 'tap';
import { asksCity } from '../../src/numbers/shared-areas.js';

const table = {
  shared: [
    { areaCode: '0311', cities: ['石家庄市', '辛集市'] },
    { areaCode: '0312', cities: ['保定市', '定州市', '雄安新区'] },
  ],
  cityOfTrunk: new Map([['dingzhou', '定州市']]),
  areaCode: '0312',
};
const call = { dnis: '12345', redirectedFrom: '', trunkId: 'carrier' };

t.test('a call through a shared area code asks for the city, unless its trunk tells it', async (t) => {
  for (const [asks, changed, why] of [
    [true, {}, 'the bare number: the site’s own area'],
    [true, { dnis: '031212345' }, 'with the area code'],
    [true, { dnis: '+8631212345' }, 'from abroad'],
    [true, { redirectedFrom: '03128736818' }, 'forwarded from within the area'],
    [true, { dnis: '031112345' }, 'another shared area'],
    [false, { trunkId: 'dingzhou' }, 'the trunk carries one city alone'],
    [false, { trunkId: 'dingzhou', dnis: '031212345' }, 'whatever it delivers'],
  ] as const)
    t.equal(asksCity(table, { ...call, ...changed }), asks, why);
  t.equal(asksCity({ ...table, areaCode: '010' }, call), false, 'an area of its own');
  t.equal(asksCity({ ...table, areaCode: '010' }, { ...call, dnis: '031212345' }), true);
  t.equal(asksCity({ ...table, shared: [] }, call), false);
});
