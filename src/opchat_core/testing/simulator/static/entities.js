// Text with its entities: bold, links, code and the like. Offsets count UTF-16 units, as strings do here.

import { element } from "./dom.js";

/** @type {Record<string, keyof HTMLElementTagNameMap>} */
const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
  spoiler: "span",
};
const BLOCKS = ["PRE", "BLOCKQUOTE"];
/** @type {Record<string, (text: string, entity: import('./shapes.js').Json) => string>} */
const LINKS = {
  url: (text) => (/^[a-z]+:/i.test(text) ? text : `http://${text}`),
  text_link: (_text, entity) => entity.url,
  email: (text) => `mailto:${text}`,
  phone_number: (text) => `tel:${text}`,
};

/**
 * An address that is safe to follow, or null.
 * @param {string | undefined} url
 */
export function safeUrl(url) {
  try {
    return ["http:", "https:", "mailto:", "tel:", "tg:"].includes(new URL(url ?? "").protocol) ? (url ?? null) : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} url
 * @param {...(Node | string)} content
 */
export function link(url, ...content) {
  const made = element("a", "link", ...content);
  made.href = url;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
}

/**
 * @param {import('./shapes.js').Json} entity
 * @param {string} text
 * @param {(Node | string)[]} content
 * @param {(command: string) => void} act
 * @returns {HTMLElement}
 */
function wrapped(entity, text, content, act) {
  const tag = TAGS[entity.type];
  if (tag) {
    const made = element(tag, entity.type === "spoiler" ? "spoiler" : "", ...content);
    if (entity.type === "spoiler") {
      made.tabIndex = 0;
      made.title = "Show";
      made.addEventListener("click", () => made.classList.add("open"));
    }
    return made;
  }
  const url = safeUrl(LINKS[entity.type]?.(text, entity));
  if (url) return link(url, ...content);
  if (entity.type === "bot_command") {
    const made = element("button", "link", ...content);
    made.type = "button";
    made.addEventListener("click", () => act(text));
    return made;
  }
  return element("span", "mark", ...content);
}

/**
 * The nodes that show a text.
 *
 * @param {string} text
 * @param {{type: string, offset: number, length: number}[]} entities Those of the text; they nest or stand apart.
 * @param {(command: string) => void} act Sends a command that is touched.
 * @returns {(HTMLElement | string)[]}
 */
export function formatted(text, entities, act, start = 0, end = text.length) {
  /** @type {(HTMLElement | string)[]} */
  const nodes = [];
  let at = start;
  const sorted = entities.toSorted((one, other) => one.offset - other.offset || other.length - one.length);
  for (let outer = sorted.shift(); outer; outer = sorted.shift()) {
    const stop = Math.min(outer.offset + outer.length, end);
    if (outer.offset < at || stop <= outer.offset) continue;
    if (outer.offset > at) nodes.push(text.slice(at, outer.offset));
    const inner = sorted.filter((entity) => entity.offset < stop);
    sorted.splice(0, inner.length);
    const content = formatted(text, inner, act, outer.offset, stop);
    nodes.push(wrapped(outer, text.slice(outer.offset, stop), content, act));
    at = stop;
  }
  if (at < end) nodes.push(text.slice(at, end));
  // A block ends its line by itself.
  const afterBlock = (/** @type {number} */ place) => {
    const before = nodes[place - 1];
    return before instanceof HTMLElement && BLOCKS.includes(before.tagName);
  };
  return nodes.map((node, place) => (typeof node === "string" && afterBlock(place) ? node.replace(/^\n/, "") : node));
}
