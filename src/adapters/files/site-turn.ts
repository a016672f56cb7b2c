// One change of a site's files after the other, whoever asks.

/** Does work when everything asked for before is done. */
export type SiteTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A turn that the editors of one folder share. */
export function createSiteTurn(): SiteTurn {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };
}
