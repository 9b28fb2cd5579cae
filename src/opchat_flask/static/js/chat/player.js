/** A player for voice and music: play, a place in it, and how fast. */

import { el, icon } from "../dom.js";
import { t } from "../i18n.js";
import { duration, kindName } from "../kinds.js";
import { line } from "../stranger.js";
import { recall, remember } from "../storage.js";
import { fileUrl } from "./files.js";

/** @typedef {import("../shapes.js").Message} Message */

const SPEEDS = [1, 1.5, 2];
const SPEED = "speed";

/** What is heard now: one at a time. @type {HTMLAudioElement | null} */
let heard = null;

/** @param {Message} message */
export function player(message) {
  const { media, payload, messageType } = message;
  const name = [payload?.performer, payload?.title].filter(Boolean).join(" – ") || media?.fileName || "";
  const label = name || kindName(messageType);
  const audio = el("audio", { src: fileUrl(message), preload: "none" });
  const play = el("button", { type: "button", class: "play", "aria-label": t("media.play", { name: label }) });
  const place = el("input", {
    type: "range",
    min: 0,
    max: media?.duration || 1,
    step: "any",
    value: 0,
    "aria-label": t("media.place"),
  });
  const time = el("span", { class: "length" }, duration(media?.duration ?? 0));
  const speed = el("button", { type: "button", class: "speed", title: t("media.speed") });
  const trouble = el("span", { class: "trouble", role: "status" });

  const draw = () => {
    const { currentTime, paused } = audio;
    const whole = Number.isFinite(audio.duration) ? audio.duration : (media?.duration ?? 0);
    place.max = String(whole || 1);
    place.value = String(currentTime);
    place.setAttribute("aria-valuetext", duration(currentTime));
    time.textContent = duration(currentTime || whole);
    play.replaceChildren(icon(paused ? "play" : "pause"));
    play.setAttribute("aria-label", t(paused ? "media.play" : "media.pause", { name: label }));
  };
  const pace = () => {
    const rate = recall(SPEED, 1);
    audio.playbackRate = rate;
    speed.textContent = `${rate}×`;
    speed.setAttribute("aria-label", t("media.speed_is", { rate: String(rate) }));
  };
  play.addEventListener("click", async () => {
    if (!audio.paused) return audio.pause();
    if (heard !== audio) heard?.pause();
    heard = audio;
    pace();
    trouble.textContent = "";
    try {
      await audio.play();
    } catch (error) {
      // To be stopped before it began is no trouble.
      if (/** @type {DOMException} */ (error).name !== "AbortError") trouble.textContent = t("media.broken");
    }
  });
  speed.addEventListener("click", () => {
    remember(SPEED, SPEEDS[(SPEEDS.indexOf(recall(SPEED, 1)) + 1) % SPEEDS.length] ?? 1);
    pace();
  });
  place.addEventListener("input", () => (audio.currentTime = Number(place.value)));
  for (const kind of ["play", "pause", "ended", "timeupdate", "durationchange"]) audio.addEventListener(kind, draw);
  draw();
  pace();
  return el(
    "div",
    { class: "player" },
    audio,
    play,
    el(
      "div",
      { class: "track" },
      name && el("span", { class: "track-name" }, line(name)),
      place,
      el("div", { class: "track-under" }, time, trouble, speed),
    ),
  );
}
