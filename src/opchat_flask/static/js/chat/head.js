/** Whose chat is open, and how it stands. */

import { byId } from "../dom.js";
import { t } from "../i18n.js";
import { avatar, line, nameOf } from "../stranger.js";

const button = /** @type {HTMLButtonElement} */ (byId("status-button"));

/** @param {import("../shapes.js").Chat} chat */
export function showHead({ user, status, blockedByUser }) {
  const facts = [user.username && nameOf(user) !== `@${user.username}` ? `@${user.username}` : "", `ID ${user.userId}`];
  byId("chat-name").replaceChildren(line(nameOf(user)));
  byId("chat-facts").replaceChildren(line(facts.filter(Boolean).join(" · ")));
  byId("chat-avatar").replaceChildren(avatar(user));
  byId("chat-closed").hidden = status !== "closed";
  byId("chat-blocked").hidden = !blockedByUser;
  byId("status-text").textContent = t(status === "open" ? "chat.close" : "chat.reopen");
  button.classList.toggle("reopens", status === "closed");
  button.disabled = false;
}

/**
 * All that is known until the server has answered.
 * @param {number} userId
 */
export function showNamelessHead(userId) {
  byId("chat-name").textContent = t("user.nameless", { id: String(userId) });
  byId("chat-facts").textContent = `ID ${userId}`;
}

export function clearHead() {
  for (const id of ["chat-name", "chat-facts", "chat-avatar"]) byId(id).replaceChildren();
  byId("chat-closed").hidden = byId("chat-blocked").hidden = true;
  button.disabled = true;
}
