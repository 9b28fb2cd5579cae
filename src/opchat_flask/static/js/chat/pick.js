/** Which message somebody means. */

import { config } from "../config.js";

/** @typedef {import("../shapes.js").Message} Message */
/** @typedef {import("./conversation.js").Conversation} Conversation */
/** @typedef {{text: string, position: number}} Chosen A part of a message's text; the position in UTF-16 units. */

/**
 * Whether the user can see what is answered: Telegram has to know it.
 * @param {Message} message
 */
export const canBeQuoted = (message) => message.telegramMessageId !== null && !message.deletedAt;

/**
 * The message to answer instead of another one, or null past the newest.
 * @param {Conversation} conversation
 * @param {number | null} seq What is answered now.
 * @param {1 | -1} step 1 for a newer one.
 */
export function quotable({ messages }, seq, step) {
  const found = messages.filter(canBeQuoted);
  const at = seq === null ? found.length : found.findIndex((message) => message.seq === seq);
  return found[step < 0 ? Math.max(0, at - 1) : at + 1] ?? null;
}

/**
 * The last answer of this operator's that can still be changed.
 * @param {Conversation} conversation
 */
export const lastOwn = ({ messages }) => messages.findLast(isOwnChangeable) ?? null;

/** @param {Message} message */
const isOwnChangeable = ({ operator, deletedAt, editableUntil }) =>
  operator === config.operator && !deletedAt && Date.parse(editableUntil ?? "") > Date.now();

/**
 * The words that somebody has selected in a message that can be answered.
 * @param {Conversation} conversation
 * @returns {{message: Message, quote: Chosen} | null}
 */
export function chosenIn(conversation) {
  const selection = getSelection();
  const text = selection?.toString() ?? "";
  const row = selection?.anchorNode?.parentElement?.closest(".message[id]");
  const message = conversation.message(Number(row?.id.slice("message-".length)) || null);
  const position = message && text.trim() ? message.messageText.indexOf(text) : -1;
  return message && position >= 0 && canBeQuoted(message) ? { message, quote: { text, position } } : null;
}
