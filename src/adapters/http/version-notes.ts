// Tells of versions as they come: alarms for those to be reviewed, and an audit of those that the host's terminal put in force.
import type { Engine } from '../../engine/engine.js';
import { awaitingReview, type PublishedVersion } from '../../site/publishing.js';
import { auditVersion } from './publish-routes.js';

/** Told of all versions again and again; each that came after `sinceMs`, when the service was last there, is audited once. */
export function noteVersions(
  engine: Pick<Engine, 'alarm' | 'note' | 'condition'>,
  sinceMs: number,
): (versions: readonly PublishedVersion[]) => void {
  let told: number | undefined;
  return (versions) => {
    const newest = versions.at(-1)?.number ?? 0;
    const fresh = versions.filter(({ number, atMs }) =>
      told === undefined ? atMs > sinceMs : number > told,
    );
    told = newest;
    for (const version of fresh)
      if (version.publisher?.startsWith('os:') === true)
        auditVersion({ engine }, { name: version.publisher, role: 'host' }, version);
    const due = new Set(awaitingReview(versions).map(({ number }) => String(number)));
    for (const { alarm, about } of engine.condition().alarms)
      if (alarm === 'publishUnreviewed' && !due.has(about)) engine.alarm(alarm, about, false);
    for (const number of due) engine.alarm('publishUnreviewed', number, true);
  };
}
