// The control API of the simulator, as the person whose phone is shown.

import { find } from "./dom.js";

export const address = new URL(location.href);

/** Whose phone is shown, and the chat with which bot. */
export const chosen = {
  user: Number(address.searchParams.get("user")) || null,
  bot: Number(address.searchParams.get("bot")) || null,
};

function urlOf(path) {
  const url = new URL(`/simulator/${path}`, location.href);
  if (chosen.bot) url.searchParams.set("bot", chosen.bot);
  return url;
}

async function answerOf(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer;
}

export async function ask(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  return answerOf(await fetch(urlOf(path), options));
}

/** Does something, and shows under the chat what goes wrong; undefined then. */
export async function attempt(work) {
  try {
    complain("");
    return await work();
  } catch (error) {
    complain(error.message);
    return undefined;
  }
}

export function complain(words) {
  find("trouble").textContent = words;
  find("trouble").hidden = !words;
}

const messages = () => `users/${chosen.user}/messages`;

export const send = (body) => attempt(() => ask("POST", messages(), body));
export const edit = (message, body) => attempt(() => ask("PATCH", `${messages()}/${message.messageId}`, body));
export const remove = (message) => attempt(() => ask("DELETE", `${messages()}/${message.messageId}`));
export const react = (message, emoji) =>
  attempt(() => ask("PUT", `${messages()}/${message.messageId}/reactions`, { emoji }));
export const press = (message, button) =>
  attempt(() => ask("POST", `${messages()}/${message.messageId}/press`, { button }));

/** Gives a file to the simulator, for a message to come; it goes to the disk piece by piece. */
export async function upload(kind, file, measures = {}) {
  const url = urlOf("files");
  const told = { kind, fileName: file.name, mimeType: file.type, ...measures };
  for (const [name, value] of Object.entries(told)) if (value) url.searchParams.set(name, value);
  const headers = { "Content-Type": "application/octet-stream" };
  return (await answerOf(await fetch(url, { method: "POST", headers, body: file }))).fileId;
}

export const fileUrl = (file) => `/simulator/files/${encodeURIComponent(file.file_id)}`;
