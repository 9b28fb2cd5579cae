/** An answer that is still on its way to the server. */

import { el, icon } from "../dom.js";
import { has, t } from "../i18n.js";
import { line, prose } from "../stranger.js";
import { clockTime } from "../times.js";
import { quote } from "./around.js";
import { button, classes } from "./bubble.js";

/** @typedef {import("../shapes.js").Message} Message */

/**
 * @param {import("./outbox.js").Pending} item
 * @param {import("./upload.js").Upload | undefined} upload Its files, while they are on their way.
 * @param {Message | undefined} quoted
 * @param {import("./bubble.js").Actions} actions
 */
export function pendingBubble(item, upload, quoted, actions) {
  const troubled = item.state === "refused" || item.state === "overtaken";
  return el(
    "li",
    { class: classes(true, true, true, "pending") },
    el(
      "div",
      { class: "bubble" },
      quote(
        { replyTo: item.replyTo ?? null, context: item.quote ? { quote: item.quote } : undefined },
        quoted,
        actions.show,
      ),
      ...(item.files ?? []).map((name) => el("div", { class: "going" }, icon("file"), line(name))),
      item.text && prose(item.text, item.entities),
      upload && progress(upload, () => actions.withdraw(item)),
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
 * How much of the files has left, and a way to stop it.
 * @param {import("./upload.js").Upload} upload
 * @param {() => void} stop
 */
function progress(upload, stop) {
  const bar = el("progress", { max: 1, value: upload.done, "aria-label": t("attach.progress") });
  upload.subscribe(() => (bar.value = upload.done));
  return el("div", { class: "uploading" }, bar, button(t("attach.stop"), stop));
}
