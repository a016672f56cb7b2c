// Reads of trunks.yaml what the number ledger asks: where each carrier writes the number the citizen dialled, and who is a sub-centre.
import { fieldsAt, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import { unknownName } from '../ivr/parse-flow.js';
import { dialledPlaces, type DialledPlace } from '../numbers/ledger.js';

/**
 * The places in which each trunk's calls tell the number dialled, in the order in which they are believed. A trunk that says nothing is
 * not among them. What else the file says is read by the program that writes Asterisk's configuration.
 * @param cities those of regions.yaml, of which a trunk may name its own
 */
export function parseTrunks(
  file: string,
  text: string,
  cities: readonly string[],
): {
  readonly dialledFrom: ReadonlyMap<string, readonly DialledPlace[]>;
  /** Trunks that carry the calls of one city alone. */
  readonly cityOfTrunk: ReadonlyMap<string, string>;
  /** Every trunk, and whether calls can go out by it: it has a contact to send them to. */
  readonly dialsOut: ReadonlyMap<string, boolean>;
  /** The numbers that a trunk's carrier lets us show; a trunk that names none is not here. */
  readonly outboundNumbers: ReadonlyMap<string, readonly string[]>;
  /** Duty phones that are numbers behind a trunk. */
  readonly dutyNumbers: readonly { readonly line: number; readonly number: string }[];
  /** Trunks of sub-centres, whose word on a call they hand over is believed. */
  readonly subCentres: ReadonlySet<string>;
  readonly findings: readonly Finding[];
} {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  if (source.findings.length > 0)
    return {
      ...{ dialledFrom: new Map(), cityOfTrunk: new Map(), dialsOut: new Map(), subCentres: new Set() },
      ...{ outboundNumbers: new Map(), dutyNumbers: [] },
      findings,
    };
  const fields = fieldsAt(source, [], findings);
  const rows = fields.rows('trunks');
  const told = (key: string) => rows.filter((row) => row.has(key));
  return {
    dialledFrom: new Map(told('dialledFrom').map((row) => [row.id('id'), readPlaces(row)])),
    cityOfTrunk: new Map(told('city').map((row) => [row.id('id'), readCity(row, cities)])),
    dialsOut: new Map(rows.map((row) => [row.id('id'), row.has('contact')])),
    outboundNumbers: new Map(told('outboundNumbers').map((row) => [row.id('id'), readOutboundNumbers(row)])),
    dutyNumbers: fields
      .rows('dutyPhones')
      .flatMap((row) => (row.has('number') ? [{ line: row.line, number: row.text('number') }] : [])),
    subCentres: new Set(rows.filter((row) => row.flag('subCentre', false)).map((row) => row.id('id'))),
    findings,
  };
}

function readPlaces(row: Fields): readonly DialledPlace[] {
  const places = row
    .items('dialledFrom')
    .flatMap((item) => dialledPlaces.find((place) => place === item) ?? []);
  const isWhole = places.length > 0 && places.length === row.items('dialledFrom').length;
  if (!isWhole || new Set(places).size < places.length)
    row.wrong(['dialledFrom'], 'notAllowed', {
      zh: `dialledFrom 是列表,从 ${dialledPlaces.join('、')} 中按先后选取,各至多一次。`,
      en: `dialledFrom is a list of ${dialledPlaces.join(', ')} in their order, each at most once.`,
    });
  return places.length > 0 ? [...new Set(places)] : dialledPlaces;
}

function readCity(row: Fields, cities: readonly string[]): string {
  const city = row.id('city');
  if (city !== '' && !cities.includes(city))
    row.wrong(['city'], 'unknownCity', unknownName('城市', 'city', city, 'regions.yaml'));
  return city;
}

function readOutboundNumbers(row: Fields): readonly string[] {
  const numbers = row.ids('outboundNumbers');
  if (numbers.length === 0 || numbers.some((number) => !/^\d{3,16}$/.test(number)))
    row.wrong(['outboundNumbers'], 'notAllowed', {
      zh: "outboundNumbers 是运营商允许本中继显示的号码,写在引号里,例如 ['12345', '031112345']。",
      en: "outboundNumbers are the numbers the carrier lets this trunk show, quoted, such as ['12345', '031112345'].",
    });
  return numbers;
}
