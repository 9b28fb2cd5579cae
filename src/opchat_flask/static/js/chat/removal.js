/** Asks before something is deleted, and says until when Telegram lets it be. */

import { byId } from "../dom.js";
import { gist } from "../kinds.js";
import { line } from "../stranger.js";
import { remaining } from "./menu.js";

/** @typedef {import("../shapes.js").Message} Message */

/**
 * @param {Message[]} parts
 * @returns {Promise<boolean>} Whether to go on.
 */
export function confirmRemoval(parts) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("removal"));
  const message = /** @type {Message} */ (parts[0]);
  byId("removal-what").replaceChildren(line(gist(message)));
  const count = () => (byId("removal-left").textContent = remaining(message));
  count();
  const timer = setInterval(count, 1000);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        clearInterval(timer);
        resolve(dialog.returnValue === "remove");
      },
      { once: true },
    );
  });
}
