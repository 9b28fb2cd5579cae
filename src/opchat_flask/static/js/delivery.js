/** What became of an answer, in a mark and in plain words. */

import { icon } from "./dom.js";
import { has, t } from "./i18n.js";
import { clockTime } from "./times.js";

const MARKS = { queued: "clock", sending: "clock", sent: "check", failed: "failed", unknown: "unknown" };
const SOON = 3_000;

/**
 * The mark beside an answer's time, or in the list.
 * @param {import("./shapes.js").Delivery} delivery
 */
export const mark = ({ status }) => icon(MARKS[status] ?? "unknown", t(`delivery.${status}`));

/**
 * A sentence for whoever wonders, or "" when all is well or will be in a moment.
 * @param {import("./shapes.js").Delivery} delivery
 */
export function explain(delivery) {
  const { status, error, nextAttemptAt } = delivery;
  if (status === "sent" || status === "sending") return "";
  if (status === "queued") {
    const later = nextAttemptAt && Date.parse(nextAttemptAt) - Date.now() > SOON;
    if (!later && !error) return "";
    const when = later ? t("delivery.retried_at", { time: clockTime(nextAttemptAt) }) : t("delivery.retried_soon");
    return error ? `${reason(error)} ${when}` : when;
  }
  if (status === "unknown") return t("delivery.unknown_explained");
  return error ? reason(error) : t("delivery.failed");
}

/** @param {{code: string, message: string}} error */
function reason(error) {
  const key = `failure.${error.code}`;
  if (!has(key)) return error.message;
  // Telegram's own words say what no list of codes can.
  return error.code === "message_rejected" ? `${t(key)} (${error.message})` : t(key);
}
