/** Where answers are written: a draft for each chat, which survives everything but being sent. */

import { byId } from "./dom.js";
import { t } from "./i18n.js";
import { recall, remember } from "./storage.js";

const PART = 4096;
const MOST = 10 * PART;
const WARN = 600;

export class Composer {
  #form = /** @type {HTMLFormElement} */ (byId("composer"));
  #text = /** @type {HTMLTextAreaElement} */ (byId("answer"));
  #counter = byId("counter");
  /** @type {number | null} */
  #userId = null;
  /** @type {(text: string) => void} */
  #send = () => {};

  constructor() {
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#text.blur();
      // An input method ends its composition with Enter: that one is not ours.
      if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    // Another page of the same operator has written on.
    addEventListener("storage", () => document.activeElement !== this.#text && this.#restore());
  }

  /**
   * @param {number} userId
   * @param {(text: string) => void} send
   */
  open(userId, send) {
    this.#userId = userId;
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
    this.#changed();
  }

  /** Put a withdrawn answer before what is written now. @param {string} text */
  putBack(text) {
    this.#text.value = [text, this.#text.value].filter(Boolean).join("\n\n");
    this.#changed();
    this.focus();
  }

  focus() {
    this.#text.focus();
    this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
  }

  #restore() {
    if (this.#userId === null) return;
    this.#text.value = recall(this.#draft(), "");
    this.#changed();
  }

  #submit() {
    const text = this.#text.value;
    if (!text.trim() || text.length > MOST || this.#text.disabled) return;
    this.#text.value = "";
    this.#changed();
    this.#send(text);
  }

  #changed() {
    const { value } = this.#text;
    if (this.#userId !== null) remember(this.#draft(), value || null);
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

  #draft() {
    return `draft:${this.#userId}`;
  }
}
