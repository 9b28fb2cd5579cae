/**
 * Answers on their way to the server. Each has a key of its own, made when it is sent: the server knows a repeated one by
 * it, so it may be sent again and again until it is known to be stored, by this page or after a reload.
 */

import { change, passing, Refused, Unanswered } from "../api.js";
import { Emitter } from "../emitter.js";
import { recall, remember, remembered } from "../storage.js";
import { forgetFiles, keepFiles, keptFiles } from "./file-store.js";
import { Upload } from "./upload.js";

const NAME = "outbox:";
const PAUSES = [1, 2, 4, 8, 15, 30];

/**
 * @typedef {object} Draft What somebody has written.
 * @property {string} text
 * @property {import("../shapes.js").Entity[]} entities
 * @property {number | null} replyTo The message that it answers.
 * @property {{text: string, position: number} | null} quote Which part of that.
 * @property {{text: string, url?: string}[][]} buttons
 * @property {string} as As what its files are sent; "" for what they are.
 * @property {string[]} files Their names.
 *
 * @typedef {object} OnTheWay
 * @property {string} key The clientMessageId.
 * @property {string} createdAt
 * @property {number | null} lastSeenSeq Null sends it whatever colleagues said.
 * @property {"sending" | "waiting" | "refused" | "overtaken"} state
 * @property {string} [code] Why it waits or was refused.
 * @property {string} [detail] The same in the server's words.
 * @property {string} [colleague] Who has answered meanwhile.
 *
 * @typedef {Draft & OnTheWay} Pending
 */

/** The answers of one chat, stored at the server one after the other in the order in which they were written. */
export class Outbox extends Emitter {
  /** @type {Pending[]} */
  pending;
  #running = false;
  #tries = 0;
  #timer = 0;
  /** @type {Map<string, File[]>} The files of each. */
  #files = new Map();
  /** @type {Map<string, Upload>} What is on its way just now. */
  uploads = new Map();

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
   * @param {Draft} draft
   * @param {File[]} files
   */
  send(draft, files) {
    const key = uniqueKey();
    if (files.length) {
      this.#files.set(key, files);
      keepFiles(key, files);
    }
    this.pending.push({
      ...draft,
      key,
      createdAt: new Date().toISOString(),
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

  /**
   * Take one back.
   * @param {Pending} item
   * @returns {File[]} The files that went with it, if this page has them.
   */
  withdraw(item) {
    const files = this.#files.get(item.key) ?? [];
    this.uploads.get(item.key)?.stop();
    this.#drop(item);
    this.#changed();
    this.#run();
    return files;
  }

  /** @param {Pending} item */
  #drop(item) {
    this.#files.delete(item.key);
    if (item.files?.length) forgetFiles(item.key);
    this.pending = this.pending.filter((other) => other !== item);
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
    try {
      const answer = await this.#deliver(item);
      this.#tries = 0;
      this.#drop(item);
      this.conversation.merge(answer.messages ?? [answer.message]);
      this.#changed();
      this.conversation.refresh();
      return true;
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
      // One that was taken back while it was on its way is no longer ours to report.
      if (this.pending.includes(item)) this.#refused(item, error);
      return !this.pending.includes(item);
    }
  }

  /** @param {Pending} item */
  async #deliver({ key, text, entities, replyTo, quote, buttons, as, files, lastSeenSeq }) {
    const path = `users/${this.conversation.userId}/operator-chat`;
    const said = {
      messageText: text,
      clientMessageId: key,
      ...(entities?.length ? { entities } : {}),
      ...(replyTo ? { replyTo } : {}),
      ...(replyTo && quote ? { quote } : {}),
      ...(buttons?.length ? { buttons } : {}),
      ...(lastSeenSeq === null ? {} : { lastSeenSeq }),
    };
    if (!files?.length) return change("POST", path, said);
    const form = formOf(said, as, this.#files.get(key) ?? (await keptFiles(key)));
    const upload = new Upload();
    this.uploads.set(key, upload);
    this.emit();
    try {
      return await upload.send(path, form);
    } finally {
      this.uploads.delete(key);
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

/**
 * @param {Record<string, any>} said
 * @param {string} as
 * @param {File[] | undefined} files
 */
function formOf(said, as, files) {
  if (!files) throw new Refused(0, { code: "files_gone" }, 0);
  const form = new FormData();
  for (const [name, value] of Object.entries(said)) {
    form.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  if (as) form.append("as", as);
  for (const file of files) form.append("file", file, file.name);
  return form;
}

/** A key that no other answer has. Browsers give randomUUID to secure contexts only, and random values to all. */
function uniqueKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
