/**
 * The formatting of what is being written. The text field holds the text alone, exactly as it is typed; where it is bold
 * or a link is kept beside it, moves along with every change, and is shown below as the user will see it.
 */

import { byId } from "../dom.js";
import { prose } from "../stranger.js";

/** @typedef {import("../shapes.js").Entity} Entity */

const KEYS = /** @type {Record<string, string>} */ ({ KeyB: "bold", KeyI: "italic", KeyK: "text_link" });
/** What one types right behind is no part of these. */
const CLOSED = new Set(["text_link", "code"]);

export class Formatting {
  /** @type {Entity[]} */
  entities = [];
  #field;
  #changed;
  /** The text over which they lie. */
  #text = "";
  /** What is to become a link, while somebody is asked where to. */
  #linked = { start: 0, end: 0 };
  #link = /** @type {HTMLDialogElement} */ (byId("link-form"));
  #address = /** @type {HTMLInputElement} */ (byId("link-address"));

  /**
   * @param {HTMLTextAreaElement} field
   * @param {() => void} changed
   */
  constructor(field, changed) {
    this.#field = field;
    this.#changed = changed;
    for (const button of this.#buttons) {
      // The selection is what it is about: the field keeps the focus.
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => this.#apply(button.dataset.format ?? ""));
    }
    document.addEventListener("selectionchange", () => document.activeElement === field && this.#press());
    this.#link.addEventListener("close", () => {
      const { start, end } = this.#linked;
      const url = this.#link.returnValue === "set" ? this.#address.value.trim() : "";
      if (url) this.#set("text_link", start, end, url);
      field.focus();
    });
  }

  /**
   * Begin with this.
   * @param {string} text
   * @param {Entity[]} entities
   */
  begin(text, entities) {
    this.#text = text;
    this.entities = entities;
    this.#draw();
  }

  /** Follow what has been typed. */
  typed() {
    const { value, selectionEnd } = this.#field;
    this.entities = moved(this.entities, this.#text, value, selectionEnd);
    this.#text = value;
    this.#draw();
  }

  /**
   * Whether a key was ours.
   * @param {KeyboardEvent} event
   */
  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
    const format = event.code === "KeyM" && event.shiftKey ? "code" : event.shiftKey ? undefined : KEYS[event.code];
    if (!format) return false;
    event.preventDefault();
    this.#apply(format);
    return true;
  }

  get #buttons() {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (byId("format").querySelectorAll("[data-format]"));
  }

  /** What is selected, else the word at the caret. */
  #chosen() {
    const { value, selectionStart, selectionEnd } = this.#field;
    if (selectionStart !== selectionEnd) return { start: selectionStart, end: selectionEnd };
    const before = /\S*$/u.exec(value.slice(0, selectionStart))?.[0].length ?? 0;
    const after = /^\S*/u.exec(value.slice(selectionStart))?.[0].length ?? 0;
    return { start: selectionStart - before, end: selectionStart + after };
  }

  /** @param {string} type */
  #apply(type) {
    const { start, end } = this.#chosen();
    if (start === end) return this.#field.focus();
    if (covers(this.entities, type, start, end)) {
      this.entities = without(this.entities, type, start, end);
      this.#draw();
      this.#changed();
    } else if (type === "text_link") {
      this.#linked = { start, end };
      this.#address.value = "";
      this.#link.returnValue = "";
      this.#link.showModal();
    } else this.#set(type, start, end);
    if (!this.#link.open) this.#field.focus();
  }

  /**
   * @param {string} type
   * @param {number} start
   * @param {number} end
   * @param {string} [url]
   */
  #set(type, start, end, url) {
    const touching = url
      ? []
      : this.entities.filter((one) => one.type === type && one.offset <= end && ends(one) >= start);
    const from = Math.min(start, ...touching.map((one) => one.offset));
    const to = Math.max(end, ...touching.map(ends));
    const others = without(this.entities, type, from, to);
    this.entities = [...others, { type, offset: from, length: to - from, ...(url ? { url } : {}) }];
    this.#draw();
    this.#changed();
  }

  #draw() {
    const preview = byId("preview");
    preview.hidden = this.entities.length === 0;
    byId("preview-text").replaceChildren(...(this.entities.length ? [prose(this.#text, this.entities)] : []));
    this.#press();
  }

  #press() {
    const { selectionStart, selectionEnd } = this.#field;
    for (const button of this.#buttons) {
      const is = covers(this.entities, button.dataset.format ?? "", selectionStart, selectionEnd);
      button.setAttribute("aria-pressed", String(is));
    }
  }
}

/** @param {Entity} entity */
const ends = (entity) => entity.offset + entity.length;

/**
 * Whether all of a stretch is formatted so.
 * @param {Entity[]} entities
 * @param {string} type
 * @param {number} start
 * @param {number} end
 */
const covers = (entities, type, start, end) =>
  entities.some((one) => one.type === type && one.offset <= start && ends(one) >= end && start < ends(one));

/**
 * Take a format from a stretch; what lies on both sides of it keeps it.
 * @param {Entity[]} entities
 * @param {string} type
 * @param {number} start
 * @param {number} end
 * @returns {Entity[]}
 */
function without(entities, type, start, end) {
  return entities.flatMap((one) => {
    if (one.type !== type || one.offset >= end || ends(one) <= start) return [one];
    const left = { ...one, length: start - one.offset };
    const right = { ...one, offset: end, length: ends(one) - end };
    return [left, right].filter(({ length }) => length > 0);
  });
}

/**
 * Where the formats are after a change of the text: one stretch of it was replaced.
 * @param {Entity[]} entities
 * @param {string} before
 * @param {string} after
 * @param {number} caret Where the new stretch ends, as far as known.
 */
function moved(entities, before, after, caret) {
  if (before === after || !entities.length) return entities;
  let tail = after.length - caret;
  if (!before.endsWith(after.slice(caret))) {
    const most = Math.min(before.length, after.length);
    for (tail = 0; tail < most && before.at(-1 - tail) === after.at(-1 - tail); ) tail++;
  }
  const most = Math.min(before.length, after.length) - tail;
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  const end = before.length - tail;
  const inserted = after.length - tail - start;
  const by = inserted - (end - start);
  return entities.flatMap((one) => {
    const from = one.offset < start ? one.offset : one.offset >= end ? one.offset + by : start + inserted;
    let to = ends(one);
    if (to > start) to = to >= end ? to + by : start;
    else if (to === start && end === start && !CLOSED.has(one.type)) to += inserted; // it goes on
    return to > from ? [{ ...one, offset: from, length: to - from }] : [];
  });
}
