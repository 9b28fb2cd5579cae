/** The keyboard. Letters go by the key's place, so that they work in Cyrillic and on a QWERTZ board alike. */

/**
 * @typedef {object} Commands
 * @property {(step: 1 | -1) => void} move
 * @property {() => void} search
 * @property {() => void} answer
 * @property {() => void} toggleStatus
 * @property {() => void} undo
 * @property {() => void} help
 */

/** @param {Commands} commands */
export function listen(commands) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const command = event.altKey ? withAlt(event, commands) : isWriting(event.target) ? null : plain(event, commands);
    if (!command) return;
    event.preventDefault();
    command();
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {Commands} commands
 */
function withAlt(event, { move }) {
  if (event.code === "ArrowDown") return () => move(1);
  if (event.code === "ArrowUp") return () => move(-1);
  return null;
}

/**
 * @param {KeyboardEvent} event
 * @param {Commands} commands
 */
function plain(event, { move, search, answer, toggleStatus, undo, help }) {
  if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return help;
  if (event.key === "/" || event.code === "Slash") return search;
  if (event.shiftKey) return null;
  if (event.code === "KeyJ") return () => move(1);
  if (event.code === "KeyK") return () => move(-1);
  if (event.code === "KeyR") return answer;
  if (event.code === "KeyE") return toggleStatus;
  if (event.code === "KeyU") return undo;
  if (event.key === "Enter" && event.target === document.body) return answer;
  return null;
}

/** @param {EventTarget | null} target */
const isWriting = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
