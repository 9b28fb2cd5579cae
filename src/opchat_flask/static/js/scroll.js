/** Keeps a chat's scroll position honest: pinned to the newest, or exactly where somebody reads. */

const NEAR = 48;
const OLDER = 800;

export class ScrollKeeper {
  #pinned = true;
  #restoring = false;

  /**
   * @param {HTMLElement} pane What scrolls.
   * @param {{onTop: () => void, onMove: () => void}} handlers `onTop` near the oldest, `onMove` at every scroll.
   */
  constructor(pane, handlers) {
    this.pane = pane;
    pane.addEventListener(
      "scroll",
      () => {
        if (!this.#restoring) this.#pinned = this.#distance() < NEAR;
        if (pane.scrollTop < OLDER) handlers.onTop();
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
    this.#pinned = this.#distance() < NEAR;
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
