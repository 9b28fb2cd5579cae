/** Keeps a chat's scroll position honest: pinned to the newest, or exactly where somebody reads. */

const NEAR = 48;
const AHEAD = 800;

export class ScrollKeeper {
  #pinned = true;
  #restoring = false;

  /**
   * @param {HTMLElement} pane What scrolls.
   * @param {{onTop: () => void, onBottom: () => void, onMove: () => void, atEnd: () => boolean}} handlers `onTop` and
   *   `onBottom` near the ends of what is drawn, `onMove` at every scroll; `atEnd` tells whether the newest is drawn.
   */
  constructor(pane, handlers) {
    this.pane = pane;
    this.handlers = handlers;
    pane.addEventListener(
      "scroll",
      () => {
        if (!this.#restoring) this.#settle();
        if (pane.scrollTop < AHEAD) handlers.onTop();
        if (this.#distance() < AHEAD) handlers.onBottom();
        handlers.onMove();
      },
      { passive: true },
    );
    // The composer grows, the window turns, the keyboard of a phone comes up: the newest stays in sight.
    new ResizeObserver(() => this.#pinned && this.toBottom()).observe(pane);
  }

  get pinned() {
    return this.#pinned;
  }

  toBottom() {
    this.#pinned = true;
    this.pane.scrollTop = this.pane.scrollHeight;
  }

  /**
   * Scroll to an element, which unpins unless it is at the end.
   * @param {HTMLElement} element
   * @param {ScrollLogicalPosition} block
   */
  show(element, block) {
    element.scrollIntoView({ block });
    this.#settle();
  }

  /**
   * Draw, and afterwards be where one was: at the end, or at the same message.
   * @param {() => void} draw
   */
  keep(draw) {
    const anchor = this.#pinned ? null : this.#anchor();
    const before = anchor?.getBoundingClientRect().top ?? 0;
    this.#restoring = true;
    draw();
    if (this.#pinned) this.toBottom();
    else if (anchor) {
      const now = anchor.isConnected ? anchor : document.getElementById(anchor.id);
      if (now) this.pane.scrollTop += now.getBoundingClientRect().top - before;
    }
    this.#restoring = false;
  }

  #settle() {
    this.#pinned = this.#distance() < NEAR && this.handlers.atEnd();
  }

  #distance() {
    return this.pane.scrollHeight - this.pane.scrollTop - this.pane.clientHeight;
  }

  /** The first message that is in sight. */
  #anchor() {
    const { top } = this.pane.getBoundingClientRect();
    return [...this.pane.querySelectorAll(".message[id]")].find(
      (message) => message.getBoundingClientRect().bottom > top,
    );
  }
}
