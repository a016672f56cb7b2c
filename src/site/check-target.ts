// Whether calls can be led where a file says: over a trunk that there is, and that calls can go out by.
import type { LeadTarget } from '../contact/contact.js';
import { mayDial, neverDialled, type DialRules } from '../contact/dial-out.js';
import { unknownName } from '../ivr/parse-flow.js';

/** What is amiss with a target's trunk; a missing one is told by whoever reads the row. */
export function checkTarget(
  dialsOut: ReadonlyMap<string, boolean>,
  target: Pick<LeadTarget, 'trunkId'> | undefined,
): readonly { readonly code: string; readonly zh: string; readonly en: string }[] {
  if (target === undefined || target.trunkId === '') return [];
  const { trunkId } = target;
  const ways = dialsOut.get(trunkId);
  if (ways === undefined)
    return [{ code: 'unknownTrunk', ...unknownName('中继', 'trunk', trunkId, 'trunks.yaml') }];
  const zh = `中继 ${trunkId} 没有写 contact,无法由它呼出。请在 trunks.yaml 中写入 contact。`;
  const en = `Trunk ${trunkId} has no contact, so no call can go out by it: write one in trunks.yaml.`;
  return ways ? [] : [{ code: 'trunkNotDialling', zh, en }];
}

/** A number that leads are dialled to must be one that dial-out.yaml lets be dialled; what nobody may dial was told of already. */
export function checkDialled(
  rules: DialRules,
  target: Pick<LeadTarget, 'number'> | undefined,
): readonly { readonly code: string; readonly zh: string; readonly en: string }[] {
  const number = target?.number ?? '';
  if (number === '' || neverDialled(number) !== null || mayDial(rules, number).ok) return [];
  return [
    {
      code: 'dialNotAllowed',
      zh: `dial-out.yaml 没有放开号码 ${number},无法拨打。请核对号码,或在 dial-out.yaml 中放开。`,
      en: `dial-out.yaml does not let ${number} be dialled: check the number, or allow it there.`,
    },
  ];
}
