/** The calm bar that says why answers wait, for as long as none leaves. */

import { get, tolerate } from "./api.js";
import { byId } from "./dom.js";
import { t } from "./i18n.js";
import { live } from "./live.js";

/** Milliseconds between two questions: when something happens, and while the bar is there. */
const REST = 3_000;

let asking = false;
let again = false;

export function watchSending() {
  live.subscribe(ask);
  ask();
}

/** Ask now, and once more when something happened meanwhile. */
async function ask() {
  again = true;
  if (asking) return;
  asking = true;
  while (again) {
    again = false;
    await look().catch(tolerate);
    await new Promise((done) => setTimeout(done, REST));
  }
  asking = false;
}

async function look() {
  const { sending } = await get("status");
  const bar = byId("stalled");
  const reason = `stalled.${sending.stalled}`;
  if (sending.stalled) bar.textContent = t(reason);
  bar.hidden = !sending.stalled;
  again ||= !bar.hidden && !document.hidden;
}
