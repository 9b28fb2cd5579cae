// Text with its entities: bold, links, code and the like. Offsets count UTF-16 units, as strings do here.

import { element } from "./dom.js";

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
const LINKS = {
  url: (text) => (/^[a-z]+:/i.test(text) ? text : `http://${text}`),
  text_link: (_text, entity) => entity.url,
  email: (text) => `mailto:${text}`,
  phone_number: (text) => `tel:${text}`,
};

/** An address that is safe to follow, or null. */
export function safeUrl(url) {
  try {
    return ["http:", "https:", "mailto:", "tel:", "tg:"].includes(new URL(url).protocol) ? url : null;
  } catch {
    return null;
  }
}

export function link(url, ...content) {
  const made = element("a", "link", ...content);
  made.href = url;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
}

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
 */
export function formatted(text, entities, act, start = 0, end = text.length) {
  const nodes = [];
  let at = start;
  const sorted = entities.toSorted((one, other) => one.offset - other.offset || other.length - one.length);
  while (sorted.length) {
    const outer = sorted.shift();
    const stop = Math.min(outer.offset + outer.length, end);
    if (outer.offset < at || stop <= outer.offset) continue;
    if (outer.offset > at) nodes.push(text.slice(at, outer.offset));
    const inner = [];
    while (sorted.length && sorted[0].offset < stop) inner.push(sorted.shift());
    const content = formatted(text, inner, act, outer.offset, stop);
    nodes.push(wrapped(outer, text.slice(outer.offset, stop), content, act));
    at = stop;
  }
  if (at < end) nodes.push(text.slice(at, end));
  for (const [place, node] of nodes.entries()) {
    // A block ends its line by itself.
    if (BLOCKS.includes(nodes[place - 1]?.tagName) && typeof node === "string") nodes[place] = node.replace(/^\n/, "");
  }
  return nodes;
}
