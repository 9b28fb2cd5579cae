/**
 * Which colleagues are in the open chat, and that we are. Said again every few seconds, for the server forgets it: a
 * browser that crashed is in no chat. The server knows operators, not pages: several pages of one operator speak as one.
 */

import { change, tolerate } from "../api.js";
import { byId } from "../dom.js";
import { t } from "../i18n.js";
import { recall, remember } from "../storage.js";
import { line } from "../stranger.js";

const AGAIN = 5_000;
const PAUSE = 4_000;
const FORGOTTEN = 12_000;
const HERE = "here:";
const page = Math.random().toString(36).slice(2);

/** @typedef {"viewing" | "typing"} Doing */

export class Presence {
  /** @type {number | null} */
  #userId = null;
  #typedAt = 0;
  /** @type {Doing | ""} */
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
    const state = together(userId, this.#said);
    try {
      const { colleagues } = await change("POST", `users/${userId}/operator-chat/presence`, { state });
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
    const state = together(this.#userId, null) ?? "away";
    change("POST", `users/${this.#userId}/operator-chat/presence`, { state }, { keepalive: true }).catch(() => {
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

/**
 * Note what this page does in a chat.
 * @param {number} userId
 * @param {Doing | null} doing Null when it has left.
 * @returns {Doing | null} What the operator does there, in all pages of this browser taken together.
 */
function together(userId, doing) {
  const now = Date.now();
  /** @type {[string, Doing, number][]} */
  const noted = recall(HERE + userId, []);
  const pages = noted.filter(([one, , at]) => one !== page && now - at < FORGOTTEN);
  if (doing) pages.push([page, doing, now]);
  remember(HERE + userId, pages.length ? pages : null);
  if (pages.some(([, one]) => one === "typing")) return "typing";
  return pages.length ? "viewing" : null;
}
