/** Which part of a chat's loaded messages is drawn: enough to scroll in, and never so much that the page grows heavy. */

const STEP = 50;
const MOST = 150;

export class Window {
  from = 0;
  to = 0;
  #length = 0;
  /** The oldest message's `seq` when the numbers above were right: older ones that join on push them down. */
  #first = 0;
  #following = true;

  get atEnd() {
    return this.to >= this.#length;
  }

  /** Begin anew, at the newest. */
  toEnd() {
    this.#following = true;
  }

  /**
   * Take in what is loaded now.
   * @param {import("../shapes.js").Message[]} messages
   * @param {boolean} pinned Whether somebody looks at the newest.
   */
  fit(messages, pinned) {
    const { length } = messages;
    const first = messages[0]?.seq ?? 0;
    if (this.#following || (pinned && this.atEnd)) {
      this.to = length;
      this.from = Math.max(0, length - STEP);
    } else {
      const added = this.#first ? messages.findIndex((message) => message.seq === this.#first) : 0;
      this.from += added;
      this.to += added;
      // Older ones that were waited for are drawn at once; newer ones below are, too, as long as there is room.
      if (added > 0) this.from = Math.max(0, this.from - STEP);
      if (this.to - added === this.#length) this.to = length;
      this.#shorten(added > 0);
    }
    this.#following = false;
    this.#length = length;
    this.#first = first;
  }

  /** Draw older ones; false when all that is loaded is drawn. */
  up() {
    if (this.from === 0) return false;
    this.from = Math.max(0, this.from - STEP);
    this.#shorten(true);
    return true;
  }

  /** Draw newer ones; false when the newest is drawn. */
  down() {
    if (this.atEnd) return false;
    this.to = Math.min(this.#length, this.to + STEP);
    this.#shorten(false);
    return true;
  }

  /** Draw the surroundings of a message. @param {number} at Where it is among what is loaded. */
  around(at) {
    if (at >= this.from && at < this.to) return;
    this.from = Math.max(0, at - STEP);
    this.to = Math.min(this.#length, at + STEP);
  }

  /** @param {boolean} keepTop */
  #shorten(keepTop) {
    if (this.to - this.from <= MOST) return;
    if (keepTop) this.to = this.from + MOST;
    else this.from = this.to - MOST;
  }
}
