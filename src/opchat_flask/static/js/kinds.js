/** What a message is when it is not a plain text: for the list in a word, in the chat with what is known of it. */

import { el, icon } from "./dom.js";
import { config } from "./config.js";
import { has, t } from "./i18n.js";
import { line } from "./stranger.js";

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
function size(bytes) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const format = { style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: step > 1 ? 1 : 0 };
  return new Intl.NumberFormat(config.language, /** @type {Intl.NumberFormatOptions} */ (format)).format(
    bytes / 1024 ** step,
  );
}

/** @param {number} seconds */
const duration = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/**
 * The facts worth a line: a file's name and size, a phone number, a place.
 * @param {Message} message
 * @returns {string[]}
 */
function facts({ media, payload }) {
  const found = [];
  if (media?.fileName) found.push(String(media.fileName));
  if (media?.duration) found.push(duration(media.duration));
  if (media?.fileSize) found.push(size(media.fileSize));
  const flat = {
    ...payload,
    ...payload?.location,
    ...payload?.contact,
    ...payload?.venue,
    ...payload?.poll,
    ...payload?.dice,
  };
  const name = [flat.first_name ?? flat.firstName, flat.last_name ?? flat.lastName].filter(Boolean).join(" ");
  if (name) found.push(name);
  const phone = flat.phone_number ?? flat.phoneNumber;
  if (phone) found.push(String(phone));
  for (const key of ["title", "address", "question", "emoji"]) if (typeof flat[key] === "string") found.push(flat[key]);
  if (flat.latitude !== undefined) found.push(`${flat.latitude}, ${flat.longitude}`);
  return found;
}

/**
 * A card in place of what this page cannot draw, with the raw data for the curious.
 * @param {Message} message
 */
export function card(message) {
  const raw = JSON.stringify({ media: message.media ?? undefined, payload: message.payload ?? undefined }, null, 2);
  return el(
    "div",
    { class: "card" },
    el(
      "span",
      { class: "card-icon" },
      icon(has(`kind.${message.messageType}`) && message.messageType !== "unsupported" ? "file" : "unknown"),
    ),
    el(
      "div",
      { class: "card-body" },
      el("strong", {}, kindName(message.messageType)),
      ...facts(message).map((fact) => el("span", { class: "card-fact" }, line(fact))),
      el("details", {}, el("summary", {}, t("message.raw")), el("pre", { tabindex: 0 }, rawText(raw))),
    ),
  );
}

/**
 * JSON keeps its lines; what is invisible in it is written as JSON would escape it.
 * @param {string} json
 */
const rawText = (json) =>
  json.replace(/[\p{Default_Ignorable_Code_Point}\u007F-\u009F]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
