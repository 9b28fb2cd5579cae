// The messages of the chat, drawn anew only where something changed.

import { bubble, refreshFooter } from "./bubble.js";
import { whenLoaded } from "./content.js";
import { element, find } from "./dom.js";
import { day } from "./words.js";

const NEAR = 80; // pixels from the end within which the chat is followed
/**
 * What each bubble shows, by its key.
 * @type {Map<string, string>}
 */
const drawn = new Map(); // key of a bubble -> what it shows

let following = true;

const atEnd = () => find("talk").scrollHeight - find("talk").scrollTop - find("talk").clientHeight < NEAR;

/**
 * Says, before something is drawn, whether the chat is to stay at its end.
 * @param {boolean} fromTheStart
 */
export function follow(fromTheStart) {
  following = fromTheStart || atEnd();
}

export function keepAtEnd() {
  if (following) find("talk").scrollTop = find("talk").scrollHeight;
}

/** Forgets what is drawn: another chat is about to be. */
export function clearTalk() {
  drawn.clear();
  find("messages").replaceChildren();
}

/**
 * Gathers the messages of albums: those of one id that stand together.
 * @param {import('./shapes.js').Message[]} messages
 * @returns {[import('./shapes.js').Message, ...import('./shapes.js').Message[]][]}
 */
function gathered(messages) {
  /** @type {[import('./shapes.js').Message, ...import('./shapes.js').Message[]][]} */
  const groups = [];
  for (const message of messages) {
    const album = message.message.media_group_id;
    const last = groups.at(-1);
    const together = album && last && last[0].message.media_group_id === album;
    if (together && last[0].outgoing === message.outgoing) last.push(message);
    else groups.push([message]);
  }
  return groups;
}

/** @param {number} messageId */
function jump(messageId) {
  const there = find("messages").querySelector(`[data-message-id="${messageId}"]`);
  if (!there) return;
  there.scrollIntoView({ block: "center", behavior: "smooth" });
  there.classList.remove("found");
  requestAnimationFrame(() => there.classList.add("found"));
}

/** @param {import('./shapes.js').Message} part */
function lasting(part) {
  const { ticks, userReactions, botReactions, ...rest } = part;
  return rest;
}

/**
 * @param {import('./shapes.js').Message[]} messages
 * @param {(text: string) => void} say
 */
export function drawTalk(messages, say) {
  const list = find("messages");
  const kept = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const wanted = [];
  let lastDay = "";
  let lastSide = null;
  for (const parts of gathered(messages)) {
    const today = day(parts[0].date);
    if (today !== lastDay) {
      const key = `day ${today}`;
      const marker = kept.get(key) ?? element("li", "day", today);
      marker.dataset.key = key;
      wanted.push(marker);
      lastDay = today;
    }
    const key = `message ${parts[0].messageId}`;
    const turn = parts[0].outgoing !== lastSide;
    const content = JSON.stringify([parts.map(lasting), turn]);
    let item = kept.get(key);
    if (!item || drawn.get(key) !== content) {
      const again = Boolean(item);
      item = bubble(parts, turn, { say, jump });
      item.dataset.key = key;
      if (again) item.classList.add("still");
      drawn.set(key, content);
    } else {
      refreshFooter(item, parts);
    }
    wanted.push(item);
    lastSide = parts[0].outgoing;
  }
  if (wanted.length !== list.children.length || wanted.some((item, at) => list.children[at] !== item)) {
    list.replaceChildren(...wanted);
  }
  keepAtEnd();
}

whenLoaded(keepAtEnd);
