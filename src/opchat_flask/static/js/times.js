/** Times as people of the page's language write them. */

import { config } from "./config.js";
import { t } from "./i18n.js";

const MINUTE = 60_000;
const format = (/** @type {Intl.DateTimeFormatOptions} */ options) => new Intl.DateTimeFormat(config.language, options);
const clock = format({ hour: "numeric", minute: "2-digit" });
const weekday = format({ weekday: "short" });
const dayMonth = format({ day: "numeric", month: "short" });
const dayMonthYear = format({ day: "2-digit", month: "2-digit", year: "2-digit" });
const longDay = format({ weekday: "long", day: "numeric", month: "long" });
const longDayYear = format({ day: "numeric", month: "long", year: "numeric" });
const full = format({ dateStyle: "full", timeStyle: "medium" });

/** @param {Date} moment */
const dayNumber = (moment) => Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate()) / 86_400_000;

/** @param {string} iso */
export const clockTime = (iso) => clock.format(new Date(iso));

/** @param {string} iso */
export const fullTime = (iso) => full.format(new Date(iso));

/**
 * How long ago, as short as a list needs it.
 * @param {string} iso
 */
export function shortTime(iso) {
  const then = new Date(iso);
  const now = new Date();
  const age = now.getTime() - then.getTime();
  if (age < MINUTE) return t("time.now");
  if (age < 60 * MINUTE) return t("time.minutes", { minutes: Math.floor(age / MINUTE) });
  const days = dayNumber(now) - dayNumber(then);
  if (days === 0) return clock.format(then);
  if (days === 1) return t("time.yesterday_short");
  if (days < 7) return weekday.format(then);
  return then.getFullYear() === now.getFullYear() ? dayMonth.format(then) : dayMonthYear.format(then);
}

/**
 * The name of a day, for the line above its messages.
 * @param {string} iso
 */
export function dayName(iso) {
  const then = new Date(iso);
  const now = new Date();
  const days = dayNumber(now) - dayNumber(then);
  if (days === 0) return t("time.today");
  if (days === 1) return t("time.yesterday");
  return then.getFullYear() === now.getFullYear() ? longDay.format(then) : longDayYear.format(then);
}

/**
 * Whether two moments lie on the same day here.
 * @param {string} one
 * @param {string} other
 */
export const sameDay = (one, other) => dayNumber(new Date(one)) === dayNumber(new Date(other));
