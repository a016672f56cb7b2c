// Area codes that several cities share: when a call does not tell which of them it is for, and its caller has to be asked.

/** One area code and its cities in the order of their keys; the first is meant by whoever presses nothing. */
export interface SharedArea {
  readonly areaCode: string;
  readonly cities: readonly string[];
}

/** What is known of areas and lines. */
export interface AreaTable {
  readonly shared: readonly SharedArea[];
  /** The city whose calls alone a trunk carries. */
  readonly cityOfTrunk: ReadonlyMap<string, string>;
  /** The site's own area with its 0. */
  readonly areaCode: string;
}

/**
 * Whether the caller has to be asked for his city: his call came through an area code that cities share, by a trunk that carries them all.
 * Where he calls from tells nothing: a mobile has no place, and a fixed line has the same shared code or is from outside.
 */
export function asksCity(
  { shared, cityOfTrunk, areaCode }: AreaTable,
  call: { readonly dnis: string; readonly redirectedFrom: string; readonly trunkId: string },
): boolean {
  return !cityOfTrunk.has(call.trunkId) && citiesOf({ shared, areaCode }, call).length > 1;
}

/** The cities that share the area code by which a call came, in the order of their keys; none where it is one city's alone. */
export function citiesOf(
  { shared, areaCode }: Pick<AreaTable, 'shared' | 'areaCode'>,
  call: { readonly dnis: string; readonly redirectedFrom: string },
): readonly string[] {
  const dialled = areaDialled([call.redirectedFrom, call.dnis], shared) ?? areaCode;
  return shared.find((area) => area.areaCode === dialled)?.cities ?? [];
}

/** The shared area that one of these numbers begins with; others are no concern here. */
function areaDialled(numbers: readonly string[], shared: readonly SharedArea[]): string | undefined {
  const nationals = numbers.map((number) => number.replace(/^(?:\+86|0086|86)0?(?=[1-9]\d{6})/, '0'));
  return nationals.flatMap(
    (number) => shared.find(({ areaCode }) => number.startsWith(areaCode))?.areaCode ?? [],
  )[0];
}
