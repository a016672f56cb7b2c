// The ids of the house, branded so that one can never be passed for another.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** One citizen's visit, from arrival to hang-up. UUIDv7, minted by the engine. */
export type ContactId = Branded<'ContactId'>;
/** An agent's 工号, as in `ivr-flows/agents.yaml`: digits, always quoted. */
export type AgentId = Branded<'AgentId'>;
/** A SIP account that an agent signs in at. */
export type DeviceId = Branded<'DeviceId'>;
/** One attempt to bring one contact to one agent. UUIDv7. */
export type OfferId = Branded<'OfferId'>;
/** A channel as Asterisk names it: its own `epoch.n` for arrivals, our UUIDv7 for legs we make. */
export type ChannelId = Branded<'ChannelId'>;
/** One supervisor's listening to one talk; names his leg and the bridge he hears in. UUIDv7. */
export type SupervisionId = Branded<'SupervisionId'>;
/** One consult of an expert; names the bridge in which agent and expert talk. UUIDv7. */
export type ConsultId = Branded<'ConsultId'>;
/** A mixing bridge. UUIDv7. */
export type BridgeId = Branded<'BridgeId'>;
/** One playback. UUIDv7. */
export type PlayId = Branded<'PlayId'>;
/** A queue of `ivr-flows/queues.yaml`. */
export type QueueId = Branded<'QueueId'>;
/** A skill's name, e.g. `tax`, `lang.yue`. */
export type SkillName = Branded<'SkillName'>;
/** A flow: one file of `ivr-flows/flows/`. */
export type FlowId = Branded<'FlowId'>;
/** An Asterisk node, e.g. `n1`. */
export type NodeId = Branded<'NodeId'>;
/** HMAC-SHA-256 of the normalised caller number with the site's secret, base64url; `''` when no number was shown. */
export type CallerKey = Branded<'CallerKey'>;
