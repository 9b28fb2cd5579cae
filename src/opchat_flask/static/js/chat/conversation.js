/** One chat as it is known here: its newest messages without a gap, and what changed since. */

import { change, get, tolerate } from "../api.js";
import { Emitter } from "../emitter.js";

const PAGE = 50;
const FAR = 200;

/** @typedef {import("../shapes.js").Message} Message */

export class Conversation extends Emitter {
  /** @type {import("../shapes.js").Chat | null} */
  chat = null;
  /** @type {Map<number, Message>} */
  #messages = new Map();
  /** @type {Message[] | null} The same in order, until something changes. */
  #sorted = null;
  /** @type {number | null} */
  #before = null;
  #revision = 0;
  /** @type {Promise<void> | null} */
  #looking = null;
  #again = false;
  #readUpTo = 0;
  loadingOlder = false;
  /** The server says that there is no such chat. */
  missing = false;

  /** @param {number} userId */
  constructor(userId) {
    super();
    this.userId = userId;
  }

  get loaded() {
    return this.chat !== null;
  }

  get hasOlder() {
    return this.#before !== null;
  }

  /** Oldest first. */
  get messages() {
    this.#sorted ??= [...this.#messages.values()].sort((one, other) => one.seq - other.seq);
    return this.#sorted;
  }

  /** @param {number | null} seq */
  message(seq) {
    return seq === null ? undefined : this.#messages.get(seq);
  }

  /** The newest message's place, 0 in an empty chat. */
  get lastSeq() {
    return this.messages.at(-1)?.seq ?? 0;
  }

  /** Look again: everything the first time, later only what changed. Calls during a request make one more. */
  refresh() {
    this.#again = true;
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #look() {
    while (this.#again) {
      this.#again = false;
      try {
        /** @type {import("../shapes.js").HistoryPage} */
        const page = await get(this.#path(), this.loaded ? { after: this.#revision } : { limit: PAGE });
        if (!this.loaded) this.#before = page.nextBefore;
        const before = this.#revision;
        this.#revision = Math.max(before, page.revision);
        this.chat = page.chat;
        this.missing = false;
        if (this.#keep(page.messages) || before !== this.#revision) this.emit();
      } catch (error) {
        if (/** @type {any} */ (error).status !== 404) return tolerate(error);
        this.missing = true;
        this.emit();
      }
    }
  }

  /**
   * Load what came before.
   * @param {number} [limit]
   */
  async older(limit = PAGE) {
    if (this.loadingOlder || this.#before === null) return;
    this.loadingOlder = true;
    this.emit();
    try {
      /** @type {import("../shapes.js").HistoryPage} */
      const page = await get(this.#path(), { limit, before: this.#before });
      this.#before = page.nextBefore;
      // An event may have brought a newer version of one of them meanwhile.
      this.#keep(page.messages, true);
    } catch (error) {
      tolerate(error);
    } finally {
      this.loadingOlder = false;
      this.emit();
    }
  }

  /**
   * Load back until a message is there.
   * @param {number} seq
   */
  async reach(seq) {
    let before = null;
    // A page that did not come ends it: the way stays where it was.
    while (this.#before !== null && this.#before !== before && !this.#messages.has(seq)) {
      before = this.#before;
      await this.older(FAR);
    }
  }

  /**
   * Take in messages that an answer to something else brought.
   * @param {Message[]} messages
   */
  merge(messages) {
    if (this.loaded && this.#keep(messages)) this.emit();
  }

  /**
   * @param {Message[]} messages
   * @param {boolean} [older] They join on at the top.
   */
  #keep(messages, older = false) {
    const first = older ? 0 : (this.messages[0]?.seq ?? Infinity);
    let changed = false;
    for (const message of messages) {
      const known = this.#messages.get(message.seq);
      // A change of a message above what is loaded is seen when somebody scrolls there.
      if (
        known
          ? known.revision >= message.revision
          : this.#before !== null && message.seq < first && Number.isFinite(first)
      ) {
        continue;
      }
      this.#messages.set(message.seq, message);
      this.#sorted = null;
      changed = true;
    }
    return changed;
  }

  /**
   * What a message said before its edits, oldest first.
   * @param {number} seq
   * @returns {Promise<import("../shapes.js").Version[]>}
   */
  async versions(seq) {
    return (await get(`${this.#path()}/${seq}/versions`)).versions;
  }

  /** Say that somebody has seen the newest message. */
  async markRead() {
    const seq = this.lastSeq;
    if (!this.chat?.unreadCount || seq <= this.#readUpTo) return;
    const before = this.#readUpTo;
    this.#readUpTo = seq;
    try {
      await change("POST", `${this.#path()}/read`, { seq });
      await this.refresh();
    } catch (error) {
      this.#readUpTo = before;
      tolerate(error);
    }
  }

  /**
   * Settle an answer that failed or is in doubt, and see what became of it, whoever settled it.
   * @param {number} seq
   * @param {"retry" | "mark"} action
   * @param {object} [body]
   */
  settle(seq, action, body) {
    return this.#alter("POST", `${seq}/${action}`, body);
  }

  /**
   * Give an answer another text, in Telegram too.
   * @param {number} seq
   * @param {string} messageText
   * @param {import("../shapes.js").Entity[]} entities
   */
  edit(seq, messageText, entities) {
    return this.#alter("PATCH", `${seq}`, { messageText, entities });
  }

  /** Delete an answer, in Telegram too. @param {number} seq */
  remove(seq) {
    return this.#alter("DELETE", `${seq}`);
  }

  /**
   * React to a message of the user; null takes it back.
   * @param {number} seq
   * @param {string | null} emoji
   */
  react(seq, emoji) {
    return this.#alter("PUT", `${seq}/reaction`, { emoji });
  }

  /**
   * @param {"PATCH" | "DELETE" | "PUT" | "POST"} method
   * @param {string} what
   * @param {object} [body]
   */
  async #alter(method, what, body) {
    try {
      const { message } = await change(method, `${this.#path()}/${what}`, body);
      if (message) this.merge([message]);
    } finally {
      await this.refresh();
    }
  }

  #path() {
    return `users/${this.userId}/operator-chat`;
  }
}
