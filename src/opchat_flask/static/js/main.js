/** Puts the dashboard together: which chat is open follows from the address, and nothing else. */

import { tolerate } from "./api.js";
import { showBanner } from "./banner.js";
import { ChatList } from "./chat-list.js";
import { ChatView } from "./chat-view.js";
import { Composer } from "./composer.js";
import { chatPath, listPath, userIdOf } from "./config.js";
import { connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { t } from "./i18n.js";
import { ListView } from "./list-view.js";
import { live } from "./live.js";
import { Outbox } from "./outbox.js";
import { listen } from "./shortcuts.js";
import { nameOf } from "./stranger.js";

const KEPT = 12;
const WIDE = matchMedia("(min-width: 900px)");

const list = new ChatList();
const listView = new ListView(list, (status) => go(userIdOf(location.pathname), status));
const composer = new Composer();
const chatView = new ChatView({ toDraft: (text) => composer.putBack(text), announce });
/** @type {Map<number, {conversation: Conversation, outbox: Outbox}>} Chats visited lately, the latest last. */
const visited = new Map();
/** @type {Conversation | null} */
let current = null;

/** @param {string} text */
function announce(text) {
  byId("announcer").textContent = text;
}

/** @param {"open" | "closed"} status */
const query = (status) => (status === "closed" ? "?status=closed" : "");
const statusOf = () => (new URLSearchParams(location.search).get("status") === "closed" ? "closed" : "open");

/**
 * Go to a chat, or to the list.
 * @param {number | null} userId
 * @param {"open" | "closed"} [status]
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
  const left = userId === null && current?.userId;
  document.body.dataset.view = userId === null ? "list" : "chat";
  byId("chat").hidden = userId === null;
  byId("chat-none").hidden = userId !== null;
  if (userId !== (current?.userId ?? null)) open(userId);
  listView.select(userId);
  if (left && !WIDE.matches) listView.focus(left);
  title();
}

/** @param {number | null} userId */
function open(userId) {
  current = null;
  chatView.clear();
  if (userId === null) return;
  const known = visited.get(userId);
  const chat = known ?? visit(userId);
  visited.delete(userId);
  visited.set(userId, chat);
  for (const [id, { outbox }] of visited) {
    if (visited.size > KEPT && id !== userId && !outbox.pending.length) visited.delete(id);
  }
  current = chat.conversation;
  composer.open(userId, (text) => {
    chatView.scroll.toBottom();
    chat.outbox.send(text);
  });
  composer.setBlocked(Boolean(current.chat?.blockedByUser));
  chatView.show(
    chat.conversation,
    chat.outbox,
    list.chats.find((listed) => listed.userId === userId),
  );
}

/** @param {number} userId */
function visit(userId) {
  const conversation = new Conversation(userId);
  conversation.subscribe(() => {
    if (conversation !== current) return;
    composer.setBlocked(Boolean(conversation.chat?.blockedByUser));
    title();
  });
  const chat = { conversation, outbox: new Outbox(conversation) };
  visited.set(userId, chat);
  return chat;
}

function title() {
  const unread = list.status === "open" ? list.chats.filter((chat) => chat.unreadCount > 0).length : 0;
  const name = current?.chat ? `${nameOf(current.chat.user)} · ` : "";
  document.title = `${unread ? `(${unread}) ` : ""}${name}opchat`;
}

async function toggleStatus() {
  const conversation = current;
  if (!conversation?.chat) return;
  const status = conversation.chat.status === "open" ? "closed" : "open";
  try {
    await list.setStatus(conversation.userId, status);
    announce(t(`chat.now_${status}`));
  } catch (error) {
    tolerate(error);
  }
  await conversation.refresh();
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
    if (WIDE.matches) composer.focus();
    else byId("chat-name").focus();
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
  },
  search: () => {
    if (!WIDE.matches) go(null);
    listView.focusSearch();
  },
  answer: () => current && composer.focus(),
  toggleStatus,
  help,
});
list.subscribe(title);
connection.subscribe(() => {
  if (!connection.signedIn) return;
  list.refresh();
  current?.refresh();
  if (connection.reachable) for (const { outbox } of visited.values()) outbox.resume();
});
live.subscribe((/** @type {{list?: boolean, chat?: boolean, userId?: number, botType?: string}} */ hint) => {
  if (hint.userId !== undefined && hint.botType !== "operator") return;
  if (hint.list || hint.userId !== undefined) list.refresh();
  if (hint.chat || hint.userId === current?.userId) current?.refresh();
});

showBanner();
follow();
live.start();
for (const userId of Outbox.left()) (visited.get(userId) ?? visit(userId)).outbox.resume();
