/** Draws the open chat. */

import { arrange, byId } from "../dom.js";
import { t } from "../i18n.js";
import { isTooLarge } from "./files.js";
import { clearHead, showHead, showNamelessHead } from "./head.js";
import { loadLimits } from "./limits.js";
import { Lines } from "./lines.js";
import { Menu } from "./menu.js";
import { chosenIn } from "./pick.js";
import { confirmRemoval } from "./removal.js";
import { ScrollKeeper } from "./scroll.js";
import { Viewer } from "./viewer.js";
import { Window } from "./window.js";
import { Wishes } from "./wishes.js";

/** @typedef {import("../shapes.js").Message} Message */
/** @typedef {import("./pick.js").Chosen} Chosen */

export class ChatView {
  #pane = byId("pane");
  #rows = byId("messages");
  #pill = byId("pill");
  /** @type {import("./conversation.js").Conversation | null} */
  #conversation = null;
  /** @type {import("./outbox.js").Outbox | null} */
  #outbox = null;
  /** @type {Wishes | null} */
  #wishes = null;
  /** The first message that was unread when the chat was opened. */
  #unreadFrom = 0;
  #viewer = new Viewer();
  /** What there is to do about a message. @type {import("./bubble.js").Actions} */
  #actions = {
    retry: (seq) => this.#settle(seq, "retry"),
    arrived: (seq) => this.#settle(seq, "mark", { arrived: true }),
    show: (seq) => this.reveal(seq),
    quote: (message) => {
      const chosen = this.#conversation && chosenIn(this.#conversation);
      this.handlers.quote(message, chosen?.message.seq === message.seq ? chosen.quote : null);
    },
    versions: async (message) => {
      await this.#wishes?.toggleVersions(message);
      this.#draw();
    },
    menu: (parts, beside) => this.menu(parts, beside),
    view: (message) => this.#viewer.open(this.#conversation?.messages ?? [message], message),
    again: (item) => this.#outbox?.again(item),
    withdraw: (item) => {
      this.handlers.toDraft(item, this.#outbox?.withdraw(item) ?? []);
    },
  };
  #menu = new Menu({
    quote: (message) => this.#actions.quote(message),
    versions: (message) => this.#actions.versions(message),
    edit: (message) => this.handlers.edit(message),
    remove: (parts) => this.#remove(parts),
    react: (message, emoji) => this.#grant(message.seq, (chat) => chat.react(message.seq, emoji)),
  });
  #lines = new Lines(this.#actions);
  /** Which part of a long history is drawn. */
  #window = new Window();
  #seenSeq = 0;
  #begun = false;
  /** What is shown may be from an earlier visit: until the server has answered, where to begin is not settled. */
  #settling = false;
  /** @type {(() => void)[]} */
  #leave = [];

  /**
   * @param {object} handlers
   * @param {(item: import("./outbox.js").Pending, files: File[]) => void} handlers.toDraft A withdrawn answer goes back
   *   to the composer.
   * @param {(message: Message, chosen: Chosen | null) => void} handlers.quote Somebody wants to answer this message, or
   *   a part of it.
   * @param {(message: Message) => void} handlers.edit Somebody wants to change this answer.
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
    this.#wishes = new Wishes(conversation, this.handlers.announce);
    this.#settling = true;
    this.#leave = [conversation.subscribe(() => this.#draw()), outbox.subscribe(() => this.#draw())];
    if (listed) showHead(listed);
    else showNamelessHead(conversation.userId);
    this.#draw();
    await conversation.refresh();
    if (this.#conversation === conversation) this.#settling = false;
    await loadLimits();
    if (this.#conversation !== conversation) return;
    // Until the limits were known, no file was too large to be looked at.
    const large = conversation.messages.filter(isTooLarge);
    for (const { seq } of large) this.#lines.forget(seq);
    if (large.length) this.#draw();
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
    this.#conversation = this.#outbox = this.#wishes = null;
    this.#lines.clear();
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
    const wishes = this.#wishes;
    if (!conversation || !outbox || !wishes) return;
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
    const shown = { conversation, outbox, wishes, window: this.#window, unreadFrom: this.#unreadFrom };
    this.scroll.keep(() => arrange(this.#rows, this.#lines.draw(shown)));
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
   * @param {number} seq
   * @param {"retry" | "mark"} action
   * @param {object} [body]
   */
  #settle(seq, action, body) {
    return this.#grant(seq, (conversation) => conversation.settle(seq, action, body));
  }

  /**
   * @param {number} seq
   * @param {(conversation: import("./conversation.js").Conversation) => Promise<void>} act
   */
  async #grant(seq, act) {
    const conversation = this.#conversation;
    if (!conversation) return;
    await this.#wishes?.grant(seq, () => act(conversation));
    this.#lines.forget(seq); // its buttons are disabled since the click
    this.#draw();
  }

  /** @param {Message[]} parts */
  async #remove(parts) {
    if (!(await confirmRemoval(parts))) return;
    for (const { seq, deletedAt } of parts) {
      if (!deletedAt) await this.#grant(seq, (conversation) => conversation.remove(seq));
    }
  }

  /**
   * Give an answer another text.
   * @param {Message} message
   * @param {import("./outbox.js").Draft} draft
   */
  change({ seq, messageText, entities: before }, { text, entities }) {
    if (text === messageText && JSON.stringify(entities) === JSON.stringify(before)) return;
    this.#grant(seq, (conversation) => conversation.edit(seq, text, entities));
  }

  /**
   * What there is to do about a message.
   * @param {Message[]} parts
   * @param {HTMLElement} beside
   */
  menu(parts, beside) {
    this.#menu.open(parts, beside);
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
