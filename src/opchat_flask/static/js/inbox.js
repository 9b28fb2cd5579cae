/** The newest open chats, whatever the list shows just now: what the title counts, and what there is to be told of. */

import { get, tolerate } from "./api.js";
import { Emitter } from "./emitter.js";

const NEWEST = 50;

export class Inbox extends Emitter {
  /** @type {import("./shapes.js").Chat[]} */
  chats = [];
  loaded = false;
  #list;
  #looking = false;

  /** @param {import("./chat-list.js").ChatList} list */
  constructor(list) {
    super();
    this.#list = list;
    list.subscribe(() => this.#isShown && list.loaded && this.#take(list.chats));
  }

  get unread() {
    return this.chats.filter((chat) => chat.unreadCount > 0).length;
  }

  /** Look, unless the list does so anyway. */
  async refresh() {
    if (this.#isShown || this.#looking) return;
    this.#looking = true;
    try {
      this.#take((await get("operator-chats", { status: "open", limit: NEWEST })).chats);
    } catch (error) {
      tolerate(error);
    } finally {
      this.#looking = false;
    }
  }

  get #isShown() {
    return this.#list.status === "open" && !this.#list.search;
  }

  /** @param {import("./shapes.js").Chat[]} chats */
  #take(chats) {
    this.chats = chats;
    this.loaded = true;
    this.emit();
  }
}
