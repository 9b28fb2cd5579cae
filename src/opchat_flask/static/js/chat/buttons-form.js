/** Buttons under an answer, by a simple form: one a row, with an address that it opens or without. */

import { byId, el, icon } from "../dom.js";
import { t } from "../i18n.js";
import { line } from "../stranger.js";
import { limits, loadLimits } from "./limits.js";

/** @typedef {{text: string, url?: string}} Button */

export class ButtonsForm {
  /** @type {Button[][]} */
  rows = [];
  #dialog = /** @type {HTMLDialogElement} */ (byId("buttons-form"));
  #list = byId("buttons-list");
  #changed;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
    byId("buttons-open").addEventListener("click", async () => {
      await loadLimits();
      this.#list.replaceChildren(...this.rows.flat().map((button) => this.#row(button)));
      if (!this.rows.length) this.#add();
      this.#dialog.returnValue = "";
      this.#dialog.showModal();
    });
    byId("buttons-add").addEventListener("click", () => this.#add());
    byId("buttons-drop").addEventListener("click", () => {
      this.begin([]);
      this.#changed();
      byId("answer").focus();
    });
    this.#dialog.addEventListener("close", () => {
      if (this.#dialog.returnValue === "set") {
        this.begin(this.#read());
        this.#changed();
      }
      byId("answer").focus();
    });
  }

  /** @param {Button[][]} rows */
  begin(rows) {
    this.rows = rows;
    byId("buttons-shown").hidden = !rows.length;
    byId("buttons-names").replaceChildren(...rows.flat().map(({ text }) => el("span", { class: "key" }, line(text))));
  }

  #add() {
    if (this.#list.childElementCount >= limits().buttonRows) return;
    const row = this.#row({ text: "" });
    this.#list.append(row);
    row.querySelector("input")?.focus();
  }

  /** @param {Button} button */
  #row({ text, url }) {
    const row = el(
      "li",
      {},
      el("input", {
        name: "text",
        value: text,
        maxlength: limits().buttonText,
        placeholder: t("buttons.text"),
        "aria-label": t("buttons.text"),
      }),
      el("input", {
        name: "url",
        type: "url",
        value: url ?? "",
        placeholder: t("buttons.url"),
        "aria-label": t("buttons.url"),
      }),
      el(
        "button",
        {
          type: "button",
          class: "tool",
          "aria-label": t("buttons.remove"),
          title: t("buttons.remove"),
          onclick: () => row.remove(),
        },
        icon("drop"),
      ),
    );
    return row;
  }

  #read() {
    const rows = [...this.#list.children].map((row) => {
      const [text, url] = [...row.querySelectorAll("input")].map((input) => input.value.trim());
      return text ? [{ text, ...(url ? { url } : {}) }] : [];
    });
    return rows.filter((row) => row.length);
  }
}
