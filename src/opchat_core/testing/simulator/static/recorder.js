// Voice messages by the microphone.

import { attempt, chosen, ask, complain, upload } from "./api.js";
import { find } from "./dom.js";
import { duration } from "./words.js";

const SHORTEST = 300; // milliseconds; less was a slip

/** @type {{recorder: MediaRecorder, kept: boolean} | null} */
let recording = null;

/** @param {boolean} running */
function show(running) {
  find("record").setAttribute("aria-pressed", String(running));
  find("record").title = running ? "Send the voice message" : "Record a voice message";
  find("recording").hidden = !running;
  find("text").hidden = running;
}

async function begin() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    complain("There is no microphone to record by. A ready-made voice message is under the paper clip.");
    return;
  }
  const recorder = new MediaRecorder(stream);
  /** @type {Blob[]} */
  const pieces = [];
  const started = Date.now();
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  const clock = setInterval(() => {
    find("recorded").textContent = duration(Math.floor((Date.now() - started) / 1000));
  }, 250);
  recorder.addEventListener("stop", async () => {
    clearInterval(clock);
    for (const track of stream.getTracks()) track.stop();
    show(false);
    const length = Date.now() - started;
    const kept = recording?.kept;
    recording = null;
    if (!kept || length < SHORTEST) return;
    const type = recorder.mimeType.split(";")[0];
    const file = new File(pieces, "voice", { type });
    await attempt(async () => {
      const fileId = await upload("voice", file, { duration: Math.max(1, Math.round(length / 1000)) });
      return ask("POST", `users/${chosen.user}/messages`, { kind: "voice", fileId });
    });
  });
  find("recorded").textContent = duration(0);
  recorder.start();
  recording = { recorder, kept: false };
  show(true);
}

/** @param {boolean} kept */
function end(kept) {
  if (!recording) return;
  recording.kept = kept;
  recording.recorder.stop();
}

export function listenForVoice() {
  find("record").addEventListener("click", () => (recording ? end(true) : attempt(begin)));
  find("record-cancel").addEventListener("click", () => end(false));
}
