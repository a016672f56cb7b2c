// The secrets in force: read once, completed when devices and agents are added, a PIN replaced at once when asked for.
import type { AgentId, DeviceId } from '../../contact/ids.js';
import { ensureSiteSecrets, replaceAgentPin, type SiteSecrets } from './secrets.js';

/** Passwords of SIP accounts and PINs of agents. */
export interface SecretBook {
  passwordOf(deviceId: DeviceId): string | undefined;
  pinOf(agentId: AgentId): string | undefined;
  /** Makes what is missing for these. @throws AppError CONFIG_INVALID */
  complete(deviceIds: Iterable<DeviceId>, agentIds: Iterable<AgentId>): Promise<void>;
  /** A new PIN, written and in force when this settles. @throws AppError CONFIG_INVALID */
  newPin(agentId: AgentId): Promise<string>;
}

/** A book over the secrets' folder; empty before the first `complete`. */
export function createSecretBook(folder: string): SecretBook {
  let secrets: SiteSecrets = { devicePasswords: new Map(), agentPins: new Map() };
  let turn: Promise<unknown> = Promise.resolve();

  /** Two writers at once would undo each other. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  return {
    passwordOf: (deviceId) => secrets.devicePasswords.get(deviceId),
    pinOf: (agentId) => secrets.agentPins.get(agentId),
    complete: (deviceIds, agentIds) =>
      inTurn(async () => {
        secrets = await ensureSiteSecrets(folder, deviceIds, agentIds);
      }),
    newPin: (agentId) =>
      inTurn(async () => {
        const pin = await replaceAgentPin(folder, agentId);
        secrets = { ...secrets, agentPins: new Map([...secrets.agentPins, [agentId, pin]]) };
        return pin;
      }),
  };
}
