// Who has listened to which uploaded recording: nobody releases for another what he has not heard. Kept for as long as the service runs.

/** Recordings that people have listened to. */
export interface HeardRecordings {
  note(by: string, sha256: string): void;
  has(by: string, sha256: string): boolean;
}

/** Those listened to last; a release takes minutes, and whoever is forgotten listens once more. */
const remembered = 2_000;

/** Nobody has heard anything yet. */
export function createHeardRecordings(): HeardRecordings {
  const heard = new Set<string>();
  const keyOf = (by: string, sha256: string): string => `${sha256} ${by}`;
  return {
    note(by, sha256) {
      heard.delete(keyOf(by, sha256));
      heard.add(keyOf(by, sha256));
      const [oldest] = heard;
      if (heard.size > remembered && oldest !== undefined) heard.delete(oldest);
    },
    has: (by, sha256) => heard.has(keyOf(by, sha256)),
  };
}
