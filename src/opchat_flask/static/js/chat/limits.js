/** What Telegram allows, as the server tells it: this page has no numbers of its own. */

import { get, tolerate } from "../api.js";

/**
 * @typedef {object} Limits
 * @property {number} text UTF-16 units of an answer, in however many messages it goes out.
 * @property {number} message Those of one message.
 * @property {number} caption Those that go with a file.
 * @property {number} files How many at once.
 * @property {number} photoBytes
 * @property {number} fileBytes
 * @property {number} uploadBytes All files of an answer.
 * @property {number} downloadBytes A file that a bot can fetch.
 * @property {number} buttonRows
 * @property {number} buttonText
 * @property {string[]} reactions
 */

/** @type {Limits} Until the server has told: it looks at whatever is sent anyway, but files have to wait. */
let known = {
  text: Infinity,
  message: Infinity,
  caption: Infinity,
  files: 0,
  photoBytes: Infinity,
  fileBytes: Infinity,
  uploadBytes: Infinity,
  downloadBytes: Infinity,
  buttonRows: 0,
  buttonText: 0,
  reactions: [],
};

export const limits = () => known;

/** @type {Promise<void> | null} */
let asking = null;

/** Ask for them, unless they are known. */
export function loadLimits() {
  asking ??= get("limits").then(
    (answer) => {
      known = { ...known, ...answer.limits };
    },
    (error) => {
      asking = null;
      tolerate(error);
    },
  );
  return asking;
}
