/** Where answers are written: a draft for each chat, which survives everything but being sent. */

import { byId } from "../dom.js";
import { t } from "../i18n.js";
import { gist } from "../kinds.js";
import { recall, remember } from "../storage.js";
import { line } from "../stranger.js";
import { Attachments } from "./attachments.js";
import { ButtonsForm } from "./buttons-form.js";
import { Formatting } from "./formatting.js";
import { limits, loadLimits } from "./limits.js";

/** @typedef {import("../shapes.js").Message} Message */
/** @typedef {import("./outbox.js").Draft} Draft */
/** @typedef {{seq: number, quote: {text: string, position: number} | null}} Answered */

const WARN = 0.85; // from which part of a message's room on it is told how much is left

/**
 * @typedef {object} Handlers
 * @property {(step: 1 | -1) => Message | null} otherQuote Which message to answer instead.
 * @property {() => Message | null} lastOwn The last answer that can be changed.
 * @property {(seq: number) => void} show
 * @property {(message: Message, beside: HTMLElement) => void} menu
 * @property {() => void} typing
 * @property {(draft: Draft, files: File[]) => void} send
 * @property {(message: Message, draft: Draft) => void} edit
 */

export class Composer {
  #form = /** @type {HTMLFormElement} */ (byId("composer"));
  #text = /** @type {HTMLTextAreaElement} */ (byId("answer"));
  #counter = byId("counter");
  /** @type {import("./conversation.js").Conversation | null} */
  #conversation = null;
  /** @type {Answered | null} */
  #answered = null;
  /** @type {Message | null} The answer that is being changed; the draft waits meanwhile. */
  #edited = null;
  #handlers;
  #formatting = new Formatting(this.#text, () => this.#changed());
  #files = new Attachments(() => this.#changed());
  #buttons = new ButtonsForm(() => this.#changed());

  /** @param {Handlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
    this.#text.addEventListener("input", () => {
      this.#formatting.typed();
      this.#changed();
      if (this.#text.value) handlers.typing();
    });
    loadLimits().then(() => this.#changed());
    this.#text.addEventListener("focus", () => loadLimits().then(() => this.#changed()));
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    byId("quote-drop").addEventListener("click", () => {
      this.#giveUp();
      this.focus();
    });
    byId("quote-show").addEventListener("click", () => {
      const seq = this.#subject?.seq;
      if (seq) handlers.show(seq);
    });
    byId("quote-more").addEventListener("click", () => {
      const message = this.#subject && this.#conversation?.message(this.#subject.seq);
      if (message) handlers.menu(message, byId("quote-more"));
    });
    // Another page of the same operator has written on.
    addEventListener("storage", () => document.activeElement !== this.#text && !this.#edited && this.#restore());
  }

  /** The message that is answered. */
  get replyTo() {
    return this.#answered?.seq ?? null;
  }

  /** @param {import("./conversation.js").Conversation} conversation */
  open(conversation) {
    // Whoever was faster than these scripts has written already.
    const early = this.#conversation ? "" : this.#text.value;
    this.#conversation = conversation;
    this.#edited = null;
    this.#restore();
    if (early && !this.#text.value) this.#put(early, []);
    this.#files.open(conversation.userId);
  }

  /**
   * Say why nothing can be sent, or let it be sent.
   * @param {boolean} blocked
   */
  setBlocked(blocked) {
    this.#text.disabled = blocked;
    this.#text.placeholder = t(blocked ? "composer.blocked" : "composer.placeholder");
    this.#files.enabled = !blocked && !this.#edited;
    this.#about(); // the chat may have been loaded since
    this.#changed();
  }

  /**
   * Answer this message; null answers none in particular.
   * @param {Message | null} message
   * @param {{text: string, position: number} | null} [quote] Which part of it.
   */
  quote(message, quote = null) {
    if (this.#edited) this.#giveUp();
    this.#answered = message && { seq: message.seq, quote };
    this.#keep("quote", this.#answered);
    this.#about();
    if (message) this.focus();
  }

  /** Change an answer. @param {Message} message */
  edit(message) {
    this.#edited = message;
    this.#files.enabled = false;
    this.#put(message.messageText, message.entities);
    this.#about();
    this.focus();
  }

  /**
   * Put a withdrawn answer before what is written now.
   * @param {import("./outbox.js").Pending} item
   * @param {File[]} files
   */
  putBack(item, files) {
    if (this.#edited) this.#giveUp();
    const between = item.text && this.#text.value ? "\n\n" : "";
    const by = item.text.length + between.length;
    const later = this.#formatting.entities.map((one) => ({ ...one, offset: one.offset + by }));
    this.#put(item.text + between + this.#text.value, [...(item.entities ?? []), ...later]);
    this.#files.add(files);
    if (item.buttons?.length) this.#buttons.begin(item.buttons);
    const message = this.#conversation?.message(item.replyTo);
    this.quote(message ?? null, item.quote);
    this.#changed();
    this.focus();
  }

  focus() {
    this.#text.focus();
    this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
  }

  /** What the line above the field is about. */
  get #subject() {
    return this.#edited ?? this.#answered;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.#formatting.key(event)) return;
    if (event.key === "Escape") {
      if (this.#subject) this.#giveUp();
      else this.#text.blur();
    }
    if (event.ctrlKey && (event.code === "ArrowUp" || event.code === "ArrowDown")) {
      event.preventDefault();
      const message = this.#handlers.otherQuote(event.code === "ArrowUp" ? -1 : 1);
      this.quote(message);
      if (message) this.#handlers.show(message.seq);
    } else if (event.key === "ArrowUp" && !this.#text.value && !this.#edited && !event.altKey && !event.shiftKey) {
      const message = this.#handlers.lastOwn();
      if (!message) return;
      event.preventDefault();
      this.edit(message);
      this.#handlers.show(message.seq);
    }
    // An input method ends its composition with Enter: that one is not ours.
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  /** Change nothing, answer nothing in particular. */
  #giveUp() {
    if (this.#edited) {
      this.#edited = null;
      this.#files.enabled = !this.#text.disabled;
      this.#restore();
    } else this.quote(null);
  }

  #restore() {
    if (!this.#conversation) return;
    const { userId } = this.#conversation;
    this.#answered = recall(`quote:${userId}`, null);
    this.#buttons.begin(recall(`buttons:${userId}`, []));
    this.#put(recall(`draft:${userId}`, ""), recall(`formats:${userId}`, []));
    this.#about();
  }

  /**
   * @param {string} text
   * @param {import("../shapes.js").Entity[]} entities
   */
  #put(text, entities) {
    this.#text.value = text;
    this.#formatting.begin(text, entities);
    this.#changed();
  }

  #submit() {
    const text = this.#text.value;
    const files = this.#edited ? [] : this.#files.files;
    if (!this.#sendable()) return;
    const draft = {
      text,
      entities: this.#formatting.entities,
      replyTo: this.replyTo,
      quote: this.#answered?.quote ?? null,
      buttons: this.#edited ? [] : this.#buttons.rows,
      as: this.#files.as,
      files: files.map(({ name }) => name),
    };
    if (this.#edited) {
      const message = this.#edited;
      this.#giveUp();
      this.#handlers.edit(message, draft);
      return;
    }
    this.#files.clear();
    this.#buttons.begin([]);
    this.#put("", []);
    this.quote(null);
    this.#handlers.send(draft, files);
  }

  #about() {
    const bar = byId("quoting");
    const words = byId("quote-show");
    const message = this.#edited ?? this.#conversation?.message(this.replyTo);
    const chosen = this.#edited ? null : this.#answered?.quote?.text;
    bar.hidden = !this.#subject;
    bar.classList.toggle("edits", Boolean(this.#edited));
    byId("quote-more").hidden = !message || Boolean(this.#edited);
    byId("editing-label").hidden = !this.#edited;
    byId("quote-drop").title = t(this.#edited ? "composer.unedit" : "composer.unquote");
    byId("quote-drop").setAttribute("aria-label", byId("quote-drop").title);
    words.setAttribute("aria-label", t(this.#edited ? "composer.edited" : "composer.quoted"));
    words.replaceChildren(line(chosen ? `«${chosen}»` : message ? gist(message) : t("message.earlier")));
  }

  #sendable() {
    const text = this.#text.value;
    if (!this.#conversation || this.#text.disabled || text.length > limits().text) return false;
    if (this.#edited) return Boolean(text.trim() || this.#edited.media) && text.length <= this.#room;
    return Boolean(text.trim() || this.#files.files.length) && !this.#files.trouble;
  }

  /** How long one message may be. */
  get #room() {
    const files = this.#edited ? this.#edited.media : this.#files.files.length;
    return files ? limits().caption : limits().message;
  }

  /**
   * @param {string} what
   * @param {any} value
   */
  #keep(what, value) {
    if (this.#conversation) remember(`${what}:${this.#conversation.userId}`, value);
  }

  #changed() {
    const { value } = this.#text;
    if (!this.#edited) {
      const { entities } = this.#formatting;
      this.#keep("draft", value || null);
      this.#keep("formats", entities.length ? entities : null);
      this.#keep("buttons", this.#buttons.rows.length ? this.#buttons.rows : null);
    }
    // Until the limits are known they keep their place: nothing moves under the finger that sends.
    offer("attach", limits().files > 0, this.#edited === null);
    offer("buttons-open", limits().buttonRows > 0, this.#edited === null);
    this.#count(value.length);
    /** @type {HTMLButtonElement} */ (byId("send")).disabled = !this.#sendable();
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
  }

  /** @param {number} length In UTF-16 units: so strings here count, and so does Telegram. */
  #count(length) {
    const room = this.#room;
    const most = this.#edited ? room : limits().text;
    const trouble = this.#edited ? "" : this.#files.trouble;
    this.#counter.hidden = length < room * WARN && !trouble;
    this.#counter.classList.toggle("over", length > most || Boolean(trouble));
    if (trouble) this.#counter.textContent = trouble;
    else if (length > most) this.#counter.textContent = t("composer.too_long", { count: length - most });
    else if (length <= room)
      this.#counter.textContent = Number.isFinite(room) ? t("composer.left", { count: room - length }) : "";
    else if (this.#files.files.length) this.#counter.textContent = t("composer.follows");
    else this.#counter.textContent = t("composer.in_parts", { count: Math.ceil(length / room) });
  }
}

/**
 * @param {string} id Of a button.
 * @param {boolean} ready
 * @param {boolean} shown
 */
function offer(id, ready, shown) {
  const button = /** @type {HTMLButtonElement} */ (byId(id));
  button.disabled = !ready;
  button.hidden = !shown;
}
