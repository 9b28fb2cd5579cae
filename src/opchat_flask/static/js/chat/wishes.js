/** What an operator wants of a message of the open chat, why it was not granted, and what it said before. */

import { Refused, tolerate } from "../api.js";
import { has, t } from "../i18n.js";

/** @typedef {import("../shapes.js").Message} Message */

export class Wishes {
  /** @type {Map<number, string>} */
  #notes = new Map();
  /** @type {Map<number, {revision: number, versions: import("../shapes.js").Version[]}>} */
  #versions = new Map();
  #conversation;
  #announce;

  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {(text: string) => void} announce To those who do not see the page.
   */
  constructor(conversation, announce) {
    this.#conversation = conversation;
    this.#announce = announce;
  }

  /** Why the last wish about it was not granted. @param {Message} message */
  note({ seq }) {
    return this.#notes.get(seq);
  }

  /** What it said before, if somebody asked; of an edit since then nobody has. @param {Message} message */
  versions({ seq, revision }) {
    const asked = this.#versions.get(seq);
    return asked?.revision === revision ? asked.versions : undefined;
  }

  /** Look up what it said before, or put that away. @param {Message} message */
  async toggleVersions(message) {
    const { seq, revision } = message;
    if (this.versions(message)) {
      this.#versions.delete(seq);
      return;
    }
    try {
      this.#versions.set(seq, { revision, versions: await this.#conversation.versions(seq) });
    } catch (error) {
      tolerate(error);
    }
  }

  /**
   * Do something about a message, and note why it was refused.
   * @param {number} seq
   * @param {() => Promise<void>} act
   */
  async grant(seq, act) {
    this.#notes.delete(seq);
    try {
      await act();
    } catch (error) {
      this.#notes.set(seq, refusal(error));
      this.#announce(refusal(error));
    }
  }
}

/** @param {unknown} error */
function refusal(error) {
  if (!(error instanceof Refused)) return t("delivery.not_tried");
  return has(`outbox.code.${error.code}`) ? t(`outbox.code.${error.code}`) : error.message;
}
