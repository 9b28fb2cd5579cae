/** What a message is when it is not a plain text, in a word; and how sizes and lengths are written. */

import { config } from "./config.js";
import { has, t } from "./i18n.js";

/** @typedef {import("./shapes.js").Message} Message */

const UNITS = /** @type {const} */ (["byte", "kilobyte", "megabyte", "gigabyte"]);

/** @param {string} kind */
export const kindName = (kind) => t(has(`kind.${kind}`) ? `kind.${kind}` : "kind.unsupported");

/**
 * A message in a line: its words, or what it is.
 * @param {Message} message
 */
export const gist = (message) => message.messageText.slice(0, 200) || kindName(message.messageType);

/** @param {number} bytes */
export function size(bytes) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const format = { style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: step > 1 ? 1 : 0 };
  return new Intl.NumberFormat(config.language, /** @type {Intl.NumberFormatOptions} */ (format)).format(
    bytes / 1024 ** step,
  );
}

/** @param {number} seconds */
export const duration = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
