// Makes the SIP accounts of the site's devices in Asterisk, over ARI, and keeps them there.
import type { DeviceId } from '../../contact/ids.js';
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

/**
 * Writes every account; the same again changes nothing. Asterisk keeps them in astdb, yet what was written less than a
 * second before a kill is lost, so this runs after every connect.
 * @throws AppError as the ARI client does; accounts written so far stay.
 */
export async function pushAccounts(
  ari: AriClient,
  accounts: readonly DeviceAccount[],
  settings: AccountSettings,
): Promise<void> {
  const waiting = [...accounts];
  const worker = async () => {
    for (let account = waiting.shift(); account !== undefined; account = waiting.shift()) {
      await pushAccount(ari, account, settings);
    }
  };
  await Promise.all(Array.from({ length: inParallel }, worker));
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
    context: 'agents',
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
