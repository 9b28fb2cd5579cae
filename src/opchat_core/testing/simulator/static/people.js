// The list of everyone who has a phone.

import { chosen } from "./api.js";
import { button, element, find } from "./dom.js";
import { clockTime, fullName, initials, summary } from "./words.js";

/**
 * @param {import('./shapes.js').User} user
 * @param {(id: number) => void} choose
 */
function person(user, choose) {
  const last = user.lastMessage;
  const about = last
    ? (last.outgoing ? "" : "You: ") + summary(last)
    : `id ${user.id}${user.username ? ` · @${user.username}` : ""}`;
  const row = button(
    "person",
    "",
    () => choose(user.id),
    element("span", `face face-${user.id % 6}`, initials(user)),
    element("span", "person-name", fullName(user)),
    element("span", "person-time", last ? clockTime.format(last.date * 1000) : ""),
    element("span", "person-last", about),
  );
  row.setAttribute("aria-current", String(user.id === chosen.user));
  return element("li", "", row);
}

/**
 * Draws the list, and the choice of bots where there are several.
 * @param {import('./shapes.js').View} view
 * @param {(id: number) => void} choose
 */
export function drawPeople(view, choose) {
  const rows = view.users
    .toSorted((one, other) => (other.lastMessage?.date ?? 0) - (one.lastMessage?.date ?? 0))
    .map((user) => person(user, choose));
  const focused = [...find("users").querySelectorAll("button")].indexOf(document.activeElement);
  find("users").replaceChildren(...rows);
  if (focused >= 0) rows[focused]?.querySelector("button")?.focus();

  find("bot-choice").hidden = view.bots.length < 2;
  find("bot").replaceChildren(
    ...view.bots.map((bot) => {
      const option = element("option", "", `${bot.firstName} (@${bot.username})`);
      option.value = String(bot.id);
      option.selected = bot.id === view.bot.id;
      return option;
    }),
  );
}

/**
 * Lets a person be made by the dialog.
 * @param {(names: Record<string, any>) => void} make
 */
export function listenForPeople(make) {
  find("new-user").addEventListener("click", () => {
    find("user-form").reset();
    find("user-dialog").showModal();
  });
  find("user-cancel").addEventListener("click", () => find("user-dialog").close());
  find("user-form").addEventListener("submit", () => {
    /** @type {Record<string, any>} */
    const values = Object.fromEntries([...new FormData(find("user-form"))].filter(([, value]) => value !== ""));
    if (values.id) values.id = Number(values.id);
    make(values);
  });
}
