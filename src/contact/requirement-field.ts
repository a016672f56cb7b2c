// Reads a requirement from a site's file: a text, or a list of texts that must all hold.
import type { Fields } from './fields.js';
import { allOf, readRequirement, type Requirement } from './requirement.js';

/** The requirement under a key; where there is none, anybody. What cannot be read becomes a finding. */
export function requirementField(fields: Fields, key: string): Requirement {
  return allOf(
    fields.texts(key).flatMap((text) => {
      const read = readRequirement(text);
      if (read.ok) return [read.requirement];
      fields.wrong([key], 'badRequirement', badRequirement(text, read.at));
      return [];
    }),
  );
}

const badRequirement = (text: string, at: string) => ({
  zh: `看不懂所需技能「${text}」${at === '' ? '的结尾' : `中的「${at}」`}。写法:技能名,可加「>= 1 到 10」,以 and(且)、or(或)和括号连接,如 tax >= 3 and lang.zh。`,
  en: `The requirement "${text}" cannot be read at ${at === '' ? 'its end' : `"${at}"`}: write skills, with ">= 1" to ">= 10" where a level is asked, joined by and, or and parentheses, e.g. tax >= 3 and lang.zh.`,
});
