/** What a message holds besides its words, each kind in its own way; a card with the raw data for the rest. */

import { el } from "../dom.js";
import { card, fileCard, largeCard } from "./cards.js";
import { isPicture, isPlayable, isTooLarge } from "./files.js";
import { moving, picture, round, sticker } from "./pictures.js";
import { player } from "./player.js";

/** @typedef {import("../shapes.js").Message} Message */
/** @typedef {(message: Message) => void} View */

/**
 * @param {Message} message
 * @param {View} view Shows a picture large.
 * @returns {HTMLElement | null} Null for words alone.
 */
export function content(message, view) {
  const { messageType, media } = message;
  if (messageType === "text" || messageType === "button") return null;
  if (!media) return card(message);
  if (isTooLarge(message)) return largeCard(message);
  switch (messageType) {
    case "photo":
      return picture(message, view);
    case "sticker":
      return sticker(message);
    case "animation":
    case "video":
      if (isPicture(message)) return picture(message, view);
      return isPlayable(message, "video") ? moving(message) : fileCard(message);
    case "video_note":
      return isPlayable(message, "video") ? round(message) : fileCard(message);
    case "voice":
    case "audio":
      return isPlayable(message, "audio") ? player(message) : fileCard(message);
    case "document":
      return fileCard(message);
    case "game":
      return el("div", {}, picture(message, view), card(message));
    default:
      return card(message);
  }
}

/** Whether it is drawn as a tile of an album. @param {Message} message */
export const isTile = (message) =>
  (message.messageType === "photo" || message.messageType === "video") &&
  Boolean(message.media) &&
  !isTooLarge(message);

/**
 * The parts of an album: pictures and videos as one grid, anything else one below the other.
 * @param {Message[]} parts
 * @param {View} view
 */
export function album(parts, view) {
  const tiles = parts.every(isTile);
  const pieces = parts.map((part, at) => {
    const piece = tiles && part.messageType === "photo" ? picture(part, view, true) : content(part, view);
    // The first one's place is that of the whole bubble.
    return el("div", { class: "piece", id: at ? `message-${part.seq}` : null }, piece);
  });
  return el("div", { class: tiles ? `album album-${Math.min(parts.length, 10)}` : "stack" }, ...pieces);
}
