// Lets several carriers follow one spool: a segment may go when the slowest of them is past it.
import type { SpoolMark } from './spool-reader.js';
import type { Spool } from './spool.js';

/** The spool as one of its carriers sees it. */
export type SpoolView = Pick<Spool, 'read' | 'carriedUpTo' | 'bytesAfter'>;

/** One view a carrier. */
export function shareSpool(spool: Spool, carriers: number): readonly SpoolView[] {
  const marks: (SpoolMark | undefined)[] = Array.from({ length: carriers });
  return marks.map((_, own) => ({
    read: (mark) => spool.read(mark),
    bytesAfter: (mark) => spool.bytesAfter(mark),
    carriedUpTo: (mark) => {
      marks[own] = mark;
      const known = marks.flatMap((one) => one ?? []);
      if (known.length < carriers) return;
      spool.carriedUpTo(known.reduce((least, one) => (one.segment < least.segment ? one : least)));
    },
  }));
}
