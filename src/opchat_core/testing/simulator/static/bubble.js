// One message on the phone, or the several of an album.

import { press, react } from "./api.js";
import { drawnContent, drawnTile, isBare } from "./content.js";
import { button, drawing, element, icon } from "./dom.js";
import { formatted, link, safeUrl } from "./entities.js";
import { openActions } from "./actions.js";
import { bodySummary, clockTime, originName } from "./words.js";

/** @typedef {import('./shapes.js').Json} Json */

const IN_GRID = ["photo", "video"];

/** @param {...(HTMLElement | null)} parts */
const present = (...parts) => parts.filter((part) => part !== null);

/** @param {number} count */
function ticks(count) {
  const starts = count === 2 ? [1.5, 7.5] : [7.5];
  const made = drawing(
    "0 0 19 11",
    count === 2 ? "ticks two" : "ticks",
    starts.map((x) => `M${x} 6l3 3.500 6-8`),
    count === 2 ? "the bot has it" : "sent",
  );
  made.dataset.ticks = String(count);
  return made;
}

/**
 * @param {import('./shapes.js').Json} body
 * @param {(messageId: number) => void} jump
 */
function quoted(body, jump) {
  const replied = body.reply_to_message;
  if (!replied && !body.external_reply) return null;
  const words = body.quote?.text ?? (replied ? bodySummary(replied) : bodySummary(body.external_reply));
  const who = replied
    ? replied.from?.is_bot
      ? replied.from.first_name
      : "You"
    : originName(body.external_reply.origin);
  const made = button(
    "bubble-quote",
    "",
    () => replied && jump(replied.message_id),
    element("strong", "", who),
    element("span", "", words),
  );
  if (body.quote) made.classList.add("picked");
  return made;
}

/**
 * @param {import('./shapes.js').Message} message
 * @param {(text: string) => void} say
 */
function words(message, say) {
  const body = message.message;
  if (!message.text) return null;
  const nodes = formatted(message.text, body.entities ?? body.caption_entities ?? [], say);
  return element("div", "bubble-text", ...nodes);
}

/** @param {import('./shapes.js').Message} message */
function preview(message) {
  const body = message.message;
  if (body.link_preview_options?.is_disabled) return null;
  const found = (body.entities ?? []).find((/** @type {Json} */ entity) => ["url", "text_link"].includes(entity.type));
  const url = found && safeUrl(found.url ?? message.text.slice(found.offset, found.offset + found.length));
  return url ? element("span", "preview hint", new URL(url).hostname) : null;
}

/** @param {import('./shapes.js').Message} message */
function keyboard(message) {
  const rows = message.message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  const made = rows.map((/** @type {Json[]} */ row) =>
    element(
      "div",
      "key-row",
      ...row.map((key) => {
        if (key.url && safeUrl(key.url)) return link(key.url, element("span", "", `${key.text} ↗`));
        return button(
          "key",
          "",
          async (event) => {
            const pressed = event.currentTarget;
            pressed.classList.add("waiting");
            if (!(await press(message, key.callback_data ?? key.text))) pressed.classList.remove("waiting");
          },
          key.text,
        );
      }),
    ),
  );
  return element("div", "keys", ...made);
}

/**
 * What changes about a message while the rest stays: reactions, time and ticks.
 * @param {import('./shapes.js').Message} message
 */
function footer(message) {
  const chips = [
    ...message.userReactions.map((emoji) => {
      const rest = message.userReactions.filter((one) => one !== emoji);
      return button("chip own", "Take your reaction away", () => react(message, rest), emoji);
    }),
    ...message.botReactions.map((emoji) => element("span", "chip", emoji)),
  ];
  const time = element("time", "", clockTime.format(message.date * 1000));
  time.dateTime = new Date(message.date * 1000).toISOString();
  const meta = element("div", "bubble-meta", message.edited ? element("span", "", "edited") : null, time);
  if (message.ticks) meta.append(ticks(message.ticks));
  return element("div", "bubble-foot", chips.length ? element("div", "chips", ...chips) : null, meta);
}

/**
 * The bubble of a message, or of an album.
 *
 * @param {[import('./shapes.js').Message, ...import('./shapes.js').Message[]]} parts The messages; several are an album.
 * @param {boolean} turn Whether the other side wrote before.
 * @param {{say: (text: string) => void, jump: (messageId: number) => void}} acts
 */
export function bubble(parts, turn, acts) {
  const [first] = parts;
  const last = parts.at(-1) ?? first;
  const item = element("li", `bubble ${first.outgoing ? "theirs" : "mine"}${turn ? " turn" : ""}`);
  item.dataset.messageId = String(first.messageId);
  if (parts.length === 1 && isBare(first)) item.classList.add("bare");
  const origin = first.message.forward_origin;
  if (origin) item.append(element("p", "forwarded", `Forwarded from ${originName(origin)}`));
  item.append(...present(quoted(first.message, acts.jump)));
  if (parts.length > 1) {
    const grid = parts.every((part) => IN_GRID.includes(part.kind));
    const tiles = parts.map((part) => {
      const tile = element("div", "tile", ...(grid ? [drawnTile(part)] : [drawnContent(part), words(part, acts.say)]));
      tile.dataset.messageId = String(part.messageId);
      tile.addEventListener("contextmenu", (event) => openActions(event, part, tile));
      return tile;
    });
    item.append(element("div", grid ? `grid of-${Math.min(parts.length, 10)}` : "stack", ...tiles));
    const caption = grid && parts.find((part) => part.text);
    if (caption) item.append(...present(words(caption, acts.say)));
  } else {
    item.append(...present(drawnContent(first), words(first, acts.say), preview(first)));
    item.addEventListener("contextmenu", (event) => openActions(event, first, item));
  }
  item.append(button("more", "What to do with this message", (event) => openActions(event, first, item), icon("more")));
  item.append(footer(last), ...present(keyboard(first)));
  return item;
}

/**
 * Brings the changing part of a bubble up to date.
 * @param {Element} item
 * @param {[import('./shapes.js').Message, ...import('./shapes.js').Message[]]} parts
 */
export function refreshFooter(item, parts) {
  item.querySelector(".bubble-foot")?.replaceWith(footer(parts.at(-1) ?? parts[0]));
}
