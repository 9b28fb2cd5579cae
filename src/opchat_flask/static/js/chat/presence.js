/**
 * Which colleagues are in the open chat, and that we are. Said again every few seconds, for the server forgets it: a
 * browser that crashed is in no chat.
 */

import { change, tolerate } from "../api.js";
import { byId } from "../dom.js";
import { t } from "../i18n.js";
import { line } from "../stranger.js";

const AGAIN = 5_000;
const PAUSE = 4_000;

export class Presence {
  /** @type {number | null} */
  #userId = null;
  #typedAt = 0;
  #said = "";
  #timer = 0;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#say());
    addEventListener("pagehide", () => this.#leave());
  }

  /** @param {number | null} userId */
  enter(userId) {
    if (userId === this.#userId) return;
    this.#leave();
    this.#userId = userId;
    this.#typedAt = 0;
    this.#draw([]);
    this.#say();
  }

  typing() {
    this.#typedAt = Date.now();
    if (this.#said !== "typing") this.#say();
  }

  /** Somebody came or went. */
  heard() {
    this.#say();
  }

  /** What was typed is sent, or given up. */
  typed() {
    this.#typedAt = 0;
    if (this.#said === "typing") this.#say();
  }

  async #say() {
    clearTimeout(this.#timer);
    const userId = this.#userId;
    if (userId === null) return;
    // Who has another window before this one does not look at the chat.
    if (document.hidden) return this.#leave();
    this.#said = Date.now() - this.#typedAt < PAUSE ? "typing" : "viewing";
    this.#timer = setTimeout(() => this.#say(), this.#said === "typing" ? PAUSE : AGAIN);
    try {
      const { colleagues } = await change("POST", `users/${userId}/operator-chat/presence`, { state: this.#said });
      if (userId === this.#userId) this.#draw(colleagues);
    } catch (error) {
      // What was true some seconds ago may no longer be: rather say nothing.
      if (userId === this.#userId) this.#draw([]);
      if (/** @type {any} */ (error).status !== 404) tolerate(error);
    }
  }

  #leave() {
    clearTimeout(this.#timer);
    if (this.#userId === null || !this.#said) return;
    this.#said = "";
    change("POST", `users/${this.#userId}/operator-chat/presence`, { state: "away" }, { keepalive: true }).catch(() => {
      // The server forgets us by itself.
    });
  }

  /** @param {{operator: string, state: string}[]} colleagues */
  #draw(colleagues) {
    const typing = colleagues.filter(({ state }) => state === "typing").map(({ operator }) => operator);
    const viewing = colleagues.filter(({ state }) => state === "viewing").map(({ operator }) => operator);
    const words = [
      typing.length ? t("presence.typing", { count: typing.length, names: typing.join(", ") }) : "",
      viewing.length ? t("presence.viewing", { count: viewing.length, names: viewing.join(", ") }) : "",
    ];
    const text = words.filter(Boolean).join(" ");
    const place = byId("presence");
    if (place.textContent !== text) place.replaceChildren(line(text));
    place.classList.toggle("typing", typing.length > 0);
  }
}
