/** One message of a chat, or the parts of one album. */

import { config } from "../config.js";
import { explain, mark } from "../delivery.js";
import { el, icon } from "../dom.js";
import { t } from "../i18n.js";
import { kindName } from "../kinds.js";
import { line, prose } from "../stranger.js";
import { clockTime, fullTime } from "../times.js";
import { origin, quote, reactions } from "./around.js";
import { album, content } from "./content.js";
import { canBeQuoted } from "./pick.js";

/** @typedef {import("../shapes.js").Message} Message */

/**
 * @typedef {object} Placement
 * @property {boolean} first The first of a run by the same writer.
 * @property {boolean} last The last of it.
 * @property {Message | undefined} quoted What it answers, if that is loaded.
 * @property {(string | undefined)[]} notes Of each part, why a wish about it was not granted.
 * @property {import("../shapes.js").Version[] | undefined} versions What it said before, when somebody asked.
 */

/**
 * @typedef {object} Actions
 * @property {(seq: number) => void} retry
 * @property {(seq: number) => void} arrived
 * @property {(seq: number) => void} show
 * @property {(message: Message) => void} quote
 * @property {(message: Message) => void} versions
 * @property {(message: Message) => void} view
 * @property {(parts: Message[], beside: HTMLElement) => void} menu
 * @property {(item: import("./outbox.js").Pending) => void} again
 * @property {(item: import("./outbox.js").Pending) => void} withdraw
 */

/**
 * @param {Message[]} parts One, or those of an album.
 * @param {Placement} placement
 * @param {Actions} actions
 */
export function bubble(parts, { first, last, quoted, notes, versions }, actions) {
  const message = /** @type {Message} */ (parts[0]);
  const out = message.direction === "out";
  const foreign = out && message.operator !== config.operator;
  const writer = message.operator ?? t("list.operator");
  const gone = parts.every((part) => part.deletedAt);
  const texts = parts.filter((part) => part.messageText);
  const kind = parts.length > 1 ? album(parts, actions.view) : content(message, actions.view);
  const bare = ["sticker", "dice", "video_note"].includes(message.messageType);
  return el(
    "li",
    {
      class: classes(out, first, last, gone && "deleted", kind && `holds-${message.messageType}`, bare && "bare"),
      id: `message-${message.seq}`,
    },
    el("span", { class: "visually-hidden" }, out ? `${writer}:` : t("message.user")),
    el(
      "div",
      { class: "bubble" },
      first && foreign && el("div", { class: "author" }, line(writer)),
      origin(message),
      quote(message, quoted, actions.show),
      versions && earlier(versions),
      message.messageType === "button" && el("div", { class: "pressed" }, icon("tap"), t("kind.button")),
      kind,
      ...texts.map((part) => prose(part.messageText, part.entities)),
      keys(/** @type {Message} */ (parts.at(-1))),
      meta(parts, versions, actions),
      canBeQuoted(message) && tools(parts, actions),
    ),
    reactions(parts),
    ...parts.map((part, at) => part.delivery && fate(part, notes[at], actions)),
    ...parts.map((part, at) => under(part, notes[at])),
  );
}

/**
 * A change that Telegram has not made, and a wish that was not granted, of a message that is otherwise well.
 * @param {Message} message
 * @param {string | undefined} note
 */
function under({ pendingChange, delivery }, note) {
  const told = note && !(delivery && explain(delivery)) ? note : "";
  if (!pendingChange) return told ? el("div", { class: "fate fate-failed" }, el("p", {}, told)) : null;
  const { action, status, error, messageText } = pendingChange;
  const why = error ? ` (${error.message})` : "";
  return el(
    "div",
    { class: `fate fate-${status === "refused" ? "failed" : "queued"}` },
    el(
      "p",
      {},
      t(`change.${action}.${status}`),
      why,
      action === "edit" && messageText ? el("span", { class: "wanted" }, line(messageText.slice(0, 200))) : null,
      told ? ` ${told}` : null,
    ),
  );
}

/**
 * @param {Message[]} parts
 * @param {import("../shapes.js").Version[] | undefined} versions
 * @param {Actions} actions
 */
function meta(parts, versions, actions) {
  const message = /** @type {Message} */ (parts[0]);
  const edited = parts.find((part) => part.editedAt);
  // Where the parts of an album fare differently, each one's fate stands below; here stands the worst.
  const delivery = parts.map((part) => part.delivery).find((one) => one && one.status !== "sent") ?? message.delivery;
  return el(
    "div",
    { class: "meta" },
    parts.every((part) => part.deletedAt) && el("span", {}, t("message.deleted")),
    !message.verified &&
      message.direction === "in" &&
      el("span", { class: "unverified", title: t("message.unverified_explained") }, t("message.unverified")),
    edited &&
      el(
        "button",
        {
          type: "button",
          class: "edited",
          title: fullTime(edited.editedAt ?? ""),
          "aria-expanded": String(Boolean(versions)),
          onclick: () => actions.versions(edited),
        },
        t("message.edited"),
      ),
    el("time", { datetime: message.createdAt, title: fullTime(message.createdAt) }, clockTime(message.createdAt)),
    delivery && mark(delivery),
  );
}

/**
 * What can be done about it. By keyboard the composer goes through the messages; a hundred more stops of Tab would help
 * nobody.
 * @param {Message[]} parts
 * @param {Actions} actions
 */
function tools(parts, actions) {
  const message = /** @type {Message} */ (parts[0]);
  const tool = (/** @type {string} */ picture, /** @type {string} */ name, /** @type {(event: Event) => void} */ act) =>
    el(
      "button",
      { type: "button", class: `tool tool-${picture}`, tabindex: -1, title: name, "aria-label": name, onclick: act },
      icon(picture),
    );
  return el(
    "div",
    { class: "tools" },
    tool("quote", t("message.answer"), () => actions.quote(message)),
    tool("more", t("message.more"), (event) => actions.menu(parts, /** @type {HTMLElement} */ (event.currentTarget))),
  );
}

/** The buttons that were sent along. @param {Message} message */
const keys = ({ buttons }) =>
  buttons?.length
    ? el("div", { class: "keys-sent" }, ...buttons.flat().map(({ text }) => el("span", {}, line(text))))
    : null;

/** @param {import("../shapes.js").Version[]} versions */
const earlier = (versions) =>
  el(
    "ol",
    { class: "versions", "aria-label": t("message.versions") },
    ...versions.map(({ messageType, messageText, entities, writtenAt }) =>
      el(
        "li",
        {},
        messageText
          ? prose(messageText, entities)
          : el("em", {}, messageType && messageType !== "text" ? kindName(messageType) : t("message.no_words")),
        el("time", { datetime: writtenAt, title: fullTime(writtenAt) }, clockTime(writtenAt)),
      ),
    ),
  );

/**
 * What to know and do about an answer that is not simply sent.
 * @param {Message} message
 * @param {string | undefined} note
 * @param {Actions} actions
 */
function fate({ seq, delivery }, note, actions) {
  const words = delivery ? explain(delivery) : "";
  if (!delivery || !words) return null;
  const buttons = {
    failed: [button(t("delivery.retry"), () => actions.retry(seq))],
    unknown: [
      button(t("delivery.send_again"), () => actions.retry(seq)),
      button(t("delivery.arrived"), () => actions.arrived(seq)),
    ],
  };
  return el(
    "div",
    { class: `fate fate-${delivery.status}` },
    el("p", {}, note ? `${words} ${note}` : words),
    ...(buttons[/** @type {"failed"} */ (delivery.status)] ?? []),
  );
}

/**
 * A button of one click, for one click is one decision; what became of it draws the bubble anew.
 * @param {string} text
 * @param {() => void} act
 */
export function button(text, act) {
  return el(
    "button",
    {
      type: "button",
      class: "small",
      onclick: (/** @type {Event} */ event) => {
        /** @type {HTMLButtonElement} */ (event.currentTarget).disabled = true;
        act();
      },
    },
    text,
  );
}

/**
 * @param {boolean} out
 * @param {boolean} first
 * @param {boolean} last
 * @param {...(string | null | false)} more
 */
export const classes = (out, first, last, ...more) =>
  ["message", out ? "out" : "in", first && "first", last && "last", ...more].filter(Boolean).join(" ");
