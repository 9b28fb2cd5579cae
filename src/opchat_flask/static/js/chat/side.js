/** The side on which a chat is open: the chats that were visited lately, with their answers on the way. */

import { byId } from "../dom.js";
import { Emitter } from "../emitter.js";
import { ChatView } from "./chat-view.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Outbox } from "./outbox.js";
import { chosenIn, lastOwn, quotable } from "./pick.js";
import { Presence } from "./presence.js";

const KEPT = 12;

/** Emits when something about the open chat has changed. */
export class Side extends Emitter {
  /** @type {Conversation | null} */
  current = null;
  composer;
  presence = new Presence();
  #view;
  /** @type {Outbox | null} That of the open chat. */
  #outbox = null;
  /** @type {Map<number, {conversation: Conversation, outbox: Outbox}>} Chats visited lately, the latest last. */
  #visited = new Map();

  /** @param {(text: string) => void} announce To those who do not see the page. */
  constructor(announce) {
    super();
    const view = new ChatView({
      announce,
      toDraft: (item, files) => this.composer.putBack(item, files),
      quote: (message, chosen) => this.composer.quote(message, chosen),
      edit: (message) => this.composer.edit(message),
    });
    this.#view = view;
    this.composer = new Composer({
      otherQuote: (step) => this.current && quotable(this.current, this.composer.replyTo, step),
      lastOwn: () => this.current && lastOwn(this.current),
      show: (seq) => view.reveal(seq),
      menu: (message, beside) => view.menu([message], beside),
      typing: () => this.presence.typing(),
      send: (draft, files) => {
        this.presence.typed();
        view.toNewest();
        this.#outbox?.send(draft, files);
      },
      edit: (message, draft) => view.change(message, draft),
    });
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
    this.#outbox = chat.outbox;
    this.composer.open(chat.conversation);
    this.composer.setBlocked(Boolean(this.current.chat?.blockedByUser));
    this.#view.show(chat.conversation, chat.outbox, listed);
    this.emit();
  }

  /** Send on what waits. */
  resume() {
    for (const { outbox } of this.#visited.values()) outbox.resume();
  }

  /** Write an answer: to what is selected, where something is. */
  answer() {
    if (!this.current) return;
    const chosen = chosenIn(this.current);
    if (chosen) this.composer.quote(chosen.message, chosen.quote);
    else this.composer.focus();
  }

  focusName() {
    // Whoever was faster than these scripts writes already, and goes on writing.
    if (document.activeElement !== byId("answer")) byId("chat-name").focus();
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
