/** Draws the open chat. */

import { Refused, tolerate } from "../api.js";
import { arrange, byId, el } from "../dom.js";
import { has, t } from "../i18n.js";
import { dayName, sameDay } from "../times.js";
import { bubble, canBeQuoted, pendingBubble } from "./bubble.js";
import { clearHead, showHead, showNamelessHead } from "./head.js";
import { together } from "./run.js";
import { ScrollKeeper } from "./scroll.js";
import { Window } from "./window.js";

/** @typedef {import("../shapes.js").Message} Message */

export class ChatView {
  #pane = byId("pane");
  #rows = byId("messages");
  #pill = byId("pill");
  /** @type {import("./conversation.js").Conversation | null} */
  #conversation = null;
  /** @type {import("./outbox.js").Outbox | null} */
  #outbox = null;
  /** @type {Map<string, {shows: string, row: HTMLLIElement}>} */
  #drawn = new Map();
  /** The first message that was unread when the chat was opened. */
  #unreadFrom = 0;
  /** Which part of a long history is drawn. */
  #window = new Window();
  #seenSeq = 0;
  #begun = false;
  /** What is shown may be from an earlier visit: until the server has answered, where to begin is not settled. */
  #settling = false;
  /** @type {Map<number, string>} Why a wish about a message was not granted. */
  #notes = new Map();
  /** @type {Map<number, {revision: number, versions: import("../shapes.js").Version[]}>} Earlier versions asked for. */
  #versions = new Map();
  /** @type {(() => void)[]} */
  #leave = [];

  /**
   * @param {object} handlers
   * @param {(item: import("./outbox.js").Pending) => void} handlers.toDraft A withdrawn answer goes back to the composer.
   * @param {(message: Message) => void} handlers.quote Somebody wants to answer this message.
   * @param {(text: string) => void} handlers.announce To those who do not see the page.
   */
  constructor(handlers) {
    this.handlers = handlers;
    this.scroll = new ScrollKeeper(this.#pane, {
      onTop: () => this.#up(),
      onBottom: () => this.#begun && this.#window.down() && this.#draw(),
      onMove: () => this.#look(),
      atEnd: () => this.#window.atEnd,
    });
    this.#pill.addEventListener("click", () => this.toNewest());
    document.addEventListener("visibilitychange", () => this.#look());
    addEventListener("focus", () => this.#look());
  }

  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("../shapes.js").Chat | undefined} listed What the list says of it.
   */
  async show(conversation, outbox, listed) {
    this.clear();
    this.#conversation = conversation;
    this.#outbox = outbox;
    this.#settling = true;
    this.#leave = [conversation.subscribe(() => this.#draw()), outbox.subscribe(() => this.#draw())];
    if (listed) showHead(listed);
    else showNamelessHead(conversation.userId);
    this.#draw();
    await conversation.refresh();
    if (this.#conversation === conversation) this.#settling = false;
  }

  /** Go to the newest message. */
  toNewest() {
    this.#window.toEnd();
    this.#draw();
    this.scroll.toBottom();
    this.#look();
  }

  /** Draw what was drawn before, or load it. */
  #up() {
    if (!this.#begun) return;
    if (this.#window.up()) this.#draw();
    else this.#conversation?.older();
  }

  clear() {
    for (const leave of this.#leave) leave();
    this.#leave = [];
    this.#conversation = this.#outbox = null;
    this.#drawn = new Map();
    this.#notes = new Map();
    this.#versions = new Map();
    this.#window.toEnd();
    this.#begun = false;
    clearHead();
    this.#unreadFrom = this.#seenSeq = 0;
    this.#rows.replaceChildren();
    this.#pill.hidden = true;
  }

  #draw() {
    const conversation = this.#conversation;
    const outbox = this.#outbox;
    if (!conversation || !outbox) return;
    const { chat } = conversation;
    byId("chat-skeleton").hidden = conversation.loaded || conversation.missing;
    byId("chat-missing").hidden = !conversation.missing;
    byId("chat-body").hidden = conversation.missing;
    byId("older").hidden = !conversation.loadingOlder;
    if (!chat) return;
    showHead(chat);
    const { messages } = conversation;
    const begins = !this.#begun || (this.#settling && this.scroll.pinned);
    if (begins) this.#begin(messages, chat.unreadCount);
    this.#announce(messages);
    this.#window.fit(messages, this.scroll.pinned);
    this.scroll.keep(() => arrange(this.#rows, this.#lines(messages, outbox)));
    if (begins) this.#start();
    this.#look();
  }

  /**
   * @param {Message[]} messages
   * @param {number} unread
   */
  #begin(messages, unread) {
    this.#begun = true;
    const incoming = messages.filter((message) => message.direction === "in");
    this.#unreadFrom = unread ? ((incoming.at(-unread) ?? incoming[0])?.seq ?? 0) : 0;
    this.#seenSeq = messages.at(-1)?.seq ?? 0;
  }

  /** Begin at the end, or at the first unread message when there is more than fits. */
  #start() {
    this.scroll.toBottom();
    if (this.#pane.scrollHeight <= this.#pane.clientHeight) this.#conversation?.older();
    const divider = this.#rows.querySelector(".unread-line");
    if (
      divider instanceof HTMLElement &&
      divider.getBoundingClientRect().top < this.#pane.getBoundingClientRect().top
    ) {
      this.scroll.show(divider, "start");
    }
  }

  /** @param {Message[]} messages */
  #announce(messages) {
    const last = messages.at(-1);
    if (!last || last.seq <= this.#seenSeq) return;
    const news = messages.filter((message) => message.seq > this.#seenSeq && message.direction === "in");
    this.#seenSeq = last.seq;
    if (!news.length) return;
    this.handlers.announce(
      t("chat.announced", { count: news.length, text: news.at(-1)?.messageText.slice(0, 200) ?? "" }),
    );
  }

  /**
   * Everything that is to be seen, in order; what is drawn already and unchanged is used again.
   * @param {Message[]} messages
   * @param {import("./outbox.js").Outbox} outbox
   */
  #lines(messages, outbox) {
    const before = this.#drawn;
    this.#drawn = new Map();
    /** @type {(key: string, shows: unknown, make: () => HTMLLIElement) => void} */
    const put = (key, shows, make) => {
      const text = JSON.stringify(shows);
      const known = before.get(key);
      this.#drawn.set(key, known?.shows === text ? known : { shows: text, row: make() });
    };
    const conversation = this.#conversation;
    for (let at = this.#window.from; at < this.#window.to; at++) {
      const message = /** @type {Message} */ (messages[at]);
      const previous = messages[at - 1];
      const next = messages[at + 1];
      const newDay = !previous || !sameDay(previous.createdAt, message.createdAt);
      if (newDay)
        put(`day-${message.seq}`, dayName(message.createdAt), () => divider("day-line", dayName(message.createdAt)));
      const asked = this.#versions.get(message.seq);
      if (message.seq === this.#unreadFrom) put("unread", "", () => divider("unread-line", t("chat.unread_line")));
      const placement = {
        first: newDay || message.seq === this.#unreadFrom || !together(previous, message),
        last:
          !next ||
          next.seq === this.#unreadFrom ||
          !together(message, next) ||
          !sameDay(message.createdAt, next.createdAt),
        quoted: conversation?.message(message.replyTo),
        note: this.#notes.get(message.seq),
        versions: asked?.revision === message.revision ? asked.versions : undefined,
      };
      put(`m${message.seq}`, [message, placement], () => bubble(message, placement, this.#actions));
    }
    if (this.#window.to < messages.length) return [...this.#drawn.values()].map(({ row }) => row);
    const stored = new Set(messages.map((message) => message.clientMessageId));
    for (const item of outbox.pending) {
      const quoted = conversation?.message(item.replyTo);
      if (!stored.has(item.key)) put(`p${item.key}`, item, () => pendingBubble(item, quoted, this.#actions));
    }
    return [...this.#drawn.values()].map(({ row }) => row);
  }

  /** @type {import("./bubble.js").Actions} */
  #actions = {
    retry: (seq) => this.#settle(seq, "retry"),
    arrived: (seq) => this.#settle(seq, "mark", { arrived: true }),
    show: (seq) => this.reveal(seq),
    quote: (message) => this.handlers.quote(message),
    versions: (message) => this.#toggleVersions(message),
    again: (item) => this.#outbox?.again(item),
    withdraw: (item) => {
      this.#outbox?.withdraw(item);
      this.handlers.toDraft(item);
    },
  };

  /**
   * Scroll to a message, wherever in the history it is.
   * @param {number} seq
   */
  async reveal(seq) {
    const conversation = this.#conversation;
    await conversation?.reach(seq);
    if (!conversation || conversation !== this.#conversation || !conversation.message(seq)) return;
    this.#window.around(conversation.messages.findIndex((message) => message.seq === seq));
    this.#draw();
    const row = byId(`message-${seq}`);
    this.scroll.show(row, "center");
    row.classList.remove("shown");
    requestAnimationFrame(() => row.classList.add("shown"));
  }

  /**
   * The message to quote instead of another one, or null past the newest.
   * @param {number | null} seq What is quoted now.
   * @param {1 | -1} step 1 for a newer one.
   */
  quotable(seq, step) {
    const messages = (this.#conversation?.messages ?? []).filter(canBeQuoted);
    const at = seq === null ? messages.length : messages.findIndex((message) => message.seq === seq);
    return messages[step < 0 ? Math.max(0, at - 1) : at + 1] ?? null;
  }

  /** @param {Message} message */
  async #toggleVersions({ seq, revision }) {
    const known = this.#versions;
    if (known.get(seq)?.revision === revision) known.delete(seq);
    else {
      try {
        known.set(seq, { revision, versions: (await this.#conversation?.versions(seq)) ?? [] });
      } catch (error) {
        tolerate(error);
      }
    }
    this.#draw();
  }

  /**
   * @param {number} seq
   * @param {"retry" | "mark"} action
   * @param {object} [body]
   */
  async #settle(seq, action, body) {
    const notes = this.#notes;
    notes.delete(seq);
    try {
      await this.#conversation?.settle(seq, action, body);
    } catch (error) {
      notes.set(seq, refusal(error));
      this.handlers.announce(refusal(error));
    }
    this.#drawn.delete(`m${seq}`); // its buttons are disabled since the click
    this.#draw();
  }

  /** Tell the server what has been seen, and the operator what has not. */
  #look() {
    const conversation = this.#conversation;
    if (!conversation?.loaded) return;
    const { pinned } = this.scroll;
    const unread = conversation.chat?.unreadCount ?? 0;
    this.#pill.hidden = pinned;
    byId("pill-text").textContent = unread ? t("chat.new_messages", { count: unread }) : t("chat.to_newest");
    this.#pill.classList.toggle("has-news", unread > 0);
    if (pinned && unread && document.visibilityState === "visible") conversation.markRead();
  }
}

/** @param {unknown} error */
function refusal(error) {
  if (!(error instanceof Refused)) return t("delivery.not_tried");
  return has(`outbox.code.${error.code}`) ? t(`outbox.code.${error.code}`) : error.message;
}

/**
 * @param {string} name
 * @param {string} text
 */
const divider = (name, text) => el("li", { class: `divider ${name}` }, el("span", {}, text));
