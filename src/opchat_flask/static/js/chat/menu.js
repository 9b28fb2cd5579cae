/** What can be done about a message: a small sheet beside it. */

import { byId, el, icon } from "../dom.js";
import { t } from "../i18n.js";
import { limits, loadLimits } from "./limits.js";

/** @typedef {import("../shapes.js").Message} Message */

const FEW = ["👍", "❤", "🙏", "👏", "🔥", "🎉", "👌"];
const HOUR = 3_600_000;

/**
 * @typedef {object} Deeds
 * @property {(message: Message) => void} quote
 * @property {(message: Message) => void} edit
 * @property {(parts: Message[]) => void} remove
 * @property {(message: Message, emoji: string | null) => void} react
 * @property {(message: Message) => void} versions
 */

export class Menu {
  #sheet = byId("menu");
  #deeds;
  #timer = 0;

  /** @param {Deeds} deeds */
  constructor(deeds) {
    this.#deeds = deeds;
    this.#sheet.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "closed") clearInterval(this.#timer);
    });
    this.#sheet.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * @param {Message[]} parts One message, or those of an album.
   * @param {HTMLElement} beside Where to open.
   */
  async open(parts, beside) {
    await loadLimits();
    this.#draw(parts, false);
    this.#sheet.showPopover();
    this.#place(beside);
    /** @type {HTMLElement | null} */ (this.#sheet.querySelector("button"))?.focus();
  }

  /**
   * @param {Message[]} parts
   * @param {boolean} all Every reaction there is.
   */
  #draw(parts, all) {
    const message = /** @type {Message} */ (parts[0]);
    const worded = parts.find((part) => part.messageText) ?? message;
    const own = message.direction === "out";
    const left = own ? Date.parse(message.editableUntil ?? "") - Date.now() : 0;
    const items = [
      !own && this.#faces(message, parts, all),
      this.#item("quote", t("message.answer"), () => this.#deeds.quote(message)),
      worded.messageText && this.#item("copy", t("message.copy"), () => copy(worded.messageText)),
      worded.editedAt && this.#item("clock", t("message.versions"), () => this.#deeds.versions(worded)),
      left > 0 && this.#item("edit", t("message.edit"), () => this.#deeds.edit(worded)),
      left > 0 && this.#item("remove", t("message.remove"), () => this.#deeds.remove(parts), "danger"),
      own && el("p", { class: "menu-note", role: "note" }),
    ];
    this.#sheet.replaceChildren(...items.filter((item) => item !== false && item !== "" && item !== null));
    const note = this.#sheet.querySelector(".menu-note");
    if (!note) return;
    const count = () => (note.textContent = remaining(message));
    count();
    clearInterval(this.#timer);
    this.#timer = setInterval(count, 1000);
  }

  /**
   * @param {string} picture
   * @param {string} text
   * @param {() => void} act
   * @param {string} [more]
   */
  #item(picture, text, act, more = "") {
    return el(
      "button",
      {
        type: "button",
        class: `menu-item ${more}`.trim(),
        onclick: () => {
          this.#sheet.hidePopover();
          act();
        },
      },
      icon(picture),
      text,
    );
  }

  /**
   * @param {Message} message
   * @param {Message[]} parts
   * @param {boolean} all
   */
  #faces(message, parts, all) {
    const known = limits().reactions;
    const few = FEW.filter((emoji) => known.includes(emoji));
    const shown = all ? known : few;
    if (!known.length) return null;
    const given = message.reactions?.operator?.[0]?.emoji;
    return el(
      "div",
      { class: all ? "faces all" : "faces", role: "group", "aria-label": t("reaction.pick") },
      ...shown.map((emoji) =>
        el(
          "button",
          {
            type: "button",
            class: "face",
            "aria-pressed": String(emoji === given),
            "aria-label": emoji,
            onclick: () => {
              this.#sheet.hidePopover();
              this.#deeds.react(message, emoji === given ? null : emoji);
            },
          },
          emoji,
        ),
      ),
      !all &&
        el(
          "button",
          {
            type: "button",
            class: "face",
            "aria-label": t("reaction.all"),
            title: t("reaction.all"),
            onclick: () => {
              this.#draw(parts, true);
              /** @type {HTMLElement | null} */ (this.#sheet.querySelector(".face"))?.focus();
              this.#stay();
            },
          },
          icon("down"),
        ),
    );
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.code];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const buttons = [...this.#sheet.querySelectorAll("button")];
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  }

  /** @param {HTMLElement} beside */
  #place(beside) {
    const at = beside.getBoundingClientRect();
    this.#sheet.style.left = `${at.left}px`;
    this.#sheet.style.top = `${at.bottom + 4}px`;
    this.#stay();
  }

  /** Not over the edge of the window. */
  #stay() {
    const { left, top, width, height } = this.#sheet.getBoundingClientRect();
    this.#sheet.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    this.#sheet.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
  }
}

/** How long Telegram lets it be changed. @param {Message} message */
export function remaining({ editableUntil, deletedAt }) {
  const left = Date.parse(editableUntil ?? "") - Date.now();
  if (deletedAt || !(left > 0)) return t("message.unchangeable");
  const hours = Math.floor(left / HOUR);
  const minutes = Math.floor((left % HOUR) / 60_000);
  const seconds = Math.floor((left % 60_000) / 1000);
  const pad = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return t("message.changeable", { left: `${hours}:${pad(minutes)}:${pad(seconds)}` });
}

/** @param {string} text */
function copy(text) {
  // Over plain HTTP browsers have no clipboard; selecting by hand still works.
  navigator.clipboard?.writeText(text);
}
