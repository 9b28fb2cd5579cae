/** Something that changes, and tells those who asked. */

export class Emitter {
  /** @type {Set<(detail?: any) => void>} */
  #listeners = new Set();

  /**
   * Call back at every change, until the returned function is called.
   * @param {(detail?: any) => void} listener
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {any} [detail] */
  emit(detail) {
    for (const listener of [...this.#listeners]) listener(detail);
  }
}
