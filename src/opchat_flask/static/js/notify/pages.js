/**
 * The pages of one operator in one browser: one of them leads, and so speaks for all. The browser's locks say which, and
 * whether any is in sight; a page that is closed or crashes lets go of them.
 */

import { config } from "../config.js";

const name = `opchat:${config.base}:${config.operator}`;
const LEADER = `${name}:leader`;
const SEEN = `${name}:seen`;

let leads = false;
/** @type {() => void} */
let letGo = () => {};

/**
 * Whether this page leads.
 * @param {boolean} take Take the lead from whichever page has it.
 */
export function lead(take) {
  if (take && !leads) follow({ steal: true });
  return leads;
}

/** @param {LockOptions} options */
function follow(options) {
  navigator.locks
    .request(LEADER, options, () => {
      leads = true;
      return new Promise(() => {}); // as long as the page lives
    })
    .catch(() => {
      // Another page has taken the lead; when that goes, one of those who wait follows it.
      leads = false;
      follow({});
    });
}

function look() {
  letGo();
  letGo = () => {};
  if (document.hidden) return;
  navigator.locks.request(SEEN, { mode: "shared" }, () => new Promise((resolve) => (letGo = () => resolve(undefined))));
}

/** Whether any page of this operator is in sight. */
export async function isSeen() {
  if (!navigator.locks) return !document.hidden;
  const { held = [] } = await navigator.locks.query();
  return held.some((lock) => lock.name === SEEN);
}

if (navigator.locks) {
  follow({});
  look();
  document.addEventListener("visibilitychange", look);
} else leads = true; // over plain HTTP from elsewhere browsers have no locks: then each page speaks for itself
