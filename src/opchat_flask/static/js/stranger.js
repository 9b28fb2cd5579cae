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

/**
 * A text of many lines, with its links.
 * @param {string} text
 */
export function prose(text) {
  const body = el("div", { class: "prose", dir: "auto" });
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TAIL, "");
    const anchor = link(address);
    if (!anchor) continue;
    body.append(...revealed(text.slice(from, match.index)), anchor);
    from = match.index + address.length;
  }
  body.append(...revealed(text.slice(from)));
  return body;
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
