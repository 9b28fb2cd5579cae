// The control API of the simulator, as the person whose phone is shown.

import { find } from "./dom.js";

export const address = new URL(location.href);

/**
 * Whose phone is shown, and the chat with which bot.
 * @type {{user: number | null, bot: number | null}}
 */
export const chosen = {
  user: Number(address.searchParams.get("user")) || null,
  bot: Number(address.searchParams.get("bot")) || null,
};

/** @param {string} path */
function urlOf(path) {
  const url = new URL(`/simulator/${path}`, location.href);
  if (chosen.bot) url.searchParams.set("bot", String(chosen.bot));
  return url;
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
async function answerOf(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
export async function ask(method, path, body) {
  /** @type {RequestInit} */
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  return answerOf(await fetch(urlOf(path), options));
}

/**
 * Does something, and shows under the chat what goes wrong; undefined then.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
export async function attempt(work) {
  try {
    complain("");
    return await work();
  } catch (error) {
    complain(messageOf(error));
    return undefined;
  }
}

/**
 * What went wrong, in words.
 * @param {unknown} error
 */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** @param {string} words */
export function complain(words) {
  find("trouble").textContent = words;
  find("trouble").hidden = !words;
}

const messages = () => `users/${chosen.user}/messages`;

/** @param {object} body */
export const send = (body) => attempt(() => ask("POST", messages(), body));
/**
 * @param {import('./shapes.js').Message} message
 * @param {object} body
 */
export const edit = (message, body) => attempt(() => ask("PATCH", `${messages()}/${message.messageId}`, body));
/** @param {import('./shapes.js').Message} message */
export const remove = (message) => attempt(() => ask("DELETE", `${messages()}/${message.messageId}`));
/**
 * @param {import('./shapes.js').Message} message
 * @param {string[]} emoji
 */
export const react = (message, emoji) =>
  attempt(() => ask("PUT", `${messages()}/${message.messageId}/reactions`, { emoji }));
/**
 * @param {import('./shapes.js').Message} message
 * @param {string} button
 */
export const press = (message, button) =>
  attempt(() => ask("POST", `${messages()}/${message.messageId}/press`, { button }));

/**
 * Gives a file to the simulator, for a message to come; it goes to the disk piece by piece.
 * @param {string} kind
 * @param {File} file
 * @param {Record<string, number>} [measures]
 * @returns {Promise<string>}
 */
export async function upload(kind, file, measures = {}) {
  const url = urlOf("files");
  const told = { kind, fileName: file.name, mimeType: file.type, ...measures };
  for (const [name, value] of Object.entries(told)) if (value) url.searchParams.set(name, String(value));
  const headers = { "Content-Type": "application/octet-stream" };
  return (await answerOf(await fetch(url, { method: "POST", headers, body: file }))).fileId;
}

/** @param {import('./shapes.js').Json} file */
export const fileUrl = (file) => `/simulator/files/${encodeURIComponent(file.file_id)}`;
