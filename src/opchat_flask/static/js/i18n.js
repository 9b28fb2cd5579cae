/** Strings of the page's language, with plural forms by CLDR. */

import { config } from "./config.js";

const plural = new Intl.PluralRules(config.language);
const number = new Intl.NumberFormat(config.language);

/**
 * The string of a key. With a `count` it is the plural form that fits.
 * @param {string} key
 * @param {Record<string, string | number>} [values] Fill `{{name}}`.
 */
export function t(key, values = {}) {
  const form = typeof values.count === "number" ? `${key}_${plural.select(values.count)}` : key;
  const text = config.strings[form];
  if (text === undefined) throw new Error(`no string ${form}`);
  return text.replace(/\{\{(\w+)\}\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? number.format(value) : String(value);
  });
}

/**
 * Whether there is a string: for codes that a newer server may know and these scripts do not.
 * @param {string} key
 */
export const has = (key) => key in config.strings;

/** Bring what an open chat says. */
export async function loadChatStrings() {
  const response = await fetch(config.chatStrings);
  if (!response.ok) throw new Error(`no strings: ${response.status}`);
  Object.assign(config.strings, await response.json());
}
