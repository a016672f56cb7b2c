// Listening tests run side by side: no two files may claim the same port.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';

const folder = path.resolve(import.meta.dirname, '..');

/** How a claim is written, and how many ports from the first on it takes. */
const claims: readonly (readonly [pattern: RegExp, ports: number])[] = [
  [/\b(?:portBase(?: =|:)|YIHAO_PORT_BASE:|startTest(?:Redis|Postgres)\() *'?([\d_]{4,})/g, 5],
  [/\b(?:sipPort(?: =|:)|YIHAO_SIP_PORT:) *'?([\d_]{4,})/g, 2],
  [/^(?!.*PORTS).*\brtpStart: *([\d_]{4,})/gm, 200],
  [/\bPORTS = \{ base: ([\d_]{4,})/g, 3],
  [/\bPORTS = \{ base: [\d_]+, rtpStart: ([\d_]{4,}) \}/g, 80],
  [/\b(?:YIHAO_RTP_START:|rtpFirst:) *'?([\d_]{4,})/g, 100],
  [/\b(?:YIHAO_RTP_END:|rtpLast:) *'?([\d_]{4,})/g, 1],
];

interface Claim {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

function claimsOf(file: string, text: string): readonly Claim[] {
  return claims.flatMap(([pattern, ports]) =>
    [...text.matchAll(pattern)].map(([, written = '']) => {
      const first = Number(written.replaceAll('_', ''));
      return { file, first, last: first + ports - 1 };
    }),
  );
}

t.test('no two test files share a port', async (t) => {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.test.ts'));
  const all = await Promise.all(
    files
      .filter((file) => !file.startsWith('house'))
      .map(async (file) => claimsOf(file, await readFile(path.join(folder, file), 'utf8'))),
  );
  const found = all.flat().sort((a, b) => a.first - b.first);
  t.ok(found.length > 50, `${String(found.length)} claims are known by their writing`);
  const shared = found.flatMap((claim, at) =>
    found
      .slice(at + 1)
      .flatMap((other) =>
        other.first <= claim.last && other.file !== claim.file
          ? [`${claim.file} ${String(claim.first)} and ${other.file} ${String(other.first)}`]
          : [],
      ),
  );
  t.same(shared, []);
});
