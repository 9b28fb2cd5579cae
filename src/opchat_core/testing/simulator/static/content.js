// What a message carries besides its words: pictures, players, cards.

import { fileUrl } from "./api.js";
import { button, element, find, icon } from "./dom.js";
import { link } from "./entities.js";
import { calledParts, duration, fileSize } from "./words.js";

let loaded = () => {};

/**
 * Says what to do when something has loaded that may have changed the height of the chat.
 * @param {() => void} act
 */
export function whenLoaded(act) {
  loaded = act;
}

/**
 * @template {HTMLElement} T
 * @param {T} made
 * @param {number | undefined} width
 * @param {number | undefined} height
 * @returns {T}
 */
function sized(made, width, height) {
  if (width && height) made.style.aspectRatio = `${width} / ${height}`;
  made.addEventListener(made.tagName === "IMG" ? "load" : "loadedmetadata", () => loaded());
  return made;
}

/**
 * @param {import('./shapes.js').Json} file
 * @param {string} alt
 */
function picture(file, alt, className = "picture") {
  const made = sized(element("img", className), file.width, file.height);
  made.src = fileUrl(file);
  made.alt = alt;
  return made;
}

/**
 * @param {import('./shapes.js').Json} body
 * @param {import('./shapes.js').Message} message
 */
function photo(body, message) {
  const file = body.photo.at(-1);
  const made = picture(file, message.text || "Photo");
  if (message.message.has_media_spoiler) return veiled(made);
  return button("plain", "Show the photo", () => show(made), made);
}

/** @param {HTMLElement} made */
function veiled(made) {
  const veil = element("span", "veil", made);
  veil.addEventListener("click", () => veil.classList.add("open"), { once: true });
  return veil;
}

/** @param {HTMLImageElement | HTMLVideoElement} made */
function show(made) {
  const viewer = find("viewer");
  const copy = /** @type {typeof made} */ (made.cloneNode());
  copy.removeAttribute("style");
  if (copy instanceof HTMLVideoElement) copy.controls = true;
  viewer.replaceChildren(copy);
  viewer.showModal();
}

/**
 * @param {import('./shapes.js').Json} file
 * @param {{silent?: boolean, className?: string, label?: string}} [options]
 */
function film(file, options = {}) {
  const made = sized(
    element("video", options.className ?? "picture"),
    file.width ?? file.length,
    file.height ?? file.length,
  );
  made.src = fileUrl(file);
  made.playsInline = true;
  made.preload = "metadata";
  made.controls = !options.silent;
  made.muted = made.loop = made.autoplay = Boolean(options.silent);
  made.setAttribute("aria-label", options.label ?? "Video");
  return made;
}

/** @param {import('./shapes.js').Json} body */
function videoNote(body) {
  const made = film(body.video_note, { className: "round-film", label: "Video message" });
  made.controls = false;
  made.title = "Play";
  made.addEventListener("click", () => (made.paused ? made.play() : made.pause()));
  return element("div", "note", made, element("span", "badge", duration(body.video_note.duration)));
}

/**
 * @param {import('./shapes.js').Json} file
 * @param {string} kind
 * @param {import('./shapes.js').Json} body
 */
function sound(file, kind, body) {
  const made = element("audio", "sound");
  made.src = fileUrl(file);
  made.controls = true;
  made.preload = "metadata";
  const [title, more] = calledParts(kind, body);
  const line = [title, more, duration(file.duration)].filter(Boolean).join(" · ");
  return element("div", "sound-card", made, element("span", "hint", line));
}

/** @param {import('./shapes.js').Json} body */
function sticker(body) {
  const file = body.sticker;
  if (file.is_video) return film(file, { silent: true, className: "sticker", label: "Sticker" });
  if (!file.is_animated) return picture(file, `Sticker ${file.emoji ?? ""}`.trim(), "sticker");
  return element("div", "sticker big", element("span", "", file.emoji ?? "✨"), element("small", "badge", "animated"));
}

/** @param {import('./shapes.js').Json} body */
function documentCard(body) {
  const file = body.document;
  const made = element("a", "bubble-file", icon("file"));
  made.append(
    element(
      "span",
      "",
      element("span", "file-name", calledParts("document", body)[0]),
      element("small", "hint", fileSize(file.file_size)),
    ),
  );
  made.href = fileUrl(file);
  made.download = file.file_name ?? "";
  return made;
}

/**
 * @param {string} name
 * @param {string} title
 * @param {string} [more]
 */
function card(name, title, more) {
  return element(
    "div",
    "card",
    icon(name),
    element("div", "", element("strong", "", title), element("p", "hint", more ?? "")),
  );
}

/**
 * @param {string} kind
 * @param {import('./shapes.js').Json} body
 */
function place(kind, body) {
  const at = kind === "venue" ? body.venue.location : body.location;
  const [title, more] = calledParts(kind, body);
  const made = link(
    `https://www.openstreetmap.org/?mlat=${at.latitude}&mlon=${at.longitude}#map=16/${at.latitude}/${at.longitude}`,
    card("pin", title, more),
  );
  made.classList.add("plain");
  if (at.live_period) made.append(element("span", "badge live", "live"));
  return made;
}

/** @param {import('./shapes.js').Json} body */
function poll(body) {
  const { options, total_voter_count: all } = body.poll;
  const rows = options.map((/** @type {import('./shapes.js').Json} */ option) => {
    const share = all ? Math.round((option.voter_count / all) * 100) : 0;
    const bar = element("progress");
    bar.max = 100;
    bar.value = share;
    bar.setAttribute("aria-label", option.text);
    return element("li", "", element("span", "", option.text), element("span", "hint", `${share} %`), bar);
  });
  return element("div", "poll", element("strong", "", body.poll.question), element("ul", "", ...rows));
}

/**
 * @param {string} kind
 * @param {import('./shapes.js').Json} body
 */
function notice(kind, body) {
  const [title, more] = calledParts(kind, body);
  return element("div", "notice", element("strong", "", title), element("p", "", more ?? ""));
}

/** @param {import('./shapes.js').Json} body */
function unknown(body) {
  const known = ["message_id", "from", "chat", "date", "reply_to_message", "quote", "forward_origin", "edit_date"];
  const rest = Object.fromEntries(Object.entries(body).filter(([key]) => !known.includes(key)));
  return element(
    "details",
    "unknown",
    element("summary", "", "A message of another kind"),
    element("pre", "", JSON.stringify(rest, null, 2)),
  );
}

/** @type {Record<string, (body: import('./shapes.js').Json, message: import('./shapes.js').Message) => HTMLElement | null>} */
const DRAWN = {
  text: () => null,
  photo,
  video: (body) => film(body.video),
  animation: (body) => film(body.animation, { silent: true, label: "GIF" }),
  video_note: videoNote,
  voice: (body) => sound(body.voice, "voice", body),
  audio: (body) => sound(body.audio, "audio", body),
  sticker,
  document: documentCard,
  location: (body) => place("location", body),
  venue: (body) => place("venue", body),
  contact: (body) => card("person", ...calledParts("contact", body)),
  poll,
  dice: (body) =>
    element("div", "dice", element("span", "", body.dice.emoji), element("strong", "", String(body.dice.value))),
  unsupported: unknown,
};

/**
 * What is drawn above the words of a message, or null.
 * @param {import('./shapes.js').Message} message
 */
export function drawnContent(message) {
  const draw = DRAWN[message.kind] ?? ((body) => notice(message.kind, body));
  return draw(message.message, message);
}

/**
 * The same in the grid of an album, where films have no room for a player.
 * @param {import('./shapes.js').Message} message
 */
export function drawnTile(message) {
  if (message.kind !== "video") return drawnContent(message);
  const made = film(message.message.video);
  made.controls = false;
  return button("plain playing", "Play the video", () => show(made), made);
}

/**
 * Whether a message is one of those that stand without a bubble around them.
 * @param {import('./shapes.js').Message} message
 */
export const isBare = (message) => ["sticker", "video_note", "dice"].includes(message.kind);
