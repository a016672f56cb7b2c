// Makes the SIP accounts of the site's devices in Asterisk, over ARI, and keeps them there.
import type { DeviceId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import type { AriClient } from './ari-client.js';

/** A SIP account to be made. */
export interface DeviceAccount {
  readonly deviceId: DeviceId;
  readonly password: string;
}

/** How phones are watched and where their media is bound. */
export interface AccountSettings {
  /** The address phones reach us at; RTP is bound to it. */
  readonly mediaAddress: string;
  /** How often a phone is asked whether it lives. */
  readonly qualifyEveryMs: number;
  /** How long it may take to answer. */
  readonly qualifyTimeoutMs: number;
  /** No RTP for this long = the phone is lost. */
  readonly rtpTimeoutMs: number;
  readonly rtpTimeoutHeldMs: number;
}

/** Accounts written at one time. */
const inParallel = 8;

const configClass = 'res_pjsip';
/** The dialplan's context for what phones dial. */
const phoneContext = 'agents';

/** The accounts that Asterisk has from us. */
export interface AccountKeeper {
  /**
   * Writes what is new or has another password, takes out what is gone: first of all what Asterisk kept from before this
   * process and the site has no longer. One call after the other.
   * @throws AppError as the ARI client does; accounts written so far stay.
   */
  bring(accounts: readonly DeviceAccount[]): Promise<void>;
  /**
   * Nothing is known of what Asterisk has: the next call writes every account, which changes nothing where it is there.
   * Asterisk keeps them in astdb, yet what was written less than a second before a kill is lost: so after every connect.
   */
  forget(): void;
}

/** No account written yet. */
export function createAccountKeeper(ari: AriClient, settings: AccountSettings): AccountKeeper {
  const written = new Map<DeviceId, string>();
  /** Whether what Asterisk kept from before has been looked at. */
  let isLookedAt = false;
  let turn: Promise<void> = Promise.resolve();

  async function bring(accounts: readonly DeviceAccount[]): Promise<void> {
    const wanted = new Set(accounts.map(({ deviceId }) => deviceId));
    const waiting = accounts.filter(({ deviceId, password }) => written.get(deviceId) !== password);
    const gone = [...written.keys()].filter((deviceId) => !wanted.has(deviceId));
    // A phone taken out while we were away must not wait for those that stay.
    if (!isLookedAt) {
      await removeLeftovers(ari, wanted);
      isLookedAt = true;
    }
    const worker = async () => {
      for (let account = waiting.shift(); account !== undefined; account = waiting.shift()) {
        await pushAccount(ari, account, settings);
        written.set(account.deviceId, account.password);
      }
    };
    await Promise.all(Array.from({ length: inParallel }, worker));
    for (const deviceId of gone) {
      await removeAccount(ari, deviceId);
      written.delete(deviceId);
    }
  }

  return {
    bring(accounts) {
      const result = turn.then(() => bring(accounts));
      turn = result.catch(() => undefined);
      return result;
    },
    forget() {
      written.clear();
      isLookedAt = false;
    },
  };
}

/** Endpoints in a phone's context that are no phone of the site's. Trunks have a context of their own, and are in a file. */
async function removeLeftovers(ari: AriClient, wanted: ReadonlySet<string>): Promise<void> {
  const endpoints = await ari.endpoints.list();
  const strangers = endpoints.filter(
    ({ technology, resource }) => technology === 'PJSIP' && !wanted.has(resource),
  );
  for (const { resource } of strangers)
    if ((await contextOf(ari, resource)) === phoneContext) await removeAccount(ari, resource as DeviceId);
}

/** Where an endpoint's calls begin; undefined where it is gone meanwhile. */
async function contextOf(ari: AriClient, id: string): Promise<string | undefined> {
  const fields = await ari.config.get({ configClass, objectType: 'endpoint', id }).catch(nothingWhereGone);
  return fields?.find(({ attribute }) => attribute === 'context')?.value;
}

function nothingWhereGone(error: unknown): undefined {
  if (!(error instanceof AppError && error.details['status'] === 404)) throw error;
}

/** Endpoint first: nobody can register any more. What is not there is gone already. */
async function removeAccount(ari: AriClient, id: DeviceId): Promise<void> {
  for (const objectType of ['endpoint', 'aor', 'auth'])
    await ari.config.remove({ configClass, objectType, id }).catch(nothingWhereGone);
}

async function pushAccount(ari: AriClient, account: DeviceAccount, settings: AccountSettings): Promise<void> {
  const { deviceId: id, password } = account;
  await ari.config.put(
    { configClass, objectType: 'auth', id },
    { auth_type: 'digest', username: id, password },
  );
  await ari.config.put({ configClass, objectType: 'aor', id }, aorFields(settings));
  await ari.config.put({ configClass, objectType: 'endpoint', id }, endpointFields(id, settings));
}

function aorFields({ qualifyEveryMs, qualifyTimeoutMs }: AccountSettings): Record<string, string> {
  return {
    // A second address takes the place of the first: a phone that moved is the phone.
    max_contacts: '1',
    remove_existing: 'yes',
    qualify_frequency: String(Math.ceil(qualifyEveryMs / 1000)),
    qualify_timeout: String(qualifyTimeoutMs / 1000),
  };
}

function endpointFields(id: string, settings: AccountSettings): Record<string, string> {
  return {
    context: phoneContext,
    language: 'zh',
    identify_by: 'auth_username,username',
    allow_overlap: 'no',
    disallow: 'all',
    allow: 'alaw,ulaw',
    auth: id,
    aors: id,
    direct_media: 'no',
    // Bound to every address, Asterisk chooses per phone.
    ...(settings.mediaAddress !== '0.0.0.0' && {
      media_address: settings.mediaAddress,
      bind_rtp_to_media_address: 'yes',
    }),
    rtp_timeout: String(Math.ceil(settings.rtpTimeoutMs / 1000)),
    rtp_timeout_hold: String(Math.ceil(settings.rtpTimeoutHeldMs / 1000)),
    dtmf_mode: 'auto_info',
    send_pai: 'yes',
    // A hold is ours to answer with music; the phone's own music on hold stays out.
    moh_passthrough: 'no',
  };
}
