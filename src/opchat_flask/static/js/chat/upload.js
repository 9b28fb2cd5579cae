/** An answer with files on its way: it tells how far it is, and can be stopped. */

import { answered, PATIENCE, Unanswered } from "../api.js";
import { apiPath } from "../config.js";
import { connection } from "../connection.js";
import { Emitter } from "../emitter.js";

export class Upload extends Emitter {
  /** How much of it has left, from 0 to 1. */
  done = 0;
  stopped = false;
  #request = new XMLHttpRequest();

  /**
   * @param {string} path
   * @param {FormData} form
   * @returns {Promise<any>}
   */
  send(path, form) {
    const request = this.#request;
    let patience = 0;
    // Browsers tell of what leaves in this way alone; a file may take its time, but not stand still.
    const wait = () => {
      clearTimeout(patience);
      patience = setTimeout(() => request.abort(), 2 * PATIENCE);
    };
    return new Promise((resolve, reject) => {
      request.upload.addEventListener("progress", ({ loaded, total }) => {
        wait();
        this.done = total ? loaded / total : 0;
        this.emit();
      });
      request.addEventListener("loadend", () => {
        clearTimeout(patience);
        const data = request.response;
        if (!request.status || data === null) {
          if (!this.stopped) connection.lost();
          return reject(new Unanswered("the upload was cut off"));
        }
        try {
          resolve(answered(request.status, data, request.getResponseHeader("Retry-After")));
        } catch (error) {
          reject(error);
        }
      });
      request.open("POST", apiPath(path));
      request.responseType = "json";
      request.setRequestHeader("Accept", "application/json");
      request.send(form);
      wait();
    });
  }

  stop() {
    this.stopped = true;
    this.#request.abort();
  }
}
