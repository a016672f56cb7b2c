// Why a person's act was refused: one union for every door an act can come through.
import type { AgentRefusal } from '../contact/agent.js';
import type { ContactRefusal } from '../contact/contact-signals.js';

/** A refused act: a code of `errors.ts`. */
export type ActRefusal =
  | AgentRefusal
  | ContactRefusal
  | 'CONTACT_UNKNOWN'
  | 'AGENT_UNKNOWN'
  | 'TEAM_ENDED'
  | 'SUPERVISOR_NO_PHONE'
  | 'SUPERVISOR_BUSY'
  | 'EXPERT_UNKNOWN'
  | 'EXPERTS_OFF_DUTY'
  | 'TARGET_UNKNOWN';
