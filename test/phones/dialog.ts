// The dialog of a call (RFC 3261 §12): tags, sequence numbers, route set and remote target, and the requests made inside it. Pure.
import {
  headerOf,
  headersOf,
  parseCSeq,
  parseNameAddress,
  parseSipUri,
  requiredHeader,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from './sip-message.js';

/** What both ends agreed upon. `local` and `remote` are the whole From and To values, tags included. */
export interface Dialog {
  readonly callId: string;
  readonly local: string;
  readonly localTag: string;
  readonly remote: string;
  readonly remoteTag: string;
  readonly remoteTarget: string;
  readonly routes: readonly string[];
  readonly localSequence: number;
}

/** The dialog a 1xx or 2xx makes for the side that called. @throws SipParseError */
export function dialogOfCaller(invite: SipRequest, response: SipResponse): Dialog {
  const local = requiredHeader(invite, 'From');
  const remote = requiredHeader(response, 'To');
  return {
    callId: requiredHeader(invite, 'Call-ID'),
    local,
    localTag: tagOf(local),
    remote,
    remoteTag: tagOf(remote),
    remoteTarget: contactUri(response) ?? invite.uri,
    routes: [...headersOf(response, 'Record-Route')].reverse(),
    localSequence: parseCSeq(requiredHeader(invite, 'CSeq')).number,
  };
}

/** The dialog an INVITE makes for the side that was called. @throws SipParseError */
export function dialogOfCallee(invite: SipRequest, localTag: string): Dialog {
  const remote = requiredHeader(invite, 'From');
  return {
    callId: requiredHeader(invite, 'Call-ID'),
    local: `${requiredHeader(invite, 'To')};tag=${localTag}`,
    localTag,
    remote,
    remoteTag: tagOf(remote),
    remoteTarget: contactUri(invite) ?? parseNameAddress(remote).uri,
    routes: headersOf(invite, 'Record-Route'),
    localSequence: 0,
  };
}

/** The dialog with the remote target of a later message (a re-INVITE moves it). */
export function withTargetOf(dialog: Dialog, message: SipRequest | SipResponse): Dialog {
  return { ...dialog, remoteTarget: contactUri(message) ?? dialog.remoteTarget };
}

/** A request inside the dialog. Give `sequence` for an ACK (its INVITE's number); otherwise it is the next one. */
export function makeDialogRequest(
  dialog: Dialog,
  method: string,
  extra: { readonly headers?: readonly SipHeader[]; readonly body?: string; readonly sequence?: number } = {},
): SipRequest {
  return {
    kind: 'request',
    method,
    uri: dialog.remoteTarget,
    headers: [
      { name: 'Max-Forwards', value: '70' },
      { name: 'From', value: dialog.local },
      { name: 'To', value: dialog.remote },
      { name: 'Call-ID', value: dialog.callId },
      { name: 'CSeq', value: `${extra.sequence ?? dialog.localSequence + 1} ${method}` },
      ...dialog.routes.map((value) => ({ name: 'Route', value })),
      ...(extra.headers ?? []),
    ],
    body: extra.body ?? '',
  };
}

/** Where the dialog's requests go: the first route, or the remote target. */
export function nextHop(dialog: Dialog): { readonly host: string; readonly port: number } {
  const route = dialog.routes[0];
  const uri = parseSipUri(route === undefined ? dialog.remoteTarget : parseNameAddress(route).uri);
  return { host: uri.host, port: uri.port ?? 5060 };
}

/** The tag of a From or To value, '' when it has none. */
export function tagOf(value: string): string {
  return parseNameAddress(value).params.get('tag') ?? '';
}

function contactUri(message: SipRequest | SipResponse): string | undefined {
  const contact = headerOf(message, 'Contact');
  return contact === undefined ? undefined : parseNameAddress(contact).uri;
}
