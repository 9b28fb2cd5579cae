/** Whether the server can be reached, and knows us: learned from every request there is. */

import { Emitter } from "./emitter.js";

class Connection extends Emitter {
  reachable = navigator.onLine;
  signedIn = true;

  constructor() {
    super();
    addEventListener("offline", () => this.#set(false, this.signedIn));
    // Being on a network is no proof of the server: whoever hears this asks it, and the answer tells.
    addEventListener("online", () => this.emit());
  }

  /** An answer came, with any status. @param {number} status */
  answered(status) {
    this.#set(true, status !== 401);
  }

  /** No usable answer came. */
  lost() {
    this.#set(false, this.signedIn);
  }

  /**
   * @param {boolean} reachable
   * @param {boolean} signedIn
   */
  #set(reachable, signedIn) {
    if (reachable === this.reachable && signedIn === this.signedIn) return;
    this.reachable = reachable;
    this.signedIn = signedIn;
    this.emit();
  }
}

export const connection = new Connection();
