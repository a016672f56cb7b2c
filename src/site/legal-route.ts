// 法定渠道: where a matter goes that is not the hotline's, and what the citizen hears and reads of it.
import type { PromptRef } from '../contact/prompt-ref.js';

/** Why a matter is not taken (不予受理). */
export const scopeKinds = [
  'court',
  'arbitration',
  'discipline',
  'review',
  'disclosure',
  'petition',
  'secret',
  'region',
] as const;
export type ScopeKind = (typeof scopeKinds)[number];

/** One row of legal-routes.yaml. */
export interface LegalRoute {
  readonly kind: ScopeKind;
  readonly name: string;
  readonly en: string;
  readonly prompt: string;
  /** To be dialled instead; null = there is none. */
  readonly number: string | null;
  /** Id of the short message that says the same; null = none is sent. */
  readonly message: string | null;
  /** 法定依据. */
  readonly basis: string;
  /** Cities by area code, where the matter is another city's; else none. */
  readonly cities: ReadonlyMap<string, string>;
}

/**
 * Nationwide short numbers of bodies that keep their own lines, so that no ledger lists them: the courts (ASSUMED), discipline, the
 * police's by short message, rescue at sea.
 */
export const otherBodies: ReadonlySet<string> = new Set(['12368', '12388', '12110', '12395']);

/** What the citizen hears, in order; another city's number twice. `areaCode` is one of the route's cities. */
export function routePrompts(
  { prompt, number, cities }: LegalRoute,
  areaCode?: string,
): readonly PromptRef[] {
  const said: PromptRef =
    areaCode !== undefined
      ? { id: prompt, slots: { city: areaCode, area: areaCode } }
      : { id: prompt, ...(number !== null && { slots: { number } }) };
  return [{ id: 'scope.lead' }, said, ...(cities.size > 0 ? [said] : []), { id: 'scope.end' }];
}

/** The slots of the short message. */
export function routeSlots({ cities }: LegalRoute, areaCode?: string): Readonly<Record<string, string>> {
  return areaCode === undefined ? {} : { city: cities.get(areaCode) ?? '', area: areaCode };
}

/** What other cities are called, by area code, as far as the routes of a site name them. */
export function cityNames(routes: ReadonlyMap<ScopeKind, LegalRoute>): ReadonlyMap<string, string> {
  return routes.get('region')?.cities ?? new Map<string, string>();
}
