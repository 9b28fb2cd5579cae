/** What is to be seen of a chat, line by line; what is drawn already and unchanged is used again. */

import { el } from "../dom.js";
import { t } from "../i18n.js";
import { dayName, sameDay } from "../times.js";
import { bubble } from "./bubble.js";
import { pendingBubble } from "./pending.js";
import { isAlbum, together } from "./run.js";

/** @typedef {import("../shapes.js").Message} Message */

export class Lines {
  /** @type {Map<string, {shows: string, row: HTMLLIElement}>} */
  #drawn = new Map();
  #actions;

  /** @param {import("./bubble.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  clear() {
    this.#drawn = new Map();
  }

  /** Draw it anew the next time. @param {number} seq */
  forget(seq) {
    for (const key of this.#drawn.keys()) if (key.split("-").includes(`m${seq}`)) this.#drawn.delete(key);
  }

  /**
   * @param {object} chat
   * @param {import("./conversation.js").Conversation} chat.conversation
   * @param {import("./outbox.js").Outbox} chat.outbox
   * @param {import("./window.js").Window} chat.window Which part of it is drawn.
   * @param {number} chat.unreadFrom The first message that was unread.
   * @param {import("./wishes.js").Wishes} chat.wishes
   * @returns {HTMLLIElement[]}
   */
  draw({ conversation, outbox, window, unreadFrom, wishes }) {
    const before = this.#drawn;
    this.#drawn = new Map();
    /** @type {(key: string, shows: unknown, make: () => HTMLLIElement) => void} */
    const put = (key, shows, make) => {
      const text = JSON.stringify(shows);
      const known = before.get(key);
      this.#drawn.set(key, known?.shows === text ? known : { shows: text, row: make() });
    };
    const { messages } = conversation;
    for (let at = window.from; at < window.to; at++) {
      const message = /** @type {Message} */ (messages[at]);
      const previous = messages[at - 1];
      const newDay = !previous || !sameDay(previous.createdAt, message.createdAt);
      if (newDay) {
        put(`day-${message.seq}`, dayName(message.createdAt), () => divider("day-line", dayName(message.createdAt)));
      }
      if (message.seq === unreadFrom) put("unread", "", () => divider("unread-line", t("chat.unread_line")));
      const parts = [message];
      for (let next = messages[at + 1]; next && at + 1 < window.to && isAlbum(message, next); next = messages[at + 1]) {
        if (next.seq === unreadFrom) break;
        parts.push(next);
        at++;
      }
      const next = messages[at + 1];
      const placement = {
        first: newDay || message.seq === unreadFrom || !together(previous, message),
        last:
          !next || next.seq === unreadFrom || !together(message, next) || !sameDay(message.createdAt, next.createdAt),
        quoted: conversation.message(message.replyTo),
        notes: parts.map((part) => wishes.note(part)),
        versions: wishes.versions(message),
      };
      const key = parts.map(({ seq }) => `m${seq}`).join("-");
      put(key, [parts, placement], () => drawn(parts, placement, this.#actions));
    }
    if (window.atEnd) {
      const stored = new Set(messages.map((message) => message.clientMessageId));
      for (const item of outbox.pending) {
        const quoted = conversation.message(item.replyTo);
        const upload = outbox.uploads.get(item.key);
        if (stored.has(item.key)) continue;
        put(`p${item.key}`, [item, Boolean(upload)], () => pendingBubble(item, upload, quoted, this.#actions));
      }
    }
    return [...this.#drawn.values()].map(({ row }) => row);
  }
}

/**
 * A bubble of whatever is in the messages: anybody may have posted them, and none may take the chat with it.
 * @param {Message[]} parts
 * @param {import("./bubble.js").Placement} placement
 * @param {import("./bubble.js").Actions} actions
 */
function drawn(parts, placement, actions) {
  try {
    return bubble(parts, placement, actions);
  } catch (error) {
    console.info("A message is not what it says to be:", error);
    return bubble(parts.map(raw), placement, actions);
  }
}

/** The same message as words and raw data. @param {Message} message @returns {Message} */
const raw = (message) => ({ ...message, messageType: "unsupported", entities: [], context: undefined });

/**
 * @param {string} name
 * @param {string} text
 */
const divider = (name, text) => el("li", { class: `divider ${name}` }, el("span", {}, text));
