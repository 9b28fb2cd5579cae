/** One message of a chat, stored or still on its way to the server. */

import { config } from "../config.js";
import { explain, mark } from "../delivery.js";
import { el, icon } from "../dom.js";
import { has, t } from "../i18n.js";
import { card, gist } from "../kinds.js";
import { line, prose } from "../stranger.js";
import { clockTime, fullTime } from "../times.js";

/** @typedef {import("../shapes.js").Message} Message */

/**
 * @typedef {object} Placement
 * @property {boolean} first The first of a run by the same writer.
 * @property {boolean} last The last of it.
 * @property {Message | undefined} quoted What it answers, if that is loaded.
 * @property {string | undefined} note Why a wish about it was not granted.
 * @property {import("../shapes.js").Version[] | undefined} versions What it said before, when somebody asked.
 */

/**
 * @typedef {object} Actions
 * @property {(seq: number) => void} retry
 * @property {(seq: number) => void} arrived
 * @property {(seq: number) => void} show
 * @property {(message: Message) => void} quote
 * @property {(message: Message) => void} versions
 * @property {(item: import("./outbox.js").Pending) => void} again
 * @property {(item: import("./outbox.js").Pending) => void} withdraw
 */

/**
 * @param {Message} message
 * @param {Placement} placement
 * @param {Actions} actions
 */
export function bubble(message, { first, last, quoted, note, versions }, actions) {
  const out = message.direction === "out";
  const foreign = out && message.operator !== config.operator;
  const kind = message.messageType === "text" ? null : card(message);
  const text = message.messageText ? prose(message.messageText) : null;
  return el(
    "li",
    { class: classes(out, first, last, message.deletedAt && "deleted"), id: `message-${message.seq}` },
    el("span", { class: "visually-hidden" }, out ? `${message.operator ?? t("message.operator")}:` : t("message.user")),
    el(
      "div",
      { class: "bubble" },
      first && foreign && el("div", { class: "author" }, line(message.operator ?? t("message.operator"))),
      message.replyTo !== null && quote(message.replyTo, quoted, actions),
      versions && earlier(versions),
      kind,
      text,
      el(
        "div",
        { class: "meta" },
        message.deletedAt && el("span", {}, t("message.deleted")),
        !message.verified &&
          !out &&
          el("span", { class: "unverified", title: t("message.unverified_explained") }, t("message.unverified")),
        message.editedAt &&
          el(
            "button",
            {
              type: "button",
              class: "edited",
              title: fullTime(message.editedAt),
              "aria-expanded": String(Boolean(versions)),
              onclick: () => actions.versions(message),
            },
            t("message.edited"),
          ),
        el("time", { datetime: message.createdAt, title: fullTime(message.createdAt) }, clockTime(message.createdAt)),
        message.delivery && mark(message.delivery),
      ),
      canBeQuoted(message) &&
        // By keyboard the composer goes through the messages; fifty more stops of Tab would help nobody.
        el(
          "button",
          {
            type: "button",
            class: "tool answer",
            tabindex: -1,
            title: t("message.answer"),
            "aria-label": t("message.answer"),
            onclick: () => actions.quote(message),
          },
          icon("quote"),
        ),
    ),
    message.delivery && fate(message, note, actions),
  );
}

/**
 * Whether the user can see what is answered: Telegram has to know it.
 * @param {Message} message
 */
export const canBeQuoted = (message) => message.telegramMessageId !== null && !message.deletedAt;

/** @param {import("../shapes.js").Version[]} versions */
const earlier = (versions) =>
  el(
    "ol",
    { class: "versions", "aria-label": t("message.versions") },
    ...versions.map(({ messageText, writtenAt }) =>
      el(
        "li",
        {},
        messageText ? prose(messageText) : el("em", {}, t("message.no_words")),
        el("time", { datetime: writtenAt, title: fullTime(writtenAt) }, clockTime(writtenAt)),
      ),
    ),
  );

/**
 * @param {number} seq
 * @param {Message | undefined} quoted
 * @param {Actions} actions
 */
function quote(seq, quoted, actions) {
  const text = quoted ? gist(quoted) : t("message.earlier");
  return el("button", { type: "button", class: "quote", onclick: () => actions.show(seq) }, line(text));
}

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
 * @param {import("./outbox.js").Pending} item
 * @param {Message | undefined} quoted
 * @param {Actions} actions
 */
export function pendingBubble(item, quoted, actions) {
  const troubled = item.state === "refused" || item.state === "overtaken";
  return el(
    "li",
    { class: classes(true, true, true, "pending") },
    el(
      "div",
      { class: "bubble" },
      item.replyTo !== null && item.replyTo !== undefined && quote(item.replyTo, quoted, actions),
      prose(item.text),
      el(
        "div",
        { class: "meta" },
        el("time", { datetime: item.createdAt }, clockTime(item.createdAt)),
        troubled ? icon("failed", t("outbox.not_sent")) : icon("clock", t("outbox.on_its_way")),
      ),
    ),
    item.state === "waiting" &&
      el(
        "div",
        { class: "fate fate-queued" },
        el("p", {}, pendingWords(item)),
        button(t("outbox.now"), () => actions.again(item)),
      ),
    troubled &&
      el(
        "div",
        { class: `fate fate-${item.state === "overtaken" ? "unknown" : "failed"}` },
        el("p", {}, pendingWords(item)),
        button(t(item.state === "overtaken" ? "outbox.anyway" : "outbox.again"), () => actions.again(item)),
        button(t("outbox.withdraw"), () => actions.withdraw(item)),
      ),
  );
}

/** @param {import("./outbox.js").Pending} item */
function pendingWords(item) {
  if (item.state === "overtaken") {
    return item.colleague ? t("outbox.overtaken", { name: item.colleague }) : t("outbox.overtaken_nameless");
  }
  const key = `outbox.code.${item.code}`;
  if (has(key)) return t(key);
  return item.state === "waiting" ? t("outbox.code.unanswered") : t("outbox.refused", { detail: item.detail ?? "" });
}

/**
 * @param {string} text
 * @param {() => void} act
 */
function button(text, act) {
  return el(
    "button",
    {
      type: "button",
      class: "small",
      onclick: (/** @type {Event} */ event) => {
        // One click is one decision; what became of it draws the bubble anew.
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
 * @param {string | null | false} more
 */
const classes = (out, first, last, more) =>
  ["message", out ? "out" : "in", first && "first", last && "last", more].filter(Boolean).join(" ");
