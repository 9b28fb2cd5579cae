/** What is known of a file: where it is, how large, and whether this browser can draw it. */

import { apiPath } from "../config.js";
import { limits } from "./limits.js";

/** @typedef {import("../shapes.js").Message} Message */

const PICTURE = /^image\/(jpeg|png|gif|webp)$/;
/** Pixels of the room that a picture has in a bubble. */
const ROOM = { width: 320, height: 320 };
/** What stands for a size that nobody has told. */
const UNTOLD = { width: 240, height: 180 };

/**
 * The address of a message's file, or of the small picture of it.
 * @param {Message} message
 * @param {"" | "thumbnail"} [what]
 */
export const fileUrl = ({ userId, seq }, what = "") =>
  `${apiPath(`media/${userId}/${seq}`)}${what ? `?${what}=1` : ""}`;

/** Whether Telegram gives the file to no bot, for its size. @param {Message} message */
export const isTooLarge = ({ media }) => (media?.fileSize ?? 0) > limits().downloadBytes;

/** Whether it is a picture that browsers draw. @param {Message} message */
export const isPicture = ({ messageType, media }) =>
  messageType === "photo" || PICTURE.test(media?.mimeType ?? (messageType === "sticker" ? "image/webp" : ""));

/**
 * Whether this browser plays it, as far as it knows.
 * @param {Message} message
 * @param {"audio" | "video"} kind
 */
export function isPlayable({ media, messageType }, kind) {
  const usual = { voice: "audio/ogg", audio: "audio/mpeg" }[messageType] ?? `${kind}/mp4`;
  return document.createElement(kind).canPlayType(media?.mimeType ?? usual) !== "";
}

/**
 * The size in which it is drawn, known before it is there.
 * @param {Message} message
 * @param {{width: number, height: number}} [room]
 */
export function drawnSize({ media }, room = ROOM) {
  const width = media?.width || UNTOLD.width;
  const height = media?.height || UNTOLD.height;
  const scale = Math.min(1, room.width / width, room.height / height);
  // A strip of a few pixels could neither be seen nor hit.
  return { width: Math.max(64, Math.round(width * scale)), height: Math.max(48, Math.round(height * scale)) };
}
