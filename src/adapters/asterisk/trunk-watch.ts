// Which lines to the carrier are in use, and whether the trunks that register are registered: looked at every few seconds.
import type { TrunkSeen } from '../../engine/ports.js';
import { AppError } from '../../errors.js';
import type { AmiClient } from './ami-client.js';
import type { AriClient } from './ari-client.js';

/** The last look. */
export interface TrunkWatch {
  trunks(): readonly TrunkSeen[];
  start(): void;
  stop(): void;
}

const lookEveryMs = 5_000;

/** A watch over the endpoints that the dialplan has a limit for: the trunks. While Asterisk is away the last look stands. */
export function createTrunkWatch(
  ari: AriClient,
  ami: AmiClient,
  isDevice: (endpoint: string) => boolean,
): TrunkWatch {
  let seen: readonly TrunkSeen[] = [];
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const [endpoints, registrations] = await Promise.all([ari.endpoints.list(), registrationsOf(ami)]);
    const found = await Promise.all(
      endpoints
        .filter(({ technology, resource }) => technology === 'PJSIP' && !isDevice(resource))
        .map(async ({ resource, channel_ids }) => ({
          trunkId: resource,
          linesInUse: channel_ids.length,
          lines: await linesOf(ari, resource),
          registration: registrations.get(resource) ?? ('none' as const),
        })),
    );
    // A phone just taken out may still be listed.
    seen = found.filter(({ lines }) => lines !== null);
  }

  return {
    trunks: () => seen,
    start() {
      // Asterisk away is told elsewhere; the next look finds it again.
      timer = setInterval(() => void look().catch(() => undefined), lookEveryMs).unref();
      void look().catch(() => undefined);
    },
    stop: () => clearInterval(timer),
  };
}

/** The limit that the dialplan holds this trunk to, read where it is held. */
async function linesOf(ari: AriClient, trunkId: string): Promise<number | null> {
  const { value } = await ari.asterisk.getVariable(`LINES_${trunkId}`);
  return /^\d+$/.test(value) ? Number(value) : null;
}

async function registrationsOf(ami: AmiClient): Promise<ReadonlyMap<string, TrunkSeen['registration']>> {
  const { items } = await ami.action('PJSIPShowRegistrationsOutbound').catch(noneThere);
  return new Map(
    items.flatMap(({ ObjectName, Status }) =>
      typeof ObjectName === 'string'
        ? [[ObjectName, Status === 'Registered' ? 'registered' : 'failed'] as const]
        : [],
    ),
  );
}

/** Without any registering trunk Asterisk calls the list an error. */
function noneThere(error: unknown): { readonly items: readonly Record<string, string>[] } {
  if (error instanceof AppError && error.code === 'AMI_REFUSED') return { items: [] };
  throw error;
}
