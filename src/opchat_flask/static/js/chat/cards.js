/** Cards for what is no picture and no sound: files, places, people, polls; and for what this page does not know. */

import { el, icon } from "../dom.js";
import { config } from "../config.js";
import { has, t } from "../i18n.js";
import { duration, kindName, size } from "../kinds.js";
import { line } from "../stranger.js";
import { fileUrl } from "./files.js";
import { limits } from "./limits.js";

/** @typedef {import("../shapes.js").Message} Message */
/** @typedef {Record<string, any>} Json */

/**
 * @param {Message} message
 * @param {(import("../dom.js").Child)[]} body
 * @param {string} [picture] Which of the page's icons.
 */
function frame(message, body, picture = "file") {
  return el(
    "div",
    { class: `card card-${message.messageType.replaceAll("_", "-")}` },
    el("span", { class: "card-icon" }, icon(picture)),
    el("div", { class: "card-body" }, el("strong", {}, kindName(message.messageType)), ...body),
  );
}

/** @param {unknown} text */
const fact = (text) =>
  text === undefined || text === null || text === "" ? null : el("span", { class: "card-fact" }, line(String(text)));

/**
 * A file to download, with what is known of it.
 * @param {Message} message
 */
export function fileCard(message) {
  const { media } = message;
  const facts = [media?.duration ? duration(media.duration) : "", media?.fileSize ? size(media.fileSize) : ""];
  const name = media?.fileName || kindName(message.messageType);
  return el(
    "a",
    { class: "card file", href: fileUrl(message), download: true, title: t("media.download", { name }) },
    el("span", { class: "card-icon" }, icon("download")),
    el(
      "span",
      { class: "card-body" },
      el("strong", {}, line(name)),
      el("span", { class: "card-fact" }, facts.filter(Boolean).join(" · ") || t("media.save")),
    ),
  );
}

/** A file that Telegram gives to no bot. @param {Message} message */
export function largeCard(message) {
  const { media } = message;
  return frame(message, [
    fact(media?.fileName),
    fact(size(media?.fileSize ?? 0)),
    el("span", { class: "card-fact warn" }, t("media.too_large", { most: size(limits().downloadBytes) })),
  ]);
}

/** @type {Record<string, (payload: Json, message: Message) => HTMLElement>} */
const CARDS = {
  location: (place, message) =>
    frame(
      message,
      [
        ...coordinates(place.latitude, place.longitude),
        place.live_period ? el("span", { class: "card-fact" }, t("media.live")) : null,
      ],
      "place",
    ),
  venue: ({ title, address, location, ...flat }, message) =>
    frame(
      message,
      [
        fact(title),
        fact(address),
        ...coordinates(location?.latitude ?? flat.latitude, location?.longitude ?? flat.longitude),
      ],
      "place",
    ),
  contact: ({ first_name, last_name, phone_number, user_id }, message) =>
    frame(
      message,
      [
        fact([first_name, last_name].filter(Boolean).join(" ")),
        phone_number
          ? el("a", { href: `tel:${String(phone_number).replace(/[^+\d]/g, "")}` }, line(String(phone_number)))
          : null,
        fact(user_id && `ID ${user_id}`),
      ],
      "person",
    ),
  poll: ({ question, options, type, total_voter_count, is_closed }, message) =>
    frame(
      message,
      [
        el("span", { class: "poll-question" }, line(String(question ?? ""))),
        el(
          "ul",
          { class: "poll" },
          ...(Array.isArray(options) ? options : []).slice(0, 20).map((/** @type {Json} */ option) => {
            const votes = Number(option?.voter_count) || 0;
            return el(
              "li",
              {},
              line(String(option?.text ?? "")),
              votes ? el("span", { class: "votes" }, String(votes)) : null,
            );
          }),
        ),
        fact(
          [
            type === "quiz" ? t("media.quiz") : "",
            total_voter_count ? t("media.votes", { count: Number(total_voter_count) }) : "",
            is_closed ? t("media.poll_closed") : "",
          ]
            .filter(Boolean)
            .join(" · "),
        ),
      ],
      "poll",
    ),
  dice: ({ emoji, value }, message) =>
    el(
      "div",
      { class: "dice" },
      el(
        "span",
        { class: "glyph", role: "img", "aria-label": kindName(message.messageType) },
        line(String(emoji ?? "🎲")),
      ),
      fact(value),
    ),
  story: ({ chat, id }, message) =>
    frame(message, [fact(titleOf(chat)), fact(id && `#${id}`), fact(t("media.story"))], "story"),
  game: ({ title, description }, message) => frame(message, [fact(title), fact(description)], "game"),
  invoice: ({ title, description, currency, total_amount }, message) =>
    frame(message, [fact(title), fact(description), fact(money(total_amount, currency))], "money"),
  payment: ({ currency, total_amount, refunded, telegram_payment_charge_id }, message) =>
    frame(
      message,
      [
        fact(money(total_amount, currency)),
        refunded ? el("span", { class: "card-fact warn" }, t("media.refunded")) : null,
        fact(telegram_payment_charge_id),
      ],
      "money",
    ),
};

/**
 * A card of a message without a file; what its kind promises may be missing, for anybody may have posted it.
 * @param {Message} message
 */
export function card(message) {
  const draw = CARDS[message.messageType];
  return draw && message.payload ? draw(message.payload, message) : unknownCard(message);
}

/** A card in place of what this page cannot draw, with the raw data for the curious. @param {Message} message */
function unknownCard(message) {
  const raw = JSON.stringify({ media: message.media ?? undefined, payload: message.payload ?? undefined }, null, 2);
  const known = has(`kind.${message.messageType}`) && message.messageType !== "unsupported";
  return frame(
    message,
    [el("details", {}, el("summary", {}, t("message.raw")), el("pre", { tabindex: 0 }, rawText(raw)))],
    known ? "file" : "unknown",
  );
}

/**
 * A place in numbers, and a way to a map: nothing of it is asked for before somebody follows it.
 * @param {unknown} latitude
 * @param {unknown} longitude
 */
function coordinates(latitude, longitude) {
  if (typeof latitude !== "number" || typeof longitude !== "number") return [];
  const at = `${latitude}, ${longitude}`;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return [fact(at), el("a", { href: map, target: "_blank", rel: "noopener noreferrer nofollow" }, t("media.map"))];
}

/** @param {Json | undefined} chat */
const titleOf = (chat) =>
  chat?.title ||
  [chat?.first_name, chat?.last_name].filter(Boolean).join(" ") ||
  (chat?.username ? `@${chat.username}` : "");

/**
 * Telegram counts in the smallest unit of a currency; stars have no smaller one.
 * @param {unknown} amount
 * @param {unknown} currency
 */
function money(amount, currency) {
  if (typeof amount !== "number" || typeof currency !== "string") return "";
  if (currency === "XTR") return `${amount} ★`;
  try {
    const format = new Intl.NumberFormat(config.language, { style: "currency", currency });
    return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return `${amount} ${currency}`; // no currency that browsers know
  }
}

/**
 * JSON keeps its lines; what is invisible in it is written as JSON would escape it.
 * @param {string} json
 */
const rawText = (json) =>
  json.replace(/[\p{Default_Ignorable_Code_Point}\u007F-\u009F]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
