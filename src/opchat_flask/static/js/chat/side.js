/** The side on which a chat is open: the chats that were visited lately, with their answers on the way. */

import { byId } from "../dom.js";
import { Emitter } from "../emitter.js";
import { ChatView } from "./chat-view.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Outbox } from "./outbox.js";
import { Presence } from "./presence.js";

const KEPT = 12;

/** Emits when something about the open chat has changed. */
export class Side extends Emitter {
  /** @type {Conversation | null} */
  current = null;
  composer = new Composer();
  presence = new Presence();
  #view;
  /** @type {Map<number, {conversation: Conversation, outbox: Outbox}>} Chats visited lately, the latest last. */
  #visited = new Map();

  /** @param {(text: string) => void} announce To those who do not see the page. */
  constructor(announce) {
    super();
    this.#view = new ChatView({
      announce,
      toDraft: (item) => this.composer.putBack(item),
      quote: (message) => this.composer.quote(message),
    });
    this.composer.onOlderQuote = (step) => this.#view.quotable(this.composer.replyTo, step);
    this.composer.onShowQuoted = (seq) => this.#view.reveal(seq);
    this.composer.onTyping = () => this.presence.typing();
    for (const userId of Outbox.left()) this.#visit(userId).outbox.resume();
  }

  /**
   * @param {number | null} userId
   * @param {import("../shapes.js").Chat | undefined} listed What the list says of it.
   */
  open(userId, listed) {
    if (userId === (this.current?.userId ?? null)) return;
    this.current = null;
    this.#view.clear();
    this.presence.enter(userId);
    if (userId === null) return this.emit();
    const chat = this.#visited.get(userId) ?? this.#visit(userId);
    this.#visited.delete(userId);
    this.#visited.set(userId, chat);
    for (const [id, { outbox }] of this.#visited) {
      if (this.#visited.size > KEPT && id !== userId && !outbox.pending.length) this.#visited.delete(id);
    }
    this.current = chat.conversation;
    this.composer.open(chat.conversation, (text, replyTo) => {
      this.presence.typed();
      this.#view.toNewest();
      chat.outbox.send(text, replyTo);
    });
    this.composer.setBlocked(Boolean(this.current.chat?.blockedByUser));
    this.#view.show(chat.conversation, chat.outbox, listed);
    this.emit();
  }

  /** Send on what waits. */
  resume() {
    for (const { outbox } of this.#visited.values()) outbox.resume();
  }

  focusName() {
    byId("chat-name").focus();
  }

  /** @param {number} userId */
  #visit(userId) {
    const conversation = new Conversation(userId);
    conversation.subscribe(() => {
      if (conversation !== this.current) return;
      this.composer.setBlocked(Boolean(conversation.chat?.blockedByUser));
      this.emit();
    });
    const chat = { conversation, outbox: new Outbox(conversation) };
    this.#visited.set(userId, chat);
    return chat;
  }
}
