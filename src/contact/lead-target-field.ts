// Reads where calls are led: a trunk and a number, of the ledger's rows and of flows alike.
import { neverDialled } from './dial-out.js';
import type { Fields } from './fields.js';
import type { LeadTarget } from './lead-target.js';

/** Whether its trunk exists is seen when all files are read. */
export function readLeadTarget(target: Fields): LeadTarget {
  target.refuseOthers(['trunk', 'number', 'showsCaller']);
  const number = target.id('number');
  refuseUndialled(target, number);
  return { trunkId: target.id('trunk'), number, showsCaller: target.flag('showsCaller', false) };
}

/** The number of these fields is one that some site may dial; an empty one was told of already. */
export function refuseUndialled(fields: Fields, number: string): void {
  if (number === '' || neverDialled(number) === null) return;
  fields.wrong(['number'], 'notDialled', {
    zh: `号码 ${number} 不能拨打:只写 3 至 16 位数字;紧急号码、声讯号码(16 开头的五位以上等)、国际号码不可以。`,
    en: `${number} is not dialled: 3 to 16 figures; no emergency, premium (16…) or foreign number.`,
  });
}
