// What a live view shows at one moment, by section and key, and the difference between two moments. Pure.

/** Section -> key -> value; an `undefined` value is left out. */
export type LiveData = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The same with values as JSON, so that two moments are compared key by key. */
export type LiveImage = ReadonlyMap<string, ReadonlyMap<string, string>>;

const emptySection: ReadonlyMap<string, string> = new Map();
/** In a difference: this key is gone. */
const gone = 'null';

/** Data as an image. */
export function imageOf(data: LiveData): LiveImage {
  return new Map(
    Object.entries(data).map(([section, values]) => {
      const kept = Object.entries(values).filter(([, value]) => value !== undefined);
      return [section, new Map(kept.map(([key, value]) => [key, JSON.stringify(value)]))];
    }),
  );
}

/** What turns `before` into `now`: changed values, and `null` for what is gone; undefined where nothing changed. */
export function differenceOf(before: LiveImage, now: LiveImage): LiveImage | undefined {
  const changes = new Map<string, ReadonlyMap<string, string>>();
  for (const section of new Set([...before.keys(), ...now.keys()])) {
    const [old, present] = [before.get(section) ?? emptySection, now.get(section) ?? emptySection];
    const changed = new Map([...present].filter(([key, text]) => old.get(key) !== text));
    for (const key of old.keys()) if (!present.has(key)) changed.set(key, gone);
    if (changed.size > 0) changes.set(section, changed);
  }
  return changes.size === 0 ? undefined : changes;
}

/** An image or a difference as one JSON object. */
export function imageText(image: LiveImage): string {
  return objectText(image, (values) => objectText(values, (text) => text));
}

function objectText<Value>(map: ReadonlyMap<string, Value>, textOf: (value: Value) => string): string {
  const members = [...map].map(([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`);
  return `{${members.join(',')}}`;
}
