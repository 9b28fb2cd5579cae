// What can be done with a message: react, reply, quote, edit, delete.

import { edit, react, remove } from "./api.js";
import { button, element, find, openMenu } from "./dom.js";

const EMOJI = ["👍", "❤", "🔥", "🎉", "😁", "🙏"];
const EDITABLE = ["photo", "video", "animation", "document", "audio", "voice"];
const STEP = 0.0003; // degrees; some thirty metres

/** @type {{reply: (message: import('./shapes.js').Message, quote: string | null) => void, edit: (message: import('./shapes.js').Message) => void}} */
let compose = { reply() {}, edit() {} };

/**
 * Says who takes replies and edits.
 * @param {typeof compose} composer
 */
export function whenChosen(composer) {
  compose = composer;
}

/** @param {HTMLElement} item */
function selectedIn(item) {
  const selection = getSelection();
  const words = selection?.toString().trim();
  return selection && words && item.contains(selection.anchorNode) && item.contains(selection.focusNode) ? words : null;
}

/** @param {import('./shapes.js').Message} message */
function moved(message) {
  const { latitude, longitude } = message.message.location;
  return { latitude: latitude + STEP, longitude: longitude + STEP };
}

/**
 * @param {import('./shapes.js').Message} message
 * @param {HTMLElement} item
 * @returns {[string, () => void][]}
 */
function actions(message, item) {
  const quote = selectedIn(item);
  const mine = !message.outgoing;
  const live = message.message.location?.live_period;
  return [
    [quote ? "Quote the marked words" : "Reply", () => compose.reply(message, quote)],
    mine && (message.kind === "text" || EDITABLE.includes(message.kind)) && ["Edit", () => compose.edit(message)],
    mine && live && ["Walk on", () => edit(message, moved(message))],
    mine && live && ["Stop sharing", () => edit(message, { ...message.message.location, stop: true })],
    message.text && ["Copy", () => navigator.clipboard.writeText(message.text)],
    ["Delete for both", () => remove(message)],
  ].filter(Boolean);
}

/**
 * Opens the menu of a message where the pointer is, or at the button that was pressed.
 * @param {MouseEvent & {currentTarget: any}} event
 * @param {import('./shapes.js').Message} message
 * @param {HTMLElement} item
 */
export function openActions(event, message, item) {
  event.preventDefault();
  const menu = find("actions");
  const emoji = EMOJI.map((one) => {
    const own = message.userReactions.includes(one);
    const made = button("emoji", one, () => react(message, own ? [] : [one]), one);
    made.setAttribute("aria-pressed", String(own));
    return made;
  });
  const rows = actions(message, item).map(([label, act]) =>
    button(label.startsWith("Delete") ? "row danger" : "row", "", act, label),
  );
  menu.hidden = true;
  menu.replaceChildren(element("div", "emojis", ...emoji), ...rows);
  openMenu(menu, event.type === "click" ? event.currentTarget : null);
  const screen = menu.offsetParent.getBoundingClientRect();
  const box = event.currentTarget.getBoundingClientRect();
  const [x, y] = event.type === "click" ? [box.left, box.bottom] : [event.clientX, event.clientY];
  menu.style.left = `${Math.max(8, Math.min(x - screen.left, screen.width - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y - screen.top, screen.height - menu.offsetHeight - 8))}px`;
}
