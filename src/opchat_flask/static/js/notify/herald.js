/** Tells of new messages: a badge on every page's icon, and from one page alone a sound and a desktop notification. */

import { config } from "../config.js";
import { byId } from "../dom.js";
import { t } from "../i18n.js";
import { gist } from "../kinds.js";
import { recall, remember } from "../storage.js";
import { line, nameOf } from "../stranger.js";
import { badge } from "./badge.js";
import { chime, isReady } from "./chime.js";
import { isSeen, lead } from "./pages.js";

/** @typedef {import("../shapes.js").Chat} Chat */

const FRESH = 2 * 60_000;
const REMEMBERED = 100;
const TOLD = "told";
const MUTED = "muted";

export class Herald {
  #button = byId("bell");
  /** @type {Map<number, number> | null} Of each chat the newest message that this page knows. */
  #known = null;

  /**
   * @param {import("../inbox.js").Inbox} inbox
   * @param {object} page
   * @param {(userId: number) => void} page.go
   * @param {() => number | null} page.shown Whose chat is open.
   */
  constructor(inbox, page) {
    this.inbox = inbox;
    this.page = page;
    this.#button.addEventListener("click", () => this.#switch());
    addEventListener("storage", () => this.#draw());
    // A sound is allowed from the first click or key on, so that the page which had that speaks for all.
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this.#touched(), { capture: true });
    inbox.subscribe(() => this.#look());
    this.#look();
    this.#draw();
  }

  get #muted() {
    return recall(MUTED, false);
  }

  #touched() {
    if (!isReady()) lead(true);
    chime(0);
  }

  #look() {
    const { chats, loaded, unread } = this.inbox;
    if (!loaded) return;
    badge(unread);
    const known = this.#known;
    this.#known = new Map([
      ...(known ?? []),
      ...chats.map((chat) => /** @type {const} */ ([chat.userId, seqOf(chat)])),
    ]);
    if (!known) return;
    const news = chats.filter((chat) => {
      const before = known.get(chat.userId);
      // One that was not among the newest may also have moved up because others were closed.
      const isNew = before === undefined ? Date.now() - Date.parse(chat.lastMessageAt) < FRESH : seqOf(chat) > before;
      return isNew && chat.lastMessage?.direction === "in" && chat.unreadCount > 0;
    });
    if (news.length) this.#tell(news);
  }

  /** @param {Chat[]} news */
  async #tell(news) {
    if (!lead(false) || this.#muted) return;
    const told = new Map(recall(TOLD, []));
    const untold = news.filter((chat) => seqOf(chat) > (told.get(chat.userId) ?? 0));
    for (const chat of untold) {
      told.delete(chat.userId);
      told.set(chat.userId, seqOf(chat));
    }
    remember(TOLD, [...told].slice(-REMEMBERED));
    const watched = await isSeen();
    const heard = untold.filter((chat) => !(watched && !document.hidden && chat.userId === this.page.shown()));
    if (heard.length) chime(0.2);
    if (watched || !canNotify()) return;
    for (const chat of heard) this.#notify(chat);
  }

  /** @param {Chat} chat */
  #notify(chat) {
    const notification = new Notification(inert(nameOf(chat.user)), {
      body: chat.lastMessage ? inert(gist(chat.lastMessage)) : "",
      tag: `opchat:${config.base}:${chat.userId}`,
      lang: config.language,
    });
    notification.addEventListener("click", () => {
      window.focus();
      this.page.go(chat.userId);
      notification.close();
    });
  }

  async #switch() {
    if (!this.#muted && window.Notification?.permission === "default") await Notification.requestPermission();
    else remember(MUTED, this.#muted ? null : true);
    this.#draw();
  }

  #draw() {
    const state = this.#muted
      ? "bell.muted"
      : canNotify()
        ? "bell.all"
        : window.Notification?.permission === "default"
          ? "bell.ask"
          : "bell.sound";
    this.#button.setAttribute("aria-pressed", String(!this.#muted));
    this.#button.title = t(state);
    this.#button.setAttribute("aria-label", t(state));
    this.#button.hidden = false;
  }
}

/** @param {Chat} chat */
const seqOf = (chat) => chat.lastMessage?.seq ?? 0;

/** A stranger's text with what is hidden in it shown, where no element can do that. @param {string} text */
const inert = (text) => line(text).textContent ?? "";

const canNotify = () => window.Notification?.permission === "granted";
