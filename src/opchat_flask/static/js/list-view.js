/**
 * Draws the list of chats, and keeps focus, scroll and times where they belong. However long it is, only the rows in and
 * around sight are on the page, and those with the focus or the open chat: each stands at its own place, all equally high.
 */

import { chatPath, config } from "./config.js";
import { mark } from "./delivery.js";
import { arrange, byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { kindName } from "./kinds.js";
import { avatar, line, nameOf } from "./stranger.js";
import { fullTime, shortTime } from "./times.js";

/** @typedef {import("./shapes.js").Chat} Chat */

const DEBOUNCE = 180;
const HALF_MINUTE = 30_000;
const AHEAD = 800;
const MARGIN = 12;

export class ListView {
  #rows = byId("chats");
  #pane = byId("rows");
  #search = /** @type {HTMLInputElement} */ (byId("search"));
  /** @type {Map<number, {chat: string, row: HTMLLIElement}>} Drawn rows, and what they show. */
  #drawn = new Map();
  /** @type {number | null} */
  #selected = null;
  /** What is drawn now, to notice when that changes. */
  #range = "";

  /**
   * @param {import("./chat-list.js").ChatList} list
   * @param {(status: "open" | "closed") => void} onStatus
   */
  constructor(list, onStatus) {
    this.list = list;
    list.subscribe(() => this.#draw());
    for (const status of /** @type {const} */ (["open", "closed"])) {
      byId(`tab-${status}`).addEventListener("click", () => onStatus(status));
    }
    let timer = 0;
    this.#search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => list.ask(list.status, this.#search.value.trim()), DEBOUNCE);
    });
    this.#search.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (this.#search.value === "") return this.#search.blur();
      event.preventDefault();
      this.#search.value = "";
      list.ask(list.status, "");
    });
    const onMove = () => {
      this.#rowsInSight();
      this.#deepen();
    };
    this.#pane.addEventListener("scroll", onMove, { passive: true });
    new ResizeObserver(onMove).observe(this.#pane);
    setInterval(() => this.#times(), HALF_MINUTE);
  }

  /** @param {number | null} userId */
  select(userId) {
    this.#selected = userId;
    this.#rowsInSight();
    for (const [id, { row }] of this.#drawn) this.#markSelected(row, id);
  }

  /** The chat above or below the open one; the first when none is open. @param {1 | -1} step */
  neighbour(step) {
    const { chats } = this.list;
    const at = chats.findIndex((chat) => chat.userId === this.#selected);
    return at < 0 ? chats[0] : chats[at + step];
  }

  /** Come back from a chat to its row. @param {number} userId */
  focus(userId) {
    this.#drawn.get(userId)?.row.querySelector("a")?.focus();
  }

  /** Bring the open chat's row into view. */
  reveal() {
    const drawn = this.#selected !== null && this.#drawn.get(this.#selected);
    if (drawn) drawn.row.scrollIntoView({ block: "nearest" });
  }

  focusSearch() {
    this.#search.focus();
    this.#search.select();
  }

  #draw() {
    const { list } = this;
    for (const status of /** @type {const} */ (["open", "closed"])) {
      byId(`tab-${status}`).setAttribute("aria-pressed", String(list.status === status));
      byId(`count-${status}`).textContent = list.loaded
        ? new Intl.NumberFormat(config.language).format(list.counts[status])
        : "";
    }
    byId("list-skeleton").hidden = list.loaded;
    const empty = list.loaded && list.chats.length === 0;
    byId("list-empty").hidden = !empty;
    if (empty) byId("list-empty").textContent = t(list.search ? "list.nothing_found" : `list.empty_${list.status}`);
    byId("list-end").hidden = !list.loaded || list.complete;
    this.#rows.style.setProperty("--rows", String(list.chats.length));
    this.#range = "";
    this.#rowsInSight();
    this.#times();
    this.#deepen();
  }

  /** Draw the rows that are in and around sight, unless they are drawn. */
  #rowsInSight() {
    const { chats } = this.list;
    const height = this.#rows.offsetHeight / (chats.length || 1) || 1;
    const from = Math.floor(this.#pane.scrollTop / height) - MARGIN;
    const to = Math.ceil((this.#pane.scrollTop + this.#pane.clientHeight) / height) + MARGIN;
    const range = `${from}-${to}-${this.#selected}`;
    if (range === this.#range) return;
    this.#range = range;
    const focused = document.activeElement?.closest(".row");
    const drawn = new Map();
    chats.forEach((chat, at) => {
      const known = this.#drawn.get(chat.userId);
      const kept = chat.userId === this.#selected || (known && known.row === focused);
      if (!kept && (at < from || at >= to)) return;
      const shows = JSON.stringify(chat);
      const row = known?.chat === shows ? known.row : this.#row(chat, known?.row);
      row.style.setProperty("--at", String(at));
      row.setAttribute("aria-posinset", String(at + 1));
      row.setAttribute("aria-setsize", String(this.list.complete ? chats.length : -1));
      drawn.set(chat.userId, { chat: shows, row });
    });
    this.#drawn = drawn;
    arrange(
      this.#rows,
      [...drawn.values()].map(({ row }) => row),
    );
  }

  /** Load more before the end comes into sight. */
  #deepen() {
    const { scrollHeight, scrollTop, clientHeight } = this.#pane;
    if (clientHeight && scrollHeight - scrollTop - clientHeight < AHEAD) this.list.more();
  }

  /**
   * @param {Chat} chat
   * @param {HTMLLIElement} [known] A row to fill anew: its link keeps the focus.
   */
  #row(chat, known) {
    const row = known ?? el("li", { class: "row" }, el("a", { href: chatPath(chat.userId) }));
    const { lastMessage } = chat;
    const anchor = /** @type {HTMLAnchorElement} */ (row.firstElementChild);
    anchor.replaceChildren(
      avatar(chat.user),
      el("span", { class: "row-name" }, line(nameOf(chat.user))),
      el(
        "time",
        { class: "row-time", datetime: chat.lastMessageAt, title: fullTime(chat.lastMessageAt) },
        shortTime(chat.lastMessageAt),
      ),
      el("span", { class: "row-preview" }, ...(lastMessage ? preview(lastMessage) : [])),
      el(
        "span",
        { class: "row-marks" },
        chat.blockedByUser && el("span", { class: "tag" }, t("list.blocked")),
        lastMessage?.delivery && mark(lastMessage.delivery),
        chat.unreadCount > 0 &&
          el(
            "span",
            { class: "unread" },
            el("span", { "aria-hidden": "true" }, chat.unreadCount > 99 ? "99+" : String(chat.unreadCount)),
            el("span", { class: "visually-hidden" }, t("list.unread", { count: chat.unreadCount })),
          ),
      ),
    );
    row.classList.toggle("is-unread", chat.unreadCount > 0);
    this.#markSelected(row, chat.userId);
    return row;
  }

  /**
   * @param {HTMLLIElement} row
   * @param {number} userId
   */
  #markSelected(row, userId) {
    const selected = userId === this.#selected;
    row.classList.toggle("is-selected", selected);
    if (selected) row.firstElementChild?.setAttribute("aria-current", "page");
    else row.firstElementChild?.removeAttribute("aria-current");
  }

  #times() {
    for (const time of this.#rows.querySelectorAll("time")) {
      const text = shortTime(time.dateTime);
      if (time.textContent !== text) time.textContent = text;
    }
  }
}

/** @param {import("./shapes.js").Message} message */
function preview(message) {
  const writer =
    message.direction === "in"
      ? null
      : message.operator === config.operator
        ? t("list.you")
        : (message.operator ?? t("list.operator"));
  const kind = message.messageType === "text" ? "" : kindName(message.messageType);
  return [
    writer && el("span", { class: "row-writer" }, line(writer), ": "),
    kind && el("span", { class: "row-kind" }, message.messageText ? `${kind}: ` : kind),
    line(message.messageText.slice(0, 160)),
  ];
}
