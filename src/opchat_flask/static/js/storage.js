/** What this browser remembers for one operator: drafts, and answers that are not stored at the server yet. */

import { config } from "./config.js";

const prefix = `opchat:${config.base}:${config.operator}:`;

/**
 * @param {string} key
 * @param {any} otherwise
 */
export function recall(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(prefix + key) ?? "null") ?? otherwise;
  } catch {
    return otherwise; // storage is forbidden, or holds what we did not write
  }
}

/**
 * @param {string} key
 * @param {any} value Null forgets it.
 */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page works on, and remembers for as long as it is open.
  }
}

/**
 * What follows a beginning of a key, in all that is remembered.
 * @param {string} beginning
 */
export function remembered(beginning) {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix + beginning));
    return keys.map((key) => key.slice(prefix.length + beginning.length));
  } catch {
    return []; // storage is forbidden
  }
}
