/** Puts the dashboard together: which chat is open follows from the address, and nothing else. */

import { tolerate } from "./api.js";
import { showBanner } from "./banner.js";
import { ChatList } from "./chat-list.js";
import { chatPath, listPath, userIdOf } from "./config.js";
import { connection } from "./connection.js";
import { byId } from "./dom.js";
import { loadChatStrings, t } from "./i18n.js";
import { Inbox } from "./inbox.js";
import { ListView } from "./list-view.js";
import { live } from "./live.js";
import { watchSending } from "./sending.js";
import { listen } from "./shortcuts.js";
import { nameOf } from "./stranger.js";
import { hideToast, toast } from "./toast.js";

/** @typedef {"open" | "closed"} Status */

const WIDE = matchMedia("(min-width: 900px)");

const list = new ChatList();
const inbox = new Inbox(list);
const listView = new ListView(list, (status) => go(userIdOf(location.pathname), status));
/** @type {Promise<import("./chat/side.js").Side> | null} */
let loading = null;
/** @type {import("./chat/side.js").Side | null} What a chat needs; a list is painted without it. */
let side = null;
let unloadable = false;
/** @type {number | null} */
let shown = null;

function loadSide() {
  loading ??= Promise.all([import("./chat/side.js"), loadChatStrings(), loadStyle()]).then(
    ([{ Side }]) => {
      side = new Side(announce);
      side.subscribe(title);
      return side;
    },
    () => {
      beginAnew();
      return new Promise(() => {});
    },
  );
  return loading;
}

/** Put the style of chats in force: until now it did not apply, so that nothing waited for it. */
async function loadStyle() {
  const link = /** @type {HTMLLinkElement} */ (byId("chat-style"));
  if (!link.sheet) {
    await new Promise((resolve) => {
      for (const kind of ["load", "error"]) link.addEventListener(kind, resolve, { once: true });
    });
  }
  link.media = "all";
}

function loadHerald() {
  Promise.all([import("./notify/herald.js"), import("./notify/pages.js")]).then(([{ Herald }, { lead }]) => {
    new Herald(inbox, { go: (userId) => go(userId, "open"), shown: () => shown });
    live.keepsListening = () => lead(false);
  }, beginAnew);
}

/** Browsers do not ask again for a module that did not come: the page begins anew when the server is back. */
function beginAnew() {
  unloadable = true;
  connection.lost();
}

/** Load the page anew, but only if it comes: a browser's own page in its place would try no more. */
async function reload() {
  try {
    await fetch(location.href, { method: "HEAD" });
    location.reload();
  } catch {
    connection.lost();
  }
}

/** @param {string} text */
function announce(text) {
  byId("announcer").textContent = text;
}

/** @param {Status} status */
const query = (status) => (status === "closed" ? "?status=closed" : "");
const statusOf = () => (new URLSearchParams(location.search).get("status") === "closed" ? "closed" : "open");

/**
 * Go to a chat, or to the list.
 * @param {number | null} userId
 * @param {Status} [status]
 */
function go(userId, status = list.status) {
  const path = (userId === null ? listPath() : chatPath(userId)) + query(status);
  if (path !== location.pathname + location.search) history.pushState({ inside: true }, "", path);
  follow();
}

/** Show what the address says. */
function follow() {
  const status = statusOf();
  if (status !== list.status || !list.loaded) list.ask(status, list.search);
  const userId = userIdOf(location.pathname);
  const left = userId === null && shown;
  shown = userId;
  document.body.dataset.view = userId === null ? "list" : "chat";
  byId("chat").hidden = userId === null;
  byId("chat-none").hidden = userId !== null;
  if (side || userId !== null) {
    loadSide().then((loaded) => {
      // Meanwhile the address may say something else.
      if (shown !== userId) return;
      loaded.open(
        userId,
        list.chats.find((chat) => chat.userId === userId),
      );
    });
  }
  listView.select(userId);
  if (left && !WIDE.matches) listView.focus(left);
  title();
}

function title() {
  const { unread } = inbox;
  const chat = side?.current?.chat;
  document.title = `${unread ? `(${unread}) ` : ""}${chat ? `${nameOf(chat.user)} · ` : ""}opchat`;
}

/** Close the open chat and go on to the next one, or reopen it and stay. */
async function toggleStatus() {
  const conversation = side?.current;
  const chat = conversation?.chat ?? list.chats.find(({ userId }) => userId === conversation?.userId);
  if (!conversation || !chat) return;
  const status = chat.status === "open" ? "closed" : "open";
  const next = listView.neighbour(1) ?? listView.neighbour(-1);
  const done = await setStatus(conversation.userId, status);
  conversation.refresh();
  if (!done) return;
  if (status === "closed") {
    const { userId } = conversation;
    toast(t("chat.now_closed", { name: nameOf(chat.user) }), t("chat.undo"), async () => {
      if (await setStatus(userId, "open")) go(userId, "open");
    });
    // Whoever has gone elsewhere meanwhile stays there.
    if (shown !== userId || list.status !== "open") return;
    go(next?.userId ?? null);
    if (next) announce(nameOf(next.user));
    else byId("tab-open").focus(); // the button that had the focus is gone
  } else {
    announce(t("chat.now_open"));
    if (shown === conversation.userId) go(conversation.userId, "open");
  }
}

/**
 * @param {number} userId
 * @param {Status} status
 * @returns {Promise<boolean>} Whether it is done.
 */
async function setStatus(userId, status) {
  hideToast();
  try {
    await list.setStatus(userId, status);
    return true;
  } catch (error) {
    tolerate(error);
    return false;
  }
}

function help() {
  /** @type {HTMLDialogElement} */ (byId("help")).showModal();
}

document.addEventListener("click", (event) => {
  const anchor = event.target instanceof Element ? event.target.closest("a") : null;
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!anchor || !plain || event.defaultPrevented) return;
  if (anchor.matches(".language")) {
    // The switch comes back to where the address bar is now.
    anchor.search = new URLSearchParams({ next: location.pathname + location.search }).toString();
  }
  if (anchor.id === "back" && history.state?.inside) {
    event.preventDefault();
    history.back();
  } else if (anchor.closest("#chats") || anchor.id === "back") {
    event.preventDefault();
    go(userIdOf(anchor.pathname));
    if (anchor.id === "back") return;
    loadSide().then((loaded) => (WIDE.matches ? loaded.composer.focus() : loaded.focusName()));
  }
});
addEventListener("popstate", follow);
byId("status-button").addEventListener("click", toggleStatus);
byId("help-button").addEventListener("click", help);
listen({
  move: (step) => {
    const chat = listView.neighbour(step);
    if (!chat) return;
    go(chat.userId);
    listView.reveal();
    announce(nameOf(chat.user));
  },
  search: () => {
    if (!WIDE.matches) go(null);
    listView.focusSearch();
  },
  answer: () => side?.answer(),
  toggleStatus,
  undo: () => byId("toast-button").click(),
  help,
});
inbox.subscribe(title);
connection.subscribe(() => {
  if (unloadable && connection.reachable) {
    reload();
    return;
  }
  if (!connection.signedIn) return;
  list.refresh();
  side?.current?.refresh();
  if (connection.reachable) side?.resume();
});
/** @typedef {{list?: boolean, chat?: boolean, userId?: number, botType?: string, presence?: boolean}} Hint */
live.subscribe((/** @type {Hint} */ hint) => {
  if (hint.userId !== undefined && hint.botType !== "operator") return;
  if (hint.presence) {
    if (hint.userId === shown) side?.presence.heard();
    return;
  }
  if (hint.list || hint.userId !== undefined) {
    list.refresh(hint.userId);
    inbox.refresh();
  }
  if (hint.chat || hint.userId === side?.current?.userId) side?.current?.refresh();
});

showBanner();
follow();
live.start();
// Once the list is painted, a chat is to open at once, and what an earlier page did not get rid of is sent.
const painted = list.subscribe(() => {
  if (!list.loaded) return;
  painted();
  // Safari knows no idle time.
  (window.requestIdleCallback ?? setTimeout)(() => {
    loadSide();
    loadHerald();
    watchSending();
  });
});
