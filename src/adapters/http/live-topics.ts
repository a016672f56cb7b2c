// Which view a watcher gets: a topic as his role may see it.
import type { AgentId } from '../../contact/ids.js';
import { leads, seesCalls, type Topic, type User } from './access.js';
import type { BroadcastBoard } from './broadcast-board.js';
import type { HttpParts } from './http-parts.js';
import type { ReadLane } from './kept-reading.js';
import type { ViewSource } from './live-feed.js';
import { openStripView } from './strip-view.js';
import { createWallFigures } from './wall-figures.js';
import { wallData } from './wall-view.js';

/** A person, or a screen on a wall. */
export type Viewer = User | { readonly role: 'kiosk'; readonly agentId: null };

/** The view of a topic for somebody who may watch it. */
export function createLiveTopics(
  parts: HttpParts,
  board: BroadcastBoard,
  lane: ReadLane,
): (topic: Topic, viewer: Viewer) => ViewSource {
  const figures = createWallFigures(parts, lane);

  function wall({ role }: Viewer): ViewSource {
    return {
      name: `wall:${role}`,
      open: () => () => ({
        ...wallData(parts, figures(), seesCalls(role)),
        ...(leads(role) && { broadcasts: board.shown() }),
      }),
    };
  }

  function strip(role: string, agentId: AgentId): ViewSource {
    const open = () => {
      const own = openStripView(parts, lane, agentId);
      return () => ({ ...own(), notices: board.noticesFor(agentId) });
    };
    return { name: `strip:${role}:${agentId}`, open };
  }

  return (topic, viewer) => {
    if (topic === 'wall' || viewer.agentId === null) return wall(viewer);
    return strip(viewer.role, viewer.agentId);
  };
}
