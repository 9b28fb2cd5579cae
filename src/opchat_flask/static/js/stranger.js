/**
 * The one way by which text from strangers reaches the page: as text, never as HTML; with its direction kept to itself;
 * with characters that hide or reorder what is read made visible; with links only to where they say.
 */

import { el } from "./dom.js";
import { t } from "./i18n.js";

// Invisible characters and those that turn the direction of what follows. A joiner is at home inside an emoji and
// between letters of scripts that shape them, and a tag character behind a flag: there they stay.
const HIDDEN = new RegExp(
  "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})" +
    "|(?<=[\\p{Script=Arabic}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Syriac}\\p{M}])[\\u200C\\u200D]" +
    "(?=[\\p{Script=Arabic}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Syriac}])" +
    "|(?<=\\u{1F3F4})[\\u{E0020}-\\u{E007E}]+\\u{E007F}" +
    "|([\\p{Default_Ignorable_Code_Point}\\u2028\\u2029\\uFFF9-\\uFFFB\\p{Cc}])",
  "gu",
);
// They only choose how the character before them looks, or are what a line of text is made of.
const HARMLESS = /[\uFE00-\uFE0F\n\t\r]/;
const LINK = /\bhttps?:\/\/[^\s<>"'`\p{Default_Ignorable_Code_Point}\p{Cc}]+/giu;
const TAIL = /[.,:;!?)\]}»”’…]+$/u;

/**
 * @param {string} character
 */
const codePoint = (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/**
 * Text with what is invisible in it shown.
 * @param {string} text
 * @returns {(string | HTMLElement)[]}
 */
function revealed(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    const hidden = match[1];
    if (!hidden || HARMLESS.test(hidden)) continue;
    parts.push(text.slice(from, match.index));
    parts.push(el("span", { class: "hidden-character", title: t("text.hidden_character") }, codePoint(hidden)));
    from = match.index + hidden.length;
  }
  parts.push(text.slice(from));
  return parts;
}

/**
 * A link that shows where it leads and tells nothing to whoever is there; null when it leads nowhere.
 * @param {string} address
 */
function link(address) {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  return el(
    "a",
    { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow", title: url.host },
    ...revealed(address),
  );
}

/**
 * A text of one line: a name, a preview.
 * @param {string} text
 */
export const line = (text) => el("bdi", {}, ...revealed(text.replace(/\s+/gu, " ")));

/** How Telegram's entities look here; those that are not named look like any text, or are links by what they say. */
const STYLES = /** @type {const} */ ({
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
});
/** Telegram formats no more pieces of a text; thousands within one another would be more than a browser can lay out. */
const MOST = 100;
const VERBATIM = new Set(["code", "pre", "text_link"]);

/**
 * A text of many lines, with its formatting and its links.
 * @param {string} text
 * @param {object[]} [entities] Telegram's MessageEntity objects.
 */
export function prose(text, entities = []) {
  return el("div", { class: "prose", dir: "auto" }, ...formatted(text, 0, text.length, sound(text, entities), false));
}

/**
 * The entities that lie within the text, in the order of a walk through it: anybody may have posted them.
 * @param {string} text
 * @param {object[]} entities
 * @returns {import("./shapes.js").Entity[]}
 */
const sound = (text, entities) =>
  /** @type {import("./shapes.js").Entity[]} */ (entities)
    .filter(
      ({ type, offset, length }) =>
        (Object.hasOwn(STYLES, type) || type === "text_link" || type === "spoiler") &&
        Number.isInteger(offset) &&
        Number.isInteger(length) &&
        offset >= 0 &&
        length > 0 &&
        offset + length <= text.length,
    )
    .slice(0, MOST)
    .sort((one, other) => one.offset - other.offset || other.length - one.length);

/**
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {import("./shapes.js").Entity[]} entities Those that begin between.
 * @param {boolean} verbatim Whether addresses in it stay what they are.
 * @returns {(string | HTMLElement)[]}
 */
function formatted(text, from, to, entities, verbatim) {
  const parts = [];
  let at = from;
  for (let next = 0; next < entities.length; ) {
    const entity = /** @type {import("./shapes.js").Entity} */ (entities[next]);
    const end = Math.min(to, entity.offset + entity.length);
    const inner = entities.slice(next + 1).filter((one) => one.offset < end);
    next += 1 + inner.length;
    parts.push(...linked(text.slice(at, entity.offset), verbatim));
    const within = formatted(text, entity.offset, end, inner, verbatim || VERBATIM.has(entity.type));
    parts.push(...styled(entity, within));
    at = end;
  }
  parts.push(...linked(text.slice(at, to), verbatim));
  return parts;
}

/**
 * @param {import("./shapes.js").Entity} entity
 * @param {(string | HTMLElement)[]} within
 * @returns {(string | HTMLElement)[]}
 */
function styled({ type, url }, within) {
  if (type === "spoiler") return [el("span", { class: "spoiler" }, ...within)];
  if (type !== "text_link") return [el(STYLES[/** @type {"bold"} */ (type)], {}, ...within)];
  const anchor = link(typeof url === "string" ? url : "");
  if (!anchor) return within;
  // The words may say anything: where it leads stands beside them.
  anchor.replaceChildren(...within);
  return [anchor, el("span", { class: "leads-to" }, ...revealed(` (${new URL(anchor.href).host})`))];
}

/**
 * @param {string} text
 * @param {boolean} verbatim
 * @returns {(string | HTMLElement)[]}
 */
function linked(text, verbatim) {
  if (verbatim) return revealed(text);
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TAIL, "");
    const anchor = link(address);
    if (!anchor) continue;
    parts.push(...revealed(text.slice(from, match.index)), anchor);
    from = match.index + address.length;
  }
  parts.push(...revealed(text.slice(from)));
  return parts;
}

/**
 * What a user is called: by names, else by username, else by number.
 * @param {import("./shapes.js").User} user
 */
export function nameOf(user) {
  const name = [user.firstName, user.lastName].filter((part) => part?.trim()).join(" ");
  return name || (user.username ? `@${user.username}` : t("user.nameless", { id: String(user.userId) }));
}

/**
 * A picture of a user without a picture: initials on one of eight grounds.
 * @param {import("./shapes.js").User} user
 */
export function avatar(user) {
  const initials = [user.firstName, user.lastName]
    .map((part) => /[\p{L}\p{N}]/u.exec(part ?? "")?.[0] ?? "")
    .join("")
    .toLocaleUpperCase();
  return el("span", { class: `avatar avatar-${user.userId % 8}`, "aria-hidden": "true" }, initials || "#");
}
