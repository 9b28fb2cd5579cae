/** Pictures and videos of a chat, large, one after the other; with keys, and two steps of closeness. */

import { byId, el } from "../dom.js";
import { t } from "../i18n.js";
import { duration, kindName, size } from "../kinds.js";
import { line } from "../stranger.js";
import { fullTime } from "../times.js";
import { fileUrl, isPicture, isPlayable, isTooLarge } from "./files.js";

/** @typedef {import("../shapes.js").Message} Message */

const KINDS = new Set(["photo", "video", "animation", "game"]);

export class Viewer {
  #dialog = /** @type {HTMLDialogElement} */ (byId("viewer"));
  #stage = byId("viewer-stage");
  /** @type {Message[]} */
  #shown = [];
  #at = 0;

  constructor() {
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("close", () => this.#stage.replaceChildren());
    // A click beside the picture, not on it, is a way out.
    this.#stage.addEventListener("click", (event) => event.target === this.#stage && this.#dialog.close());
    byId("viewer-close").addEventListener("click", () => this.#dialog.close());
    byId("viewer-back").addEventListener("click", () => this.#step(-1));
    byId("viewer-on").addEventListener("click", () => this.#step(1));
    byId("viewer-zoom").addEventListener("click", () => this.#zoom());
  }

  /**
   * @param {Message[]} messages Among them those that can be looked at.
   * @param {Message} message The one to begin with.
   */
  open(messages, message) {
    this.#shown = messages.filter(
      (one) => KINDS.has(one.messageType) && one.media && !isTooLarge(one) && drawable(one),
    );
    this.#at = Math.max(
      0,
      this.#shown.findIndex((one) => one.seq === message.seq),
    );
    if (!this.#shown.length) return;
    this.#draw();
    this.#dialog.showModal();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.target instanceof HTMLVideoElement && event.code.startsWith("Arrow")) return; // it seeks by them
    const act = {
      ArrowLeft: () => this.#step(-1),
      ArrowRight: () => this.#step(1),
      KeyZ: () => this.#zoom(),
      NumpadAdd: () => this.#zoom(true),
      NumpadSubtract: () => this.#zoom(false),
    }[event.code];
    const zoom = { "+": true, "=": true, "-": false }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (!act && zoom === undefined)) return;
    event.preventDefault();
    if (act) act();
    else this.#zoom(zoom);
  }

  /** @param {1 | -1} by */
  #step(by) {
    const at = this.#at + by;
    if (at < 0 || at >= this.#shown.length) return;
    this.#at = at;
    this.#draw();
  }

  /** @param {boolean} [near] */
  #zoom(near = !this.#stage.classList.contains("near")) {
    this.#stage.classList.toggle("near", near);
    byId("viewer-zoom").setAttribute("aria-pressed", String(near));
    if (!near) return;
    this.#stage.scrollLeft = (this.#stage.scrollWidth - this.#stage.clientWidth) / 2;
    this.#stage.scrollTop = (this.#stage.scrollHeight - this.#stage.clientHeight) / 2;
  }

  #draw() {
    const message = /** @type {Message} */ (this.#shown[this.#at]);
    const { media, messageText, messageType, createdAt } = message;
    this.#zoom(false);
    this.#stage.replaceChildren(large(message, () => this.#zoom()));
    const facts = [
      media?.width && media.height ? `${media.width} × ${media.height}` : "",
      media?.duration ? duration(media.duration) : "",
      media?.fileSize ? size(media.fileSize) : "",
      fullTime(createdAt),
    ];
    byId("viewer-caption").replaceChildren(line(messageText.slice(0, 300)));
    byId("viewer-facts").textContent = facts.filter(Boolean).join(" · ");
    byId("viewer-count").textContent = t("viewer.count", { at: this.#at + 1, of: this.#shown.length });
    this.#dialog.setAttribute("aria-label", kindName(messageType));
    /** @type {HTMLButtonElement} */ (byId("viewer-back")).disabled = this.#at === 0;
    /** @type {HTMLButtonElement} */ (byId("viewer-on")).disabled = this.#at === this.#shown.length - 1;
    byId("viewer-zoom").hidden = !isPicture(message);
    /** @type {HTMLAnchorElement} */ (byId("viewer-save")).href = fileUrl(message);
  }
}

/** @param {Message} message */
const drawable = (message) => isPicture(message) || message.messageType === "game" || isPlayable(message, "video");

/**
 * @param {Message} message
 * @param {() => void} zoom
 */
function large(message, zoom) {
  const { width, height } = message.media ?? {};
  const box = width && height ? { width, height } : {};
  if (!isPicture(message) && message.messageType !== "game") {
    return el("video", { src: fileUrl(message), controls: true, autoplay: true, playsinline: true, ...box });
  }
  const name = message.messageText.slice(0, 200) || kindName(message.messageType);
  return el("img", { src: fileUrl(message), alt: name, ondblclick: zoom, ...box });
}
