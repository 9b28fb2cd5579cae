/** What is told around a message: where it comes from, what it answers, and how it is reacted to. */

import { el, icon } from "../dom.js";
import { t } from "../i18n.js";
import { gist, kindName } from "../kinds.js";
import { line } from "../stranger.js";

/** @typedef {import("../shapes.js").Message} Message */

/** Who wrote a forwarded message first. @param {Message} message */
export function origin({ context }) {
  const from = context?.forward_origin;
  if (!from) return null;
  const name =
    from.sender_user_name ??
    from.sender_chat?.title ??
    from.chat?.title ??
    ([from.sender_user?.first_name, from.sender_user?.last_name].filter(Boolean).join(" ") || t("message.somebody"));
  return el(
    "div",
    { class: "origin" },
    icon("forward"),
    el("span", {}, t("message.forwarded"), " ", line(String(name))),
  );
}

/**
 * What a message answers: a button that leads there, or words of one that is not here.
 * @param {Pick<Message, "replyTo" | "context">} message
 * @param {Message | undefined} quoted What it answers, if that is loaded.
 * @param {(seq: number) => void} show
 */
export function quote({ replyTo, context }, quoted, show) {
  const chosen = context?.quote?.text;
  const far = context?.reply_to_message ?? context?.external_reply;
  const words = chosen ? `«${chosen}»` : quoted ? gist(quoted) : far ? far.text || kindName(far.kind ?? "") : "";
  if (replyTo === null) {
    return words || far ? el("div", { class: "quote" }, line(String(words || t("message.earlier")))) : null;
  }
  return el(
    "button",
    { type: "button", class: "quote", onclick: () => show(replyTo) },
    line(String(words || t("message.earlier"))),
  );
}

/** The reactions of both sides, under the bubble. @param {Message[]} parts */
export function reactions(parts) {
  const marks = parts.flatMap(({ reactions }) => [
    ...(reactions?.user ?? []).map((one) => mark(one, false)),
    ...(reactions?.operator ?? []).map((one) => mark(one, true)),
  ]);
  return marks.length ? el("div", { class: "reactions" }, ...marks) : null;
}

/**
 * @param {Record<string, any>} reaction Telegram's ReactionType.
 * @param {boolean} own
 */
function mark({ type, emoji }, own) {
  const face = type === "emoji" ? String(emoji) : type === "paid" ? "★" : "◇";
  return el(
    "span",
    {
      class: own ? "reaction own" : "reaction",
      role: "img",
      "aria-label": t(own ? "reaction.own" : "reaction.user", { emoji: face }),
    },
    face,
  );
}
