// How an expert's phone, or a target's number, is rung for a consult, and what it shows: the field, the entry, the citizen's masked number.
import { isSealed } from '../contact/confidential.js';
import type { Contact } from '../contact/contact.js';
import type { OfferId } from '../contact/ids.js';
import { AppError } from '../errors.js';
import type { Site } from '../site/site.js';
import type { OutsideEffect } from './effect-runner.js';
import { phoneDisplay, sealedDisplay } from './phone-display.js';
import { withheldFrom } from './packet-sender.js';
import type { CallerNumbers, ExpertRing, Sites } from './ports.js';

/** The order for his phone. Outside, our own number is shown: nothing of the citizen to who has not spoken yet. */
export function expertRing(
  { sites, callers }: { readonly sites: Sites; readonly callers: Pick<CallerNumbers, 'numberOf'> },
  contact: Contact,
  { call, ringMs }: Extract<OutsideEffect, { do: 'ringExpert' }>,
): ExpertRing {
  const { legId, expertId, departmentId, line } = call;
  const site = sites.current();
  const shared = { contactId: contact.id, offerId: legId as string as OfferId, ringMs };
  if ('outside' in line && line.target !== undefined) {
    const { targetId, nth } = line.target;
    const target = site.targets.get(targetId);
    const row = target?.numbers[nth - 1];
    const dialled = site.mayHandOver(row?.number ?? '');
    if (!dialled.ok || row === undefined || target === undefined)
      throw new AppError('DIAL_REFUSED', { because: dialled.ok ? 'unknown' : dialled.because });
    const { callerKey, callerShown } = contact.arrival;
    const isTold = withheldFrom(target, { callerShown, isSealed: isSealed(contact) }) === null;
    const number = isTold ? callers.numberOf(callerKey) : undefined;
    const to = { trunkId: row.trunkId, number: dialled.number };
    return { ...shared, to, displayName: '', displayNumber: number ?? ownNumber(site), autoAnswer: false };
  }
  if ('outside' in line) {
    const dialled = site.mayDial(phoneOf(site, expertId));
    if (!dialled.ok) throw new AppError('DIAL_REFUSED', { because: dialled.because });
    const to = { trunkId: site.consultTrunkId, number: dialled.number };
    return { ...shared, to, displayName: '', displayNumber: ownNumber(site), autoAnswer: false };
  }
  const { agentId, deviceId } = line;
  const field = site.expertSeats.departments.get(departmentId)?.name ?? '';
  const display = isSealed(contact)
    ? sealedDisplay(contact.id)
    : phoneDisplay('', contact.arrival.callerMasked, undefined);
  return {
    ...{ ...shared, to: { deviceId }, displayName: `专家咨询|${field}`, displayNumber: display.number },
    autoAnswer: site.agents.get(agentId)?.autoAnswer ?? false,
  };
}

/** The number of his row: nothing else is ever dialled for a consult. */
function phoneOf({ expertSeats }: Site, expertId: string): string {
  const phone = expertSeats.experts.get(expertId)?.phone;
  return phone !== undefined && 'number' in phone ? phone.number : '';
}

function ownNumber({ numbers, mainEntryId }: Site): string {
  return numbers.find(({ entry }) => entry.id === mainEntryId)?.row.number ?? '';
}
