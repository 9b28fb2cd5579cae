/**
 * The list of chats as it is known here: one query at a time, as deep as somebody has scrolled. News of a chat cost one
 * page of the newest, however much is loaded.
 */

import { change, get, Refused, tolerate } from "./api.js";
import { Emitter } from "./emitter.js";

const PAGE = 50;
const MOST = 200;
const SETTLE = 120;
const FEW = 3;

/** @typedef {import("./shapes.js").Chat} Chat */

export class ChatList extends Emitter {
  /** @type {"open" | "closed"} */
  status = "open";
  search = "";
  /** @type {Chat[]} */
  chats = [];
  counts = { open: 0, closed: 0 };
  loaded = false;
  /** @type {string | null} */
  #cursor = null;
  #query = new AbortController();
  /** @type {Promise<void>} One request at a time, in order. */
  #work = Promise.resolve();
  #waiting = false;
  /** @type {Set<number> | null} Whose chats have changed since we looked; null when that is not known. */
  #news = new Set();
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
    this.#news = new Set();
    this.emit();
    return this.#enqueue((signal) => this.#read(PAGE, signal));
  }

  /**
   * Look again: at all that is loaded, or at what has to do with one chat that is known to have changed. Many calls in a
   * moment make one request.
   * @param {number} [userId]
   */
  refresh(userId) {
    if (userId === undefined) this.#news = null;
    else this.#news?.add(userId);
    if (this.#waiting) return;
    this.#waiting = true;
    const query = this.#query;
    setTimeout(() => {
      if (query !== this.#query) return;
      this.#enqueue((signal) => {
        this.#waiting = false;
        return this.#look(signal);
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
    this.refresh(userId);
    return /** @type {Chat} */ (chat);
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

  /** @param {AbortSignal} signal */
  async #look(signal) {
    const news = this.#news;
    this.#news = new Set();
    try {
      if (!news || !(await this.#takeIn(news, signal))) await this.#read(Math.max(PAGE, this.chats.length), signal);
    } catch (error) {
      this.#news = null; // whatever it was about is looked for the next time
      throw error;
    }
  }

  /**
   * Read the newest chats, and those lower down that have changed; the others are as they were, and in that order.
   * @param {Set<number>} news Whose chats have changed.
   * @param {AbortSignal} signal
   * @returns {Promise<boolean>} False when that does not tell how the list is now.
   */
  async #takeIn(news, signal) {
    const page = await this.#page(PAGE, null, signal);
    const newest = new Set(page.chats.map((chat) => chat.userId));
    const before = new Map(this.chats.map((chat) => [chat.userId, chat]));
    const last = page.chats.at(-1);
    const below = this.chats.filter((chat) => last && !newest.has(chat.userId) && newestFirst(last, chat) < 0);
    if (page.nextCursor && below.length) {
      const changed = this.chats.filter((chat) => !newest.has(chat.userId) && news.has(chat.userId));
      // What lies between the newest and what is known is not known, unless the two overlap.
      const overlaps = page.chats.some((chat) => before.get(chat.userId)?.lastMessageAt === chat.lastMessageAt);
      if (!overlaps || changed.length > FEW) return false;
      const now = await Promise.all(changed.map(({ userId }) => this.#one(userId, signal)));
      const left = below.filter((chat) => !news.has(chat.userId));
      const stay = now.flatMap((chat) => (chat?.status === this.status ? [chat] : []));
      this.chats = [...page.chats, ...[...left, ...stay].sort(newestFirst)];
    } else {
      this.chats = page.chats;
      this.#cursor = page.nextCursor;
    }
    this.counts = page.counts;
    this.loaded = true;
    return true;
  }

  /**
   * @param {number} userId
   * @param {AbortSignal} signal
   * @returns {Promise<Chat | null>}
   */
  async #one(userId, signal) {
    try {
      return (await get(`users/${userId}/operator-chat`, { limit: 1 }, signal)).chat;
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  }

  /**
   * @param {number} depth
   * @param {AbortSignal} signal
   */
  async #read(depth, signal) {
    /** @type {Map<number, Chat>} */
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

/**
 * The order of the server.
 * @param {Chat} one
 * @param {Chat} other
 */
function newestFirst(one, other) {
  // Times are written equally long, to the microsecond.
  if (one.lastMessageAt !== other.lastMessageAt) return one.lastMessageAt > other.lastMessageAt ? -1 : 1;
  return other.userId - one.userId;
}
