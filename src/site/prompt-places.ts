// Where a site says each prompt: by the service itself, in flows, for a number, for a legal route. Whoever listens or deletes wants to know.
import { cityWords } from '../contact/contact-city.js';
import { promptUses, type PromptUse } from '../ivr/prompt-uses.js';
import { wordsEverOf } from '../numbers/call-words.js';
import { dialplanPrompts, servicePrompts } from './check-site.js';
import { routePrompts } from './legal-route.js';
import type { Site } from './site.js';

/** The places of one prompt. */
export interface PromptPlaces {
  /** `service`: whatever the files say; `dialplan`: by Asterisk, while the service is away. */
  readonly always: 'service' | 'dialplan' | null;
  readonly flows: readonly PromptUse[];
  /** Names of the ledger's numbers. */
  readonly numbers: readonly string[];
  readonly routes: readonly { readonly name: string; readonly en: string }[];
}

/** Tells the places of any prompt of a site. */
export function promptPlaces(
  site: Pick<Site, 'flows' | 'numbers' | 'legalRoutes' | 'otherCities' | 'areaCode'>,
): (id: string) => PromptPlaces {
  const uses = promptUses(site.flows.values());
  const routes = [...site.legalRoutes.values()].map(({ name, en, ...route }) => ({
    ids: [
      ...routePrompts({ name, en, ...route }).map((prompt) => prompt.id),
      ...(route.kind === 'region' && site.otherCities.size > 0 ? Object.values(cityWords) : []),
    ],
    place: { name, en },
  }));
  const numbers = site.numbers.map(({ row }) => ({
    ids: wordsEverOf(row, site.areaCode).flatMap(({ opening, farewell, announcement, lead }) =>
      [opening, farewell, announcement, lead?.first, lead?.back].flatMap((prompt) => prompt?.id ?? []),
    ),
    place: row.name,
  }));
  const isIn = (list: readonly string[], id: string): boolean => list.includes(id);
  return (id) => ({
    always: isIn(servicePrompts, id) ? 'service' : isIn(dialplanPrompts, id) ? 'dialplan' : null,
    flows: uses.get(id) ?? [],
    numbers: [...new Set(numbers.filter(({ ids }) => ids.includes(id)).map(({ place }) => place))],
    routes: routes.filter(({ ids }) => ids.includes(id)).map(({ place }) => place),
  });
}
