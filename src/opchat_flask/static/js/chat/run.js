/** Which messages are drawn as one run. */

/** @typedef {import("../shapes.js").Message} Message */

const RUN = 5 * 60_000;

/**
 * Whether two messages are one run: the same writer, close together.
 * @param {Message | undefined} one
 * @param {Message} other
 */
export function together(one, other) {
  return (
    one?.direction === other.direction &&
    one.operator === other.operator &&
    Date.parse(other.createdAt) - Date.parse(one.createdAt) < RUN
  );
}

/**
 * Whether two messages that follow each other are parts of one album.
 * @param {Message} one
 * @param {Message} other
 */
export const isAlbum = (one, other) =>
  one.mediaGroupId !== null && one.mediaGroupId === other.mediaGroupId && one.direction === other.direction;
