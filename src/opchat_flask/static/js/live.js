/**
 * When to look again. The event stream says so within a moment; while it is down, the clock does. Either way it is only
 * a hint: what is true is asked from the API.
 */

import { apiPath } from "./config.js";
import { connection } from "./connection.js";
import { Emitter } from "./emitter.js";

const POLL_LIST = 5_000;
const POLL_CHAT = 2_000;
const SAFETY = 60_000;
const HIDDEN = 30_000;
const SIGNED_OUT = 15_000;
const RECONNECT = 5_000;

/** Emits `{list: true}`, `{chat: true}` or both when the clock says so, `{userId}` for an event about a
 * chat, with `presence` when only who is there has changed. */
class Live extends Emitter {
  /** @type {EventSource | null} */
  #stream = null;
  #lastTry = 0;
  #lastList = Date.now();
  #lastChat = Date.now();

  /** Whether this page is to hear of news also while it is hidden. */
  keepsListening = () => false;

  start() {
    setInterval(() => this.#tick(), 500);
    // A hidden page gives its connection back: a browser has six for all pages of a site.
    document.addEventListener("visibilitychange", () => (this.#resting ? this.#close() : this.#look()));
    addEventListener("online", () => this.#look());
    addEventListener("pagehide", () => this.#close());
    this.#open();
  }

  get streaming() {
    return this.#stream?.readyState === EventSource.OPEN;
  }

  get #resting() {
    return document.hidden && !this.keepsListening();
  }

  #look() {
    this.#open();
    this.#due(true, true);
  }

  #open() {
    if (this.#resting || (this.#stream && this.#stream.readyState !== EventSource.CLOSED)) return;
    this.#lastTry = Date.now();
    this.#stream = new EventSource(apiPath("events"));
    // Whatever happened while nobody listened is caught up with now.
    this.#stream.addEventListener("open", () => this.#due(true, true));
    this.#stream.addEventListener("presence", (event) => this.emit({ ...JSON.parse(event.data), presence: true }));
    this.#stream.addEventListener("chat", (event) => this.emit(JSON.parse(event.data)));
  }

  #close() {
    this.#stream?.close();
    this.#stream = null;
  }

  #tick() {
    const now = Date.now();
    if (this.#resting) {
      // Nobody looks at the chat; the title still says how many wait.
      this.#due(now - this.#lastList >= HIDDEN, false);
      return;
    }
    if (!this.streaming && connection.signedIn && now - this.#lastTry > RECONNECT) this.#open();
    const calm = this.streaming ? SAFETY : connection.signedIn ? 0 : SIGNED_OUT;
    this.#due(now - this.#lastList >= (calm || POLL_LIST), now - this.#lastChat >= (calm || POLL_CHAT));
  }

  /**
   * @param {boolean} list
   * @param {boolean} chat
   */
  #due(list, chat) {
    if (list) this.#lastList = Date.now();
    if (chat) this.#lastChat = Date.now();
    if (list || chat) this.emit({ list, chat });
  }
}

export const live = new Live();
