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
