// Files on their way to the bot: chosen, dropped or pasted, shown with a way back, sent alone or as an album.

import { attempt, ask, chosen, upload } from "./api.js";
import { button, element, find, icon } from "./dom.js";
import { fileSize } from "./words.js";

const ALBUM = 10;
const PATIENCE = 3000; // milliseconds for a film to tell its size

/**
 * @typedef {{file: File, kind: string, url: string}} Item
 *
 * @type {Item[]}
 */
let tray = []; // of {file, kind, url}

/** @param {File} file */
function kindOf(file) {
  if (/^image\/(png|jpeg|webp)$/.test(file.type)) return "photo";
  if (file.type === "image/gif") return "animation";
  return ["video", "audio"].find((kind) => file.type.startsWith(`${kind}/`)) ?? "document";
}

/**
 * What a player can tell of a film or a sound.
 * @param {Item} item
 * @returns {Record<string, number> | Promise<Record<string, number>>}
 */
function measured({ kind, url }) {
  if (kind !== "video" && kind !== "audio") return {};
  return new Promise((resolve) => {
    const player = /** @type {HTMLVideoElement} */ (element(kind));
    const tell = () =>
      resolve({
        width: player.videoWidth,
        height: player.videoHeight,
        duration: Number.isFinite(player.duration) ? Math.round(player.duration) : 0,
      });
    player.addEventListener("loadedmetadata", tell, { once: true });
    player.addEventListener("error", tell, { once: true });
    setTimeout(tell, PATIENCE);
    player.preload = "metadata";
    player.src = url;
  });
}

/** @param {Item} item */
function chip(item) {
  const face = item.kind === "photo" || item.kind === "animation" ? element("img") : icon("file");
  if (face instanceof HTMLImageElement) {
    face.src = item.url;
    face.alt = "";
  }
  const away = button(
    "round quiet small",
    `Remove ${item.file.name}`,
    () => put(tray.filter((one) => one !== item)),
    icon("close"),
  );
  return element(
    "li",
    "",
    face,
    element("span", "", item.file.name, element("small", "hint", fileSize(item.file.size))),
    away,
  );
}

/** @param {Item[]} items */
function put(items) {
  for (const item of tray) if (!items.includes(item)) URL.revokeObjectURL(item.url);
  tray = items;
  find("tray").replaceChildren(...tray.map(chip));
  find("tray").hidden = !tray.length;
  find("tray").dispatchEvent(new Event("change", { bubbles: true }));
}

export const hasFiles = () => tray.length > 0;

/**
 * Puts files into the tray; all of them as documents, if that is wanted.
 * @param {Iterable<File>} files
 * @param {boolean} [asDocuments]
 */
export function addFiles(files, asDocuments = false) {
  const added = [...files].map((file) => ({
    file,
    kind: asDocuments ? "document" : kindOf(file),
    url: URL.createObjectURL(file),
  }));
  put([...tray, ...added].slice(0, ALBUM));
}

/**
 * Sends what is in the tray; true when it has left.
 * @param {string} caption
 * @param {object} around
 */
export async function sendFiles(caption, around) {
  const items = tray;
  const sent = await attempt(async () => {
    const files = await Promise.all(
      items.map(async (item, place) => ({
        kind: item.kind,
        caption: place ? "" : caption,
        fileId: await upload(item.kind, item.file, await measured(item)),
      })),
    );
    const kinds = new Set(files.map((file) => file.kind));
    const homogeneous = kinds.size === 1 && !kinds.has("animation");
    const mixed = [...kinds].every((kind) => ["photo", "video"].includes(kind));
    const path = `users/${chosen.user}/messages`;
    if (files.length > 1 && (homogeneous || mixed))
      return ask("POST", path, { kind: "album", items: files, ...around });
    for (const file of files) await ask("POST", path, { ...file, ...around });
    return true;
  });
  if (sent) put([]);
  return Boolean(sent);
}

/** Takes files that are dropped on the chat or pasted into the composer. */
export function listenForFiles() {
  find("file").addEventListener("change", () => {
    addFiles(find("file").files);
    find("file").value = "";
  });
  find("documents").addEventListener("change", () => {
    addFiles(find("documents").files, true);
    find("documents").value = "";
  });
  const talk = find("talk");
  for (const name of ["dragover", "dragleave", "drop"]) {
    talk.addEventListener(name, (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      talk.classList.toggle("dropping", name === "dragover");
      if (name === "drop") addFiles(event.dataTransfer?.files ?? []);
    });
  }
  find("text").addEventListener("paste", (/** @type {ClipboardEvent} */ event) => {
    const files = event.clipboardData?.files;
    if (!files?.length) return;
    event.preventDefault();
    addFiles(files);
  });
}
