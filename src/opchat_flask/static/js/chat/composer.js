/** Where answers are written: a draft for each chat, which survives everything but being sent. */

import { byId } from "../dom.js";
import { t } from "../i18n.js";
import { recall, remember } from "../storage.js";
import { line } from "../stranger.js";
import { gist } from "../kinds.js";

/** @typedef {import("../shapes.js").Message} Message */

const PART = 4096;
const MOST = 10 * PART;
const WARN = 600;

export class Composer {
  #form = /** @type {HTMLFormElement} */ (byId("composer"));
  #text = /** @type {HTMLTextAreaElement} */ (byId("answer"));
  #counter = byId("counter");
  /** @type {import("./conversation.js").Conversation | null} */
  #conversation = null;
  /** @type {(text: string, replyTo: number | null) => void} */
  #send = () => {};
  /** @type {number | null} The message that is answered. */
  replyTo = null;
  /** @type {(step: 1 | -1) => Message | null} Which message to quote instead. */
  onOlderQuote = () => null;
  /** @type {(seq: number) => void} */
  onShowQuoted = () => {};
  /** @type {() => void} */
  onTyping = () => {};

  constructor() {
    this.#text.addEventListener("input", () => {
      this.#changed();
      if (this.#text.value) this.onTyping();
    });
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    byId("quote-drop").addEventListener("click", () => {
      this.quote(null);
      this.focus();
    });
    byId("quote-show").addEventListener("click", () => this.replyTo !== null && this.onShowQuoted(this.replyTo));
    // Another page of the same operator has written on.
    addEventListener("storage", () => document.activeElement !== this.#text && this.#restore());
  }

  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {(text: string, replyTo: number | null) => void} send
   */
  open(conversation, send) {
    this.#conversation = conversation;
    this.#send = send;
    this.#restore();
  }

  /**
   * Say why nothing can be sent, or let it be sent.
   * @param {boolean} blocked
   */
  setBlocked(blocked) {
    this.#text.disabled = blocked;
    this.#text.placeholder = t(blocked ? "composer.blocked" : "composer.placeholder");
    this.#quoted(); // the chat may have been loaded since
    this.#changed();
  }

  /**
   * Answer this message; null answers none in particular.
   * @param {Message | null} message
   */
  quote(message) {
    this.replyTo = message?.seq ?? null;
    if (this.#conversation) remember(`quote:${this.#conversation.userId}`, this.replyTo);
    this.#quoted();
    if (message) this.focus();
  }

  /** Put a withdrawn answer before what is written now. @param {import("./outbox.js").Pending} item */
  putBack(item) {
    this.#text.value = [item.text, this.#text.value].filter(Boolean).join("\n\n");
    this.quote(this.#conversation?.message(item.replyTo) ?? null);
    this.#changed();
    this.focus();
  }

  focus() {
    this.#text.focus();
    this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape") {
      if (this.replyTo !== null) this.quote(null);
      else this.#text.blur();
    }
    if (event.ctrlKey && (event.code === "ArrowUp" || event.code === "ArrowDown")) {
      event.preventDefault();
      const message = this.onOlderQuote(event.code === "ArrowUp" ? -1 : 1);
      this.quote(message);
      if (message) this.onShowQuoted(message.seq);
    }
    // An input method ends its composition with Enter: that one is not ours.
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #restore() {
    if (!this.#conversation) return;
    this.#text.value = recall(`draft:${this.#conversation.userId}`, "");
    this.replyTo = recall(`quote:${this.#conversation.userId}`, null);
    this.#quoted();
    this.#changed();
  }

  #submit() {
    const text = this.#text.value;
    if (!text.trim() || text.length > MOST || this.#text.disabled) return;
    const { replyTo } = this;
    this.#text.value = "";
    this.quote(null);
    this.#changed();
    this.#send(text, replyTo);
  }

  #quoted() {
    const message = this.#conversation?.message(this.replyTo);
    byId("quoting").hidden = this.replyTo === null;
    byId("quote-show").replaceChildren(line(message ? gist(message) : t("message.earlier")));
  }

  #changed() {
    const { value } = this.#text;
    if (this.#conversation) remember(`draft:${this.#conversation.userId}`, value || null);
    // A JavaScript string counts in UTF-16 units, as Telegram does.
    const { length } = value;
    this.#counter.hidden = length < PART - WARN;
    this.#counter.classList.toggle("over", length > MOST);
    if (length > MOST) this.#counter.textContent = t("composer.too_long", { count: length - MOST });
    else if (length > PART) this.#counter.textContent = t("composer.in_parts", { count: Math.ceil(length / PART) });
    else this.#counter.textContent = t("composer.left", { count: PART - length });
    /** @type {HTMLButtonElement} */ (byId("send")).disabled = !value.trim() || length > MOST || this.#text.disabled;
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
  }
}
