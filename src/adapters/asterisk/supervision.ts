// A supervisor in a talk: his own leg and an ear at the agent's, in a bridge of theirs. The talk's bridge is left alone.
import { AppError } from '../../errors.js';
import type { ListenOrder, SupervisorRing, Telephony } from '../../engine/ports.js';
import type { AriClient } from './ari-client.js';
import { variableNames } from './channel-facts.js';
import { phoneEndpoint } from './dial-endpoint.js';
import { autoAnswerHeaders } from './auto-answer.js';

/** The verbs of a supervision, and the news they wait for. */
export interface SupervisionVerbs extends Pick<
  Telephony,
  'ringSupervisor' | 'listen' | 'unlisten' | 'endSupervision'
> {
  /** An ear has come into the application. */
  entered(earId: string): void;
}

/** What tells an ear's and a supervisor's leg from others in Stasis. */
export const supervisionArgs = { leg: 'supervisor', ear: 'ear' } as const;

/** An ear is there within this, or never. */
const earMs = 2_000;
const ringNetMs = 2_000;

/** Supervisions on one node. */
export function createSupervisionVerbs(ari: AriClient): SupervisionVerbs {
  const awaited = new Map<string, () => void>();

  /** Made with a promise before the ear is asked for: it may be there before the answer is. */
  function earThere(earId: string): { readonly there: Promise<void>; readonly forget: () => void } {
    let timer: NodeJS.Timeout | undefined;
    const there = new Promise<void>((resolve, reject) => {
      awaited.set(earId, resolve);
      timer = setTimeout(
        () => reject(new AppError('DEADLINE_EXCEEDED', { part: 'ari', deadlineMs: earMs })),
        earMs,
      );
    });
    // Where the request itself fails nobody waits for this.
    there.catch(() => undefined);
    return {
      there,
      forget() {
        clearTimeout(timer);
        awaited.delete(earId);
      },
    };
  }

  async function listen({ supervisionId, earId, legId, mode }: ListenOrder): Promise<void> {
    const ear = earThere(earId);
    try {
      await ari.channels.snoop(legId, {
        snoopId: earId,
        spy: 'both',
        whisper: mode === 'whisper' ? 'out' : 'none',
        appArgs: supervisionArgs.ear,
      });
      await ear.there;
    } finally {
      ear.forget();
    }
    // Another way of listening is another ear in the same bridge, which Asterisk then refuses to make again.
    await ari.bridges.create(supervisionId).catch(ignoreThere);
    await ari.bridges.addChannels(supervisionId, [earId]);
    // The keys he presses are for nobody's ear.
    await ari.bridges.addChannels(supervisionId, [supervisionId], { absorbDtmf: true });
  }

  async function ringSupervisor(ring: SupervisorRing): Promise<void> {
    await ari.channels.originate({
      channelId: ring.supervisionId,
      endpoint: phoneEndpoint(ring.deviceId),
      appArgs: supervisionArgs.leg,
      callerId: `"${ring.displayName}" <${ring.displayNumber}>`,
      ringTimeoutMs: ring.ringMs + ringNetMs,
      formats: 'alaw,ulaw',
      variables: {
        [variableNames.supervision]: { value: ring.supervisionId, report_events: true },
        'PJSIP_TRANSFER_HANDLING()': 'ari-only',
        ...(ring.autoAnswer && autoAnswerHeaders),
      },
    });
  }

  return {
    entered: (earId) => awaited.get(earId)?.(),
    ringSupervisor,
    listen,
    unlisten: (earId) => ari.channels.hangup(earId).catch(ignoreGone),
    async endSupervision(supervisionId, earId) {
      const ends = [
        ari.channels.hangup(supervisionId),
        ...(earId === null ? [] : [ari.channels.hangup(earId)]),
        ari.bridges.destroy(supervisionId),
      ];
      await Promise.all(ends.map((end) => end.catch(ignoreGone)));
    },
  };
}

function ignoreThere(error: unknown): void {
  if (error instanceof AppError && error.details['status'] === 409) return;
  throw error;
}

function ignoreGone(error: unknown): void {
  if (error instanceof AppError && error.details['status'] === 404) return;
  throw error;
}
