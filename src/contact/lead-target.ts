// Where a call is led: a number behind a trunk.

/** A number behind a trunk: a sub-centre's (分中心), or that of a department's own seats. */
export interface LeadTarget {
  readonly trunkId: string;
  readonly number: string;
  /** The trunk lets us show the citizen's number as our own call's. */
  readonly showsCaller: boolean;
}
