// Writing: texts, captions, answers, edits, and everything under the paper clip.

import { whenChosen } from "./actions.js";
import { ask, attempt, edit, send } from "./api.js";
import { hasFiles, listenForFiles, sendFiles } from "./attachments.js";
import { button, element, find, openMenu } from "./dom.js";
import { listenForVoice } from "./recorder.js";
import { summary } from "./words.js";

const PLACES = { latitude: 59.93428, longitude: 30.3351 }; // where the phone is when it may not say
const STICKERS = ["sticker", "animated_sticker", "video_sticker"];

/**
 * What is written about: a message that is answered, or one that is edited.
 * @type {{message: import('./shapes.js').Message, quote?: string | null, edited?: boolean} | null}
 */
let aim = null; // {message, quote} of an answer, or {message, edited: true}

/** @param {string} text */
export const sendText = (text) => send({ kind: "text", text, ...around() });

function around() {
  if (!aim || aim.edited) return {};
  return { replyTo: aim.message.messageId, ...(aim.quote ? { quote: aim.quote } : {}) };
}

/** @param {typeof aim} next */
function setAim(next) {
  aim = next;
  find("aim").hidden = !aim;
  if (!aim) return;
  find("aim-what").textContent = aim.edited ? "Edit" : aim.quote ? "Quote" : "Reply";
  find("aim-text").textContent = aim.quote ?? summary(aim.message);
  if (aim.edited) find("text").value = aim.message.text;
  find("text").focus();
  refresh();
}

/** Leaves an answer or an edit. */
export function clearAim() {
  if (aim?.edited) find("text").value = "";
  setAim(null);
  refresh();
}

function refresh() {
  const empty = !find("text").value.trim() && !hasFiles();
  find("send").disabled = empty;
  find("send").hidden = empty && !aim?.edited;
  find("record").hidden = !find("send").hidden;
}

async function submit() {
  const box = find("text");
  const text = box.value;
  if (aim?.edited) {
    const changed = aim.message.kind === "text" ? { text } : { caption: text };
    if (await edit(aim.message, changed)) clearAim();
    return;
  }
  if (!text.trim() && !hasFiles()) return;
  box.value = "";
  refresh();
  const sent = hasFiles() ? await sendFiles(text, around()) : await sendText(text);
  if (sent) setAim(null);
  else box.value = text;
  refresh();
  box.focus();
}

/** @param {string} name */
function sendSample(name) {
  return send({ kind: "sample", name, ...around() });
}

async function fillStickers() {
  const made = STICKERS.map((name) => {
    const face =
      name === "animated_sticker" ? element("span", "", "🔵") : element(name === "video_sticker" ? "video" : "img");
    if (face instanceof HTMLImageElement || face instanceof HTMLVideoElement) face.src = `/simulator/samples/${name}`;
    if (face instanceof HTMLVideoElement) face.muted = face.loop = face.autoplay = true;
    if (face instanceof HTMLImageElement) face.alt = "";
    return button(
      "sticker-choice",
      name.replace("_", " "),
      () => {
        find("stickers").close();
        sendSample(name);
      },
      face,
    );
  });
  find("sticker-choices").replaceChildren(...made);
}

async function fillSamples() {
  const names = await attempt(() => ask("GET", "samples"));
  const made = (names ?? []).map((/** @type {string} */ name) =>
    button(
      "pill quiet",
      "",
      () => {
        find("samples").close();
        sendSample(name);
      },
      name.replaceAll("_", " "),
    ),
  );
  find("sample-choices").replaceChildren(...made);
}

function whereAmI() {
  const form = find("location-form");
  const put = (/** @type {{latitude: number, longitude: number}} */ { latitude, longitude }) => {
    form.elements.latitude.value = latitude.toFixed(5);
    form.elements.longitude.value = longitude.toFixed(5);
  };
  put(PLACES);
  navigator.geolocation?.getCurrentPosition(
    (found) => put(found.coords),
    () => {},
    { timeout: 2000 },
  );
}

/**
 * What stands under the paper clip: its name, and what it opens or sends.
 * @type {[string, () => void][]}
 */
const CHOICES = [
  ["Photo or video", () => find("file").click()],
  ["File", () => find("documents").click()],
  ["Sticker", () => open("stickers", fillStickers)],
  ["Location", () => open("location", whereAmI)],
  ["Contact", () => open("contact", () => {})],
  ["Everything else…", () => open("samples", fillSamples)],
];

/**
 * @param {string} name
 * @param {() => void} fill
 */
function open(name, fill) {
  find(name).querySelector("form")?.reset();
  fill();
  find(name).showModal();
}

function listenForForms() {
  find("location-form").addEventListener("submit", () => {
    const { latitude, longitude, live } = find("location-form").elements;
    const place = { latitude: Number(latitude.value), longitude: Number(longitude.value) };
    send({ kind: "location", ...place, ...(live.checked ? { livePeriod: 900 } : {}), ...around() });
  });
  find("contact-form").addEventListener("submit", () => {
    const { firstName, phoneNumber } = find("contact-form").elements;
    send({ kind: "contact", firstName: firstName.value, phoneNumber: phoneNumber.value, ...around() });
  });
  for (const away of document.querySelectorAll("[data-close]")) {
    away.addEventListener("click", () => away.closest("dialog")?.close());
  }
}

export function listenForWriting() {
  find("composer").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    submit();
  });
  find("text").addEventListener("input", refresh);
  find("tray").addEventListener("change", refresh);
  find("text").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      find("composer").requestSubmit();
    } else if (event.key === "Escape" && aim) {
      clearAim();
    }
  });
  find("aim-close").addEventListener("click", clearAim);
  find("attach-menu").replaceChildren(...CHOICES.map(([label, act]) => button("row", "", act, label)));
  find("attach").addEventListener("click", () => openMenu(find("attach-menu"), find("attach")));
  whenChosen({
    reply: (message, quote) => setAim({ message, quote }),
    edit: (message) => setAim({ message, edited: true }),
  });
  listenForForms();
  listenForFiles();
  listenForVoice();
  refresh();
}
