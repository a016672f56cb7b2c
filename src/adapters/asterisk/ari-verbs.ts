// Names the requests of ARI that Yihao makes, one line each, with their shapes; ARI_REFUSED with 404 means "already gone".

import type { AriRequest } from './ari-rest.js';
import type {
  Application,
  AsteriskInfo,
  AsteriskPing,
  Bridge,
  Channel,
  ConfigTuple,
  Endpoint,
  Playback,
  RTPstat,
  Variable,
} from './ari-types.js';
import type { DialEndpoint } from './dial-endpoint.js';

/** Channel variables to set; with `report_events` the variable is in every later event of its channel and in its listing. */
export type AriVariables = Readonly<
  Record<string, string | { readonly value: string; readonly report_events: boolean }>
>;

/** A leg to be made by us. */
export interface NewChannel {
  /** Minted by us: fixed length, for Asterisk refuses an id that is the prefix of a living one. */
  readonly channelId: string;
  readonly endpoint: DialEndpoint;
  readonly appArgs?: string;
  /** Whose formats are offered; `formats` otherwise. */
  readonly originator?: string;
  /** Comma-separated, such as `alaw,ulaw`. Without it Asterisk offers µ-law first, whatever the endpoint allows. */
  readonly formats?: string;
  readonly variables?: AriVariables;
}

/** A leg to be made and rung in one request. */
export interface Originate extends NewChannel {
  /** `"Name" <number>`, as the phone shows it. */
  readonly callerId?: string;
  /** Rounded up to whole seconds, Asterisk's unit. */
  readonly ringTimeoutMs: number;
}

/** An ear at a channel; `out` = what goes out to its far end. */
export interface Snoop {
  readonly snoopId: string;
  readonly spy: 'both';
  readonly whisper: 'none' | 'out';
  readonly appArgs: string;
}

/** Which part of a channel's audio is silenced: what comes in from it, what goes out to it, or both. */
export type MuteDirection = 'in' | 'out' | 'both';

/** How the app answers a phone's own transfer request (REFER). */
export type TransferState =
  'channel_progress' | 'channel_answered' | 'channel_unavailable' | 'channel_declined';

/** A dynamic object of Asterisk's configuration, such as `res_pjsip`, `endpoint`, `1001`. */
export interface ConfigObject {
  readonly configClass: string;
  readonly objectType: string;
  readonly id: string;
}

/** The requests, by what they act on. */
export type AriVerbs = ReturnType<typeof createAriVerbs>;

/** Binds the verbs to `request`, for the application `app`. */
export function createAriVerbs(request: AriRequest, app: string) {
  return {
    channels: channelVerbs(request, app),
    playbacks: {
      stop: (playbackId: string) => request<void>('DELETE', at`playbacks/${playbackId}`),
    },
    bridges: bridgeVerbs(request),
    endpoints: {
      list: () => request<readonly Endpoint[]>('GET', 'endpoints'),
      get: (tech: string, resource: string) => request<Endpoint>('GET', at`endpoints/${tech}/${resource}`),
    },
    application: {
      get: () => request<Application>('GET', at`applications/${app}`),
      /** Such as `endpoint:PJSIP/1001`. Lasts as long as Asterisk runs, whether the socket is open or not. */
      subscribe: (eventSources: readonly string[]) =>
        request<Application>('POST', at`applications/${app}/subscription`, {
          query: { eventSource: eventSources },
        }),
      /** Event types not to be sent; replaces the former list. */
      setEventFilter: (disallowed: readonly string[]) =>
        request<Application>('PUT', at`applications/${app}/eventFilter`, {
          body: { disallowed: disallowed.map((type) => ({ type })) },
        }),
    },
    config: {
      get: (object: ConfigObject) => request<readonly ConfigTuple[]>('GET', configPath(object)),
      put: (object: ConfigObject, fields: Readonly<Record<string, string>>) =>
        request<readonly ConfigTuple[]>('PUT', configPath(object), {
          body: { fields: Object.entries(fields).map(([attribute, value]) => ({ attribute, value })) },
        }),
      remove: (object: ConfigObject) => request<void>('DELETE', configPath(object)),
    },
    asterisk: {
      info: () => request<AsteriskInfo>('GET', 'asterisk/info'),
      ping: () => request<AsteriskPing>('GET', 'asterisk/ping'),
      /** A global variable; '' where there is none. */
      getVariable: (variable: string) =>
        request<Variable>('GET', 'asterisk/variable', { query: { variable } }),
    },
  };
}

function channelVerbs(request: AriRequest, app: string) {
  const get = (channelId: string) => request<Channel>('GET', at`channels/${channelId}`);
  const make = async (
    path: string,
    body: Readonly<Record<string, unknown>> & { channelId: string },
    urgent = false,
  ) =>
    (await request<Channel | undefined>('POST', path, { body: { app, ...body }, mintedId: true, urgent })) ??
    get(body.channelId);

  return {
    get,
    list: () => request<readonly Channel[]>('GET', 'channels'),
    /** Makes the leg without ringing it: put variables or a bridge in place first, then `dial`. */
    create: (channel: NewChannel) => make('channels/create', { ...channel }),
    originate: ({ ringTimeoutMs, ...channel }: Originate) =>
      make('channels', { ...channel, timeout: wholeSeconds(ringTimeoutMs) }, true),
    /** A channel that hears another one: `spy` whose sides, `whisper` to whom what it is given is said. */
    snoop: (channelId: string, { snoopId, ...body }: Snoop) =>
      request<Channel>('POST', at`channels/${channelId}/snoop/${snoopId}`, {
        body: { app, ...body },
        mintedId: true,
      }),
    dial: (channelId: string, options: { callerChannelId?: string; ringTimeoutMs: number }) =>
      request<void>('POST', at`channels/${channelId}/dial`, {
        body: { caller: options.callerChannelId, timeout: wholeSeconds(options.ringTimeoutMs) },
      }),
    answer: (channelId: string) => request<void>('POST', at`channels/${channelId}/answer`),
    ring: (channelId: string) => request<void>('POST', at`channels/${channelId}/ring`),
    ringStop: (channelId: string) => request<void>('DELETE', at`channels/${channelId}/ring`),
    /** `causeCode` is Q.850's: 16 normal, 17 busy, 21 declined, 41 temporary failure. */
    hangup: (channelId: string, causeCode = 16) =>
      request<void>('DELETE', at`channels/${channelId}`, { query: { reason_code: causeCode } }),
    /** Plays `sound:` items without a gap. A missing file ends in PlaybackFinished with state `failed`, in a list in silence. */
    play: (channelId: string, playbackId: string, media: readonly string[], lang?: string) =>
      request<Playback>('POST', at`channels/${channelId}/play/${playbackId}`, { body: { media, lang } }),
    startMoh: (channelId: string, mohClass?: string) =>
      request<void>('POST', at`channels/${channelId}/moh`, { body: { mohClass } }),
    stopMoh: (channelId: string) => request<void>('DELETE', at`channels/${channelId}/moh`),
    mute: (channelId: string, direction: MuteDirection) =>
      request<void>('POST', at`channels/${channelId}/mute`, { body: { direction } }),
    unmute: (channelId: string, direction: MuteDirection) =>
      request<void>('DELETE', at`channels/${channelId}/mute`, { query: { direction } }),
    setVariables: (channelId: string, variables: AriVariables) =>
      request<void>('POST', at`channels/${channelId}/variables`, { body: { variables } }),
    /** A variable or a dialplan function, such as `CHANNEL(rtp,secure)`. */
    getVariable: (channelId: string, variable: string) =>
      request<Variable>('GET', at`channels/${channelId}/variable`, { query: { variable } }),
    rtpStatistics: (channelId: string) => request<RTPstat>('GET', at`channels/${channelId}/rtp_statistics`),
    sendDtmf: (channelId: string, dtmf: string) =>
      request<void>('POST', at`channels/${channelId}/dtmf`, { body: { dtmf } }),
    /** Hands the channel back to the dialplan. */
    continueInDialplan: (channelId: string, context: string, extension: string, priority: number) =>
      request<void>('POST', at`channels/${channelId}/continue`, { body: { context, extension, priority } }),
    transferProgress: (channelId: string, states: TransferState) =>
      request<void>('POST', at`channels/${channelId}/transfer_progress`, { body: { states } }),
  };
}

function bridgeVerbs(request: AriRequest) {
  return {
    list: () => request<readonly Bridge[]>('GET', 'bridges'),
    get: (bridgeId: string) => request<Bridge>('GET', at`bridges/${bridgeId}`),
    /** `mixing,dtmf_events` rather than `mixing`, for else the digits of a two-party talk never reach us. */
    create: (bridgeId: string, type = 'mixing,dtmf_events') =>
      request<Bridge>('POST', at`bridges/${bridgeId}`, { body: { type }, mintedId: true }),
    /**
     * `absorbDtmf`: the channels' digits are reported to us and go no further. Nobody in the bridge is told who came in: the number is
     * shown to whom we show it, and each phone is spared an offer anew in its first moments of talk.
     */
    addChannels: (bridgeId: string, channelIds: readonly string[], options: { absorbDtmf?: boolean } = {}) =>
      request<void>('POST', at`bridges/${bridgeId}/addChannel`, {
        body: {
          channel: channelIds,
          absorbDTMF: options.absorbDtmf ?? false,
          inhibitConnectedLineUpdates: true,
        },
      }),
    removeChannels: (bridgeId: string, channelIds: readonly string[]) =>
      request<void>('POST', at`bridges/${bridgeId}/removeChannel`, { body: { channel: channelIds } }),
    destroy: (bridgeId: string) => request<void>('DELETE', at`bridges/${bridgeId}`),
  };
}

/** A path whose ids are escaped, so that none of them can reach another resource. */
function at(parts: TemplateStringsArray, ...ids: readonly string[]): string {
  return String.raw({ raw: parts }, ...ids.map(encodeURIComponent));
}

function configPath({ configClass, objectType, id }: ConfigObject): string {
  return at`asterisk/config/dynamic/${configClass}/${objectType}/${id}`;
}

function wholeSeconds(durationMs: number): number {
  return Math.ceil(durationMs / 1000);
}
