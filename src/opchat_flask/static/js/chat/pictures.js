/** Pictures, videos and stickers in place. Each has its size before it is there, so that nothing jumps when it comes. */

import { el, icon } from "../dom.js";
import { t } from "../i18n.js";
import { duration, kindName } from "../kinds.js";
import { fileCard } from "./cards.js";
import { drawnSize, fileUrl, isPlayable } from "./files.js";

/** @typedef {import("../shapes.js").Message} Message */

const STICKER = { width: 160, height: 160 };
const ROUND = 200;
/** The server fetches few files at once, and tells the rest to come again. */
const PAUSES = [1500, 4000];

/**
 * A picture that opens large.
 * @param {Message} message
 * @param {(message: Message) => void} view
 * @param {boolean} [cropped] It fills a tile of an album.
 */
export function picture(message, view, cropped = false) {
  const small = message.media?.thumbnailFileId ? fileUrl(message, "thumbnail") : fileUrl(message);
  const name = message.messageText ? message.messageText.slice(0, 200) : kindName(message.messageType);
  return el(
    "button",
    { type: "button", class: cropped ? "picture cropped" : "picture", onclick: () => view(message) },
    image(small, t("media.open", { name }), cropped ? undefined : drawnSize(message)),
  );
}

/**
 * A video with the browser's own controls, a short one without sound in a loop.
 * @param {Message} message
 */
export function moving(message) {
  const size = drawnSize(message);
  const loops = message.messageType === "animation";
  const video = el("video", {
    src: fileUrl(message),
    poster: message.media?.thumbnailFileId ? fileUrl(message, "thumbnail") : null,
    controls: true,
    loop: loops,
    muted: loops,
    playsinline: true,
    preload: "none",
    "aria-label": kindName(message.messageType),
    class: "moving",
    ...size,
  });
  // The attribute only says how it begins, and that it does is decided before scripts set it.
  video.muted = loops;
  const film = el("div", { class: "film" }, video, ...caption(message));
  // What a browser promised to play and then cannot, may still be saved.
  video.addEventListener("error", () => film.replaceWith(fileCard(message)));
  return film;
}

/** A video message: a round one, which one taps. @param {Message} message */
export function round(message) {
  const video = el("video", {
    src: fileUrl(message),
    poster: message.media?.thumbnailFileId ? fileUrl(message, "thumbnail") : null,
    playsinline: true,
    preload: "none",
    width: ROUND,
    height: ROUND,
  });
  const button = el(
    "button",
    {
      type: "button",
      class: "round",
      "aria-label": t("media.play", { name: kindName("video_note") }),
      onclick: () => (video.paused ? video.play() : video.pause()),
    },
    video,
    icon("play"),
  );
  for (const kind of ["play", "pause", "ended"]) {
    video.addEventListener(kind, () => button.classList.toggle("plays", !video.paused && !video.ended));
  }
  return el("div", { class: "film" }, button, ...caption(message));
}

/** A sticker: still or moving; of Telegram's own vector format its thumbnail. @param {Message} message */
export function sticker(message) {
  const { payload, media } = message;
  const name = t("media.sticker", { emoji: String(payload?.emoji ?? "") }).trim();
  const size = drawnSize(message, STICKER);
  if (payload?.is_video && isPlayable({ ...message, media: { mimeType: "video/webm" } }, "video")) {
    const moves = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const video = el("video", {
      src: fileUrl(message),
      loop: true,
      playsinline: true,
      autoplay: moves,
      role: "img",
      ...size,
    });
    video.setAttribute("aria-label", name);
    video.muted = true;
    return el("div", { class: "sticker" }, video);
  }
  if ((payload?.is_animated || payload?.is_video) && !media?.thumbnailFileId) {
    return el("div", { class: "sticker glyph", role: "img", "aria-label": name }, String(payload?.emoji ?? "?"));
  }
  const still = payload?.is_animated || payload?.is_video;
  return el("div", { class: "sticker" }, image(fileUrl(message, still ? "thumbnail" : ""), name, size));
}

/**
 * A picture that is asked for again when it does not come, and then says so, in the same room.
 * @param {string} src
 * @param {string} alt
 * @param {{width: number, height: number}} [size]
 */
function image(src, alt, size) {
  let tries = 0;
  return el("img", {
    src,
    alt,
    ...size,
    loading: "lazy",
    decoding: "async",
    draggable: false,
    onerror: (/** @type {Event} */ event) => {
      const picture = /** @type {HTMLImageElement} */ (event.target);
      if (tries++ < PAUSES.length) {
        setTimeout(() => (picture.src = src), PAUSES[tries - 1]);
        return;
      }
      picture.classList.add("broken");
      picture.alt = t("media.missing");
    },
  });
}

/** @param {Message} message */
function caption({ media }) {
  return media?.duration ? [el("span", { class: "length" }, duration(media.duration))] : [];
}
