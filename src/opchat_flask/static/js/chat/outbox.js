/**
 * Answers on their way to the server. Each has a key of its own, made when it is sent: the server knows a repeated one by
 * it, so it may be sent again and again until it is known to be stored, by this page or after a reload.
 */

import { change, passing, Refused, Unanswered } from "../api.js";
import { Emitter } from "../emitter.js";
import { recall, remember, remembered } from "../storage.js";

const NAME = "outbox:";
const PAUSES = [1, 2, 4, 8, 15, 30];

/**
 * @typedef {object} Pending
 * @property {string} key The clientMessageId.
 * @property {string} text
 * @property {string} createdAt
 * @property {number | null} replyTo The message that it answers.
 * @property {number | null} lastSeenSeq Null sends it whatever colleagues said.
 * @property {"sending" | "waiting" | "refused" | "overtaken"} state
 * @property {string} [code] Why it waits or was refused.
 * @property {string} [detail] The same in the server's words.
 * @property {string} [colleague] Who has answered meanwhile.
 */

/** The answers of one chat, stored at the server one after the other in the order in which they were written. */
export class Outbox extends Emitter {
  /** @type {Pending[]} */
  pending;
  #running = false;
  #tries = 0;
  #timer = 0;

  /** @param {import("./conversation.js").Conversation} conversation */
  constructor(conversation) {
    super();
    this.conversation = conversation;
    this.pending = recall(NAME + conversation.userId, []);
  }

  /** Whose chats have answers that an earlier page did not get rid of. */
  static left() {
    return remembered(NAME).map(Number);
  }

  /** Send on what waits: after a reload, or when the server is back. */
  resume() {
    this.#run();
  }

  /**
   * @param {string} text
   * @param {number | null} replyTo
   */
  send(text, replyTo) {
    this.pending.push({
      key: uniqueKey(),
      text,
      createdAt: new Date().toISOString(),
      replyTo,
      lastSeenSeq: this.conversation.lastSeq,
      state: "sending",
    });
    this.#changed();
    this.#run();
  }

  /**
   * Send one again: with a new view of the chat when a colleague was faster.
   * @param {Pending} item
   */
  again(item) {
    if (item.state === "overtaken") item.lastSeenSeq = null;
    item.state = "sending";
    this.#tries = 0;
    this.#changed();
    this.#run();
  }

  /** @param {Pending} item */
  withdraw(item) {
    this.pending = this.pending.filter((other) => other !== item);
    this.#changed();
    this.#run();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    clearTimeout(this.#timer);
    // One that was refused holds up those behind it: answers stay in order.
    while (this.pending[0] && (this.pending[0].state === "sending" || this.pending[0].state === "waiting")) {
      if (!(await this.#post(this.pending[0]))) break;
    }
    this.#running = false;
  }

  /** @param {Pending} item */
  async #post(item) {
    const { key, text, replyTo, lastSeenSeq } = item;
    try {
      const answer = await change("POST", `users/${this.conversation.userId}/operator-chat`, {
        messageText: text,
        clientMessageId: key,
        ...(replyTo ? { replyTo } : {}),
        ...(lastSeenSeq === null ? {} : { lastSeenSeq }),
      });
      this.#tries = 0;
      this.pending = this.pending.filter((other) => other !== item);
      this.conversation.merge(answer.messages ?? [answer.message]);
      this.#changed();
      this.conversation.refresh();
      return true;
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
      this.#refused(item, error);
      return false;
    }
  }

  /**
   * @param {Pending} item
   * @param {Refused | Unanswered} error
   */
  #refused(item, error) {
    item.code = error instanceof Refused ? error.code : "unanswered";
    item.detail = error instanceof Refused ? error.message : "";
    if (error instanceof Refused && error.code === "answered_by_colleague") {
      const messages = error.problem.messages ?? [];
      item.state = "overtaken";
      item.colleague = messages.findLast((message) => message.operator)?.operator ?? "";
      this.conversation.merge(messages);
    } else if (passing(error)) {
      item.state = "waiting";
      const pause = PAUSES[Math.min(this.#tries++, PAUSES.length - 1)] ?? 30;
      const asked = error instanceof Refused ? error.retryAfter : 0;
      this.#timer = setTimeout(() => this.#run(), 1000 * Math.max(pause, asked));
    } else item.state = "refused";
    this.#changed();
  }

  #changed() {
    // Until the server has it, the only copy is here.
    remember(NAME + this.conversation.userId, this.pending.length ? this.pending : null);
    this.emit();
  }
}

/** A key that no other answer has. Browsers give randomUUID to secure contexts only, and random values to all. */
function uniqueKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
