/** Files that are to go with the answer: attached, pasted or dropped, each with a look at it, each removable. */

import { byId, el, icon } from "../dom.js";
import { t } from "../i18n.js";
import { size } from "../kinds.js";
import { line } from "../stranger.js";
import { limits, loadLimits } from "./limits.js";

const PHOTO = /^image\/(jpeg|png|webp)$/;

/**
 * @typedef {object} Attached
 * @property {File} file
 * @property {string} picture The address of a picture of it, or "".
 */

export class Attachments {
  #chips = byId("chips");
  #asFiles = /** @type {HTMLInputElement} */ (byId("as-files"));
  #picker = /** @type {HTMLInputElement} */ (byId("picker"));
  #changed;
  /** @type {Map<number, Attached[]>} Those of each chat, for as long as the page is open. */
  #ofChats = new Map();
  #userId = 0;
  enabled = true;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
    byId("attach").addEventListener("click", () => this.#picker.click());
    this.#picker.addEventListener("change", () => {
      this.add([...(this.#picker.files ?? [])]);
      this.#picker.value = "";
    });
    this.#asFiles.addEventListener("change", () => this.#draw());
    const place = byId("chat-body");
    const cover = byId("drop-here");
    const carries = (/** @type {DragEvent} */ event) => this.enabled && event.dataTransfer?.types.includes("Files");
    place.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      cover.hidden = false;
    });
    place.addEventListener("dragleave", (event) => {
      if (!(event.relatedTarget instanceof Node && place.contains(event.relatedTarget))) cover.hidden = true;
    });
    place.addEventListener("drop", (event) => {
      cover.hidden = true;
      if (!carries(event)) return;
      event.preventDefault();
      this.add([...(event.dataTransfer?.files ?? [])]);
    });
    byId("answer").addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // What was copied in a word processor is a picture of text beside the text: the text is meant.
      if (!files.length || event.clipboardData?.types.includes("text/plain")) return;
      event.preventDefault();
      this.add(files);
    });
  }

  /** Whose chat is open. @param {number} userId */
  open(userId) {
    this.#userId = userId;
    this.#draw();
  }

  get files() {
    return this.#attached.map(({ file }) => file);
  }

  /** As what they are sent: "" for what each of them is. */
  get as() {
    return this.#asFiles.checked && this.#hasPhotos ? "document" : "";
  }

  /** Why they cannot be sent; "" when they can. */
  get trouble() {
    const { files, uploadBytes } = limits();
    const attached = this.#attached;
    if (attached.length > files) return t("attach.too_many", { count: files });
    const broken = attached.map((one) => this.#problem(one)).find(Boolean);
    if (broken) return broken;
    const all = attached.reduce((sum, { file }) => sum + file.size, 0);
    return all > uploadBytes ? t("attach.too_large_together", { most: size(uploadBytes) }) : "";
  }

  /** @param {File[]} files */
  async add(files) {
    if (!this.enabled || !files.length) return;
    await loadLimits();
    const more = files.map((file) => ({ file, picture: /^image\//.test(file.type) ? URL.createObjectURL(file) : "" }));
    this.#ofChats.set(this.#userId, [...this.#attached, ...more]);
    this.#draw();
    byId("answer").focus();
  }

  clear() {
    for (const { picture } of this.#attached) if (picture) URL.revokeObjectURL(picture);
    this.#ofChats.delete(this.#userId);
    this.#asFiles.checked = false;
    this.#draw();
  }

  get #attached() {
    return this.#ofChats.get(this.#userId) ?? [];
  }

  get #hasPhotos() {
    return this.#attached.some(({ file }) => PHOTO.test(file.type));
  }

  /** @param {Attached} attached */
  #problem({ file }) {
    const { photoBytes, fileBytes } = limits();
    if (!file.size) return t("attach.empty");
    if (file.size > fileBytes) return t("attach.too_large", { most: size(fileBytes) });
    if (PHOTO.test(file.type) && !this.as && file.size > photoBytes) {
      return t("attach.photo_too_large", { most: size(photoBytes) });
    }
    return "";
  }

  /** @param {Attached} attached */
  #remove(attached) {
    if (attached.picture) URL.revokeObjectURL(attached.picture);
    this.#ofChats.set(
      this.#userId,
      this.#attached.filter((other) => other !== attached),
    );
    this.#draw();
    byId("answer").focus();
  }

  #draw() {
    byId("attached").hidden = !this.#attached.length;
    byId("as-files-label").hidden = !this.#hasPhotos;
    this.#chips.replaceChildren(...this.#attached.map((attached) => this.#chip(attached)));
    this.#changed();
  }

  /** @param {Attached} attached */
  #chip(attached) {
    const { file, picture } = attached;
    const problem = this.#problem(attached);
    return el(
      "li",
      { class: problem ? "chip broken" : "chip" },
      picture ? el("img", { src: picture, alt: "" }) : icon("file"),
      el("span", { class: "chip-name" }, line(file.name)),
      el("span", { class: "chip-size" }, problem || size(file.size)),
      el(
        "button",
        {
          type: "button",
          class: "tool",
          "aria-label": t("attach.remove", { name: file.name }),
          title: t("attach.remove", { name: file.name }),
          onclick: () => this.#remove(attached),
        },
        icon("drop"),
      ),
    );
  }
}
