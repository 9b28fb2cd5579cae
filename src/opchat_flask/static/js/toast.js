/** A line at the foot of the page that says what was done, and takes it back for a while. */

import { byId } from "./dom.js";
import { line } from "./stranger.js";

const SHOWN = 10_000;

let timer = 0;
/** @type {() => void} */
let act = () => {};

byId("toast-button").addEventListener("click", () => {
  if (byId("toast").hidden) return;
  hideToast();
  act();
});

/**
 * @param {string} text
 * @param {string} label What the button says.
 * @param {() => void} undo
 */
export function toast(text, label, undo) {
  act = undo;
  byId("toast-text").replaceChildren(line(text));
  byId("toast-label").textContent = label;
  byId("toast").hidden = false;
  clearTimeout(timer);
  timer = setTimeout(hideToast, SHOWN);
}

export function hideToast() {
  clearTimeout(timer);
  byId("toast").hidden = true;
}
