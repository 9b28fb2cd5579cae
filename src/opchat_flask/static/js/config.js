/** What the server hands to the scripts, and the addresses made from it. */

/**
 * @typedef {object} Config
 * @property {string} base Where opchat is mounted: "" or a path such as "/support".
 * @property {string | null} login Where operators log in, if that is known.
 * @property {string} operator The name of whoever is logged in.
 * @property {string} language "en" or "ru".
 * @property {Record<string, string>} strings What is said in that language, without what only an open chat says.
 * @property {string} chatStrings Where the rest is.
 */

/** @type {Config} */
export const config = JSON.parse(document.getElementById("opchat-config")?.textContent ?? "{}");

const CHAT = /\/dashboard\/users\/(\d+)\/operator-chat\/?$/;

/** The address of the list. */
export const listPath = () => `${config.base}/dashboard/operator-chats`;

/**
 * The address of a chat.
 * @param {number} userId
 */
export const chatPath = (userId) => `${config.base}/dashboard/users/${userId}/operator-chat`;

/** Where to log in, and to come back here afterwards; null when only the host of opchat knows. */
export function loginUrl() {
  if (config.login === null) return null;
  const url = new URL(config.login, location.href);
  url.searchParams.set("next", location.pathname + location.search);
  return url.href;
}

/**
 * The address of something in the API.
 * @param {string} path
 */
export const apiPath = (path) => `${config.base}/api/${path}`;

/**
 * Whose chat an address shows, or null for the list.
 * @param {string} path
 * @returns {number | null}
 */
export function userIdOf(path) {
  const match = CHAT.exec(path);
  return match ? Number(match[1]) : null;
}
