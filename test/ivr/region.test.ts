// The city that a key stands for, where several share an area code: told by the flow, kept by the contact.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { noonMs, siteOf, viewAt } from '../site/small-site.js';

const asksForTheCity = `nodes:
  which:
    menu: { '1': who, '2': who }
    say:
      - { prompt: greet.main, short: greet.short, mustHear: true, opening: true }
      - region.choose
    person: who
`;
const files = new Map(await readSiteFiles('ivr-flows'));
const shipped = files.get('flows/12345.yaml') ?? '';
files.set(
  'flows/12345.yaml',
  shipped.replace(/^start: \w+$/m, 'start: which').replace(/^nodes:\n/m, asksForTheCity),
);
const site = siteOf(files);
const cities = ['石家庄市', '辛集市'];

t.test('a key is the city at its place; a person, a wrong key and silence name none', (t) => {
  const begun = site.beginFlow('12345', { ...viewAt(noonMs), cities });
  t.equal(begun.region, undefined);
  const pressed = (digit: string, known: readonly string[] | undefined = cities) =>
    site.flowTurn(begun.cursor, { type: 'digit', digit }, { ...viewAt(noonMs), cities: known }).region;
  t.equal(pressed('1'), '石家庄市');
  t.equal(pressed('2'), '辛集市');
  for (const digit of ['0', '3', '9', '*']) t.equal(pressed(digit), undefined, digit);
  t.equal(pressed('2', []), undefined, 'nobody shares the area code of this call');
  const silent = site.flowTurn(begun.cursor, { type: 'silence' }, { ...viewAt(noonMs), cities });
  t.equal(silent.region, undefined);
  t.end();
});
