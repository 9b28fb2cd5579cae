// Names, times, and what a message is in a few words.

export const clockTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayName = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });

/** @param {number} unixSeconds */
export function day(unixSeconds) {
  const date = new Date(unixSeconds * 1000);
  return date.toDateString() === new Date().toDateString() ? "Today" : dayName.format(date);
}

/** @param {import('./shapes.js').User} user */
export const fullName = (user) => [user.firstName, user.lastName].filter(Boolean).join(" ");

/** @param {import('./shapes.js').User} user */
export function initials(user) {
  const names = [user.firstName, user.lastName ?? ""];
  return names
    .map((name) => [...name][0])
    .join("")
    .toUpperCase();
}

/** @param {number} seconds */
export function duration(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** @param {number} bytes */
export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** @param {import('./shapes.js').Json} money */
const price = (money) =>
  `${(money.total_amount / (money.currency === "XTR" ? 1 : 100)).toFixed(money.currency === "XTR" ? 0 : 2)} ${money.currency === "XTR" ? "stars" : money.currency}`;

/**
 * What each kind is called: a title, and what more there is to say.
 * @type {Record<string, (content: import('./shapes.js').Json) => [string, string?]>}
 */
const CALLED = {
  photo: () => ["Photo"],
  video: () => ["Video"],
  animation: () => ["GIF"],
  video_note: () => ["Video message"],
  voice: () => ["Voice message"],
  audio: (audio) => [audio.title ?? "Audio", audio.performer],
  document: (document) => [document.file_name ?? "Document"],
  sticker: (sticker) => [`${sticker.emoji ?? ""} Sticker`.trim()],
  location: (place) => [
    place.live_period ? "Live location" : "Location",
    `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`,
  ],
  venue: (venue) => [venue.title, venue.address],
  contact: (card) => [[card.first_name, card.last_name].filter(Boolean).join(" "), card.phone_number],
  poll: (poll) => [poll.question, "Poll"],
  dice: (dice) => [`${dice.emoji} ${dice.value}`],
  story: (story) => ["Story", story.chat.title ?? story.chat.first_name],
  game: (game) => [game.title, game.description],
  invoice: (invoice) => [invoice.title, `${invoice.description} · ${price(invoice)}`],
  successful_payment: (payment) => ["Payment", price(payment)],
  refunded_payment: (payment) => ["Refund", price(payment)],
  paid_media: (media) => ["Paid media", `${media.star_count} stars`],
  checklist: (list) => [
    list.title,
    list.tasks
      .map((/** @type {import('./shapes.js').Json} */ task) => `${task.completion_date ? "☑" : "☐"} ${task.text}`)
      .join("\n"),
  ],
  gift: (gift) => ["Gift", `${gift.gift.star_count} stars`],
  unique_gift: (gift) => [`${gift.gift.base_name} #${gift.gift.number}`, "Unique gift"],
  giveaway: (giveaway) => ["Giveaway", `${giveaway.winner_count} winners`],
};

/**
 * @param {string} kind
 * @param {import('./shapes.js').Json} body
 * @returns {[string, string?]}
 */
export function calledParts(kind, body) {
  return CALLED[kind]?.(body[kind]) ?? ["A message of another kind"];
}

/**
 * A message on one line.
 * @param {import('./shapes.js').Message} message
 */
export function summary(message) {
  const words = message.text.replace(/\s+/g, " ").trim();
  return words || calledParts(message.kind, message.message)[0];
}

const KINDS = Object.keys(CALLED).toSorted(
  (one, other) =>
    (other === "venue" || other === "animation" ? 1 : 0) - (one === "venue" || one === "animation" ? 1 : 0),
);

/**
 * A Bot API message on one line, for what only comes as such: quoted messages.
 * @param {import('./shapes.js').Json} body
 */
export function bodySummary(body) {
  const kind = KINDS.find((each) => each in body);
  return (
    (body.text ?? body.caption ?? "").replace(/\s+/g, " ").trim() || (kind ? calledParts(kind, body)[0] : "Message")
  );
}

/**
 * @param {import('./shapes.js').Json} origin
 * @returns {string}
 */
export function originName(origin) {
  if (origin.type === "user")
    return [origin.sender_user.first_name, origin.sender_user.last_name].filter(Boolean).join(" ");
  if (origin.type === "hidden_user") return origin.sender_user_name;
  const chat = origin.sender_chat ?? origin.chat;
  return [chat?.title ?? "a chat", origin.author_signature].filter(Boolean).join(", ");
}
