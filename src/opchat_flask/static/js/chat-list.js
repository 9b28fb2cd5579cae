/** The list of chats as it is known here: one query at a time, as deep as somebody has scrolled. */

import { change, get, tolerate } from "./api.js";
import { Emitter } from "./emitter.js";

const PAGE = 50;
const MOST = 200;
const SETTLE = 120;

export class ChatList extends Emitter {
  /** @type {"open" | "closed"} */
  status = "open";
  search = "";
  /** @type {import("./shapes.js").Chat[]} */
  chats = [];
  counts = { open: 0, closed: 0 };
  loaded = false;
  /** @type {string | null} */
  #cursor = null;
  #query = new AbortController();
  /** @type {Promise<void>} One request at a time, in order. */
  #work = Promise.resolve();
  #waiting = false;
  #deepening = false;

  get complete() {
    return this.loaded && this.#cursor === null;
  }

  /**
   * Ask for something else. What an older question brings is dropped.
   * @param {"open" | "closed"} status
   * @param {string} search
   */
  ask(status, search) {
    if (status !== this.status) {
      this.chats = [];
      this.loaded = false;
    }
    this.status = status;
    this.search = search;
    this.#query.abort();
    this.#query = new AbortController();
    this.#work = Promise.resolve();
    this.#waiting = false;
    this.emit();
    return this.#enqueue((signal) => this.#read(PAGE, signal));
  }

  /** Look again at all that is loaded. Many calls in a moment make one request. */
  refresh() {
    if (this.#waiting) return;
    this.#waiting = true;
    const query = this.#query;
    setTimeout(() => {
      if (query !== this.#query) return;
      this.#enqueue((signal) => {
        this.#waiting = false;
        return this.#read(Math.max(PAGE, this.chats.length), signal);
      });
    }, SETTLE);
  }

  /** Load the next page. */
  async more() {
    if (!this.loaded || !this.#cursor || this.#deepening) return;
    this.#deepening = true;
    await this.#enqueue((signal) => this.#append(signal));
    this.#deepening = false;
  }

  /**
   * @param {number} userId
   * @param {"open" | "closed"} status
   */
  async setStatus(userId, status) {
    const { chat } = await change("PATCH", "operator-chats", { userId, status });
    this.refresh();
    return /** @type {import("./shapes.js").Chat} */ (chat);
  }

  /** @param {(signal: AbortSignal) => Promise<void>} job */
  #enqueue(job) {
    const { signal } = this.#query;
    const run = async () => {
      if (signal.aborted) return;
      try {
        await job(signal);
        this.emit();
      } catch (error) {
        tolerate(error);
      }
    };
    this.#work = this.#work.then(run, run);
    return this.#work;
  }

  /**
   * @param {number} depth
   * @param {AbortSignal} signal
   */
  async #read(depth, signal) {
    /** @type {Map<number, import("./shapes.js").Chat>} */
    const chats = new Map();
    /** @type {string | null} */
    let cursor = null;
    let page;
    do {
      page = await this.#page(Math.min(MOST, depth - chats.size), cursor, signal);
      // A chat that moved up between two pages is met twice; where it was met first is where it is now.
      for (const chat of page.chats) if (!chats.has(chat.userId)) chats.set(chat.userId, chat);
      cursor = page.nextCursor;
    } while (cursor && chats.size < depth);
    this.chats = [...chats.values()];
    this.#cursor = cursor;
    this.counts = page.counts;
    this.loaded = true;
  }

  /** @param {AbortSignal} signal */
  async #append(signal) {
    if (!this.#cursor) return;
    const page = await this.#page(PAGE, this.#cursor, signal);
    const known = new Set(this.chats.map((chat) => chat.userId));
    this.chats = [...this.chats, ...page.chats.filter((chat) => !known.has(chat.userId))];
    this.#cursor = page.nextCursor;
    this.counts = page.counts;
  }

  /**
   * @param {number} limit
   * @param {string | null} cursor
   * @param {AbortSignal} signal
   * @returns {Promise<import("./shapes.js").ChatPage>}
   */
  #page(limit, cursor, signal) {
    return get("operator-chats", { status: this.status, search: this.search, limit, cursor }, signal);
  }
}
