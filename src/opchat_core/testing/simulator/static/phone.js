// The phone page: one long poll of /simulator/phone tells everything there is to show.

import { address, ask, attempt, chosen, complain } from "./api.js";
import { clearAim, listenForWriting, sendText } from "./composer.js";
import { find } from "./dom.js";
import { drawPeople, listenForPeople } from "./people.js";
import { clearTalk, drawTalk, follow } from "./talk.js";
import { fullName } from "./words.js";

const LONG_POLL_SECONDS = 20;
const RETRY_MILLISECONDS = 1000;
const NOTICE_MILLISECONDS = 4000;
/** @type {Record<string, string>} */
const BUSY = {
  upload_photo: "sending a photo…",
  upload_video: "sending a video…",
  upload_video_note: "sending a video message…",
  upload_voice: "sending a voice message…",
  record_voice: "recording a voice message…",
  upload_document: "sending a file…",
};

const desk = find("desk");
/**
 * What was last told.
 * @type {any}
 */
let view = null; // what was last told
let polling = new AbortController();
/** @type {any} */
let typingTimer = null;
/** @type {string | null} */
let lastNotice = null;

function draw() {
  const user = view.users.find((/** @type {import('./shapes.js').User} */ each) => each.id === chosen.user) ?? null;
  desk.classList.toggle("chatting", Boolean(user));
  drawPeople(view, choose);
  drawTalk(view.messages, sendText);
  find("bot-name").textContent = view.bot.firstName;
  find("block").hidden = !user || user.blocked;
  find("composer").hidden = !user || user.blocked;
  find("blocked").hidden = !user?.blocked;
  find("empty").hidden = view.messages.length > 0;
  find("start").hidden = !user || user.blocked;
  if (user) {
    find("empty-title").textContent = `Hello, ${user.firstName}`;
    find("empty-text").textContent = `This is ${fullName(user)}'s phone. Press Start, or just write.`;
    document.title = `${fullName(user)} · opchat simulator`;
  } else {
    find("empty-title").textContent = view.users.length ? "Choose a phone" : "Nobody here yet";
    find("empty-text").textContent = view.users.length
      ? "Pick someone from the list to write as that person."
      : "Create a user with the plus button to write to the bot.";
    document.title = "Phone · opchat simulator";
  }
  drawStatus(user);
  drawNotice();
}

/** @param {import('./shapes.js').User | null} user */
function drawStatus(user) {
  clearTimeout(typingTimer);
  const typing = view.typingSeconds > 0;
  find("status").textContent = typing
    ? (BUSY[view.busyWith] ?? "typing…")
    : user
      ? `bot · you are ${fullName(user)}`
      : `@${view.bot.username}`;
  find("status").classList.toggle("typing", typing);
  if (typing) {
    typingTimer = setTimeout(() => {
      view.typingSeconds = 0;
      drawStatus(user);
    }, view.typingSeconds * 1000);
  }
}

/** Shows what the bot answers to a pressed button, unless it was there before the page was. */
function drawNotice() {
  const { notice } = view;
  const known = lastNotice;
  lastNotice = notice?.queryId ?? "";
  if (!notice || known === null || known === lastNotice) return;
  for (const key of document.querySelectorAll(".key.waiting")) key.classList.remove("waiting");
  if (!notice.text) return;
  if (notice.alert) {
    find("alert-text").textContent = notice.text;
    find("alert").showModal();
    return;
  }
  find("toast").textContent = notice.text;
  find("toast").hidden = false;
  setTimeout(() => {
    find("toast").hidden = true;
  }, NOTICE_MILLISECONDS);
}

async function poll() {
  let after = "";
  for (;;) {
    const { signal } = polling;
    const query = new URLSearchParams({
      user: String(chosen.user ?? ""),
      bot: String(chosen.bot ?? ""),
      after,
      wait: String(after === "" ? 0 : LONG_POLL_SECONDS),
    });
    try {
      const response = await fetch(`/simulator/phone?${query}`, { signal });
      if (!response.ok) throw new Error((await response.json()).error);
      const told = await response.json();
      if (signal.aborted) {
        after = "";
        continue;
      }
      follow(after === "");
      after = String(told.version);
      view = told;
      draw();
    } catch {
      after = "";
      if (signal.aborted) continue;
      find("status").textContent = "no connection, trying again…";
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }
}

/** @param {number | null} id */
function choose(id) {
  chosen.user = id;
  lastNotice = null;
  clearTalk();
  clearAim();
  complain("");
  if (id) address.searchParams.set("user", String(id));
  else address.searchParams.delete("user");
  history.replaceState(null, "", address);
  if (id && matchMedia("(min-width: 721px)").matches) find("text").focus();
  polling.abort();
  polling = new AbortController();
}

/** @param {string} word */
const setBlocked = (word) => attempt(() => ask("POST", `users/${chosen.user}/${word}`, {}));

find("start").addEventListener("click", () => sendText("/start"));
find("block").addEventListener("click", () => setBlocked("block"));
find("unblock").addEventListener("click", () => setBlocked("unblock"));
find("back").addEventListener("click", () => choose(null));
find("viewer").addEventListener("click", (/** @type {any} */ event) => {
  if (event.target.tagName !== "VIDEO") find("viewer").close();
});
find("viewer").addEventListener("close", () => find("viewer").replaceChildren());
find("bot").addEventListener("change", () => {
  chosen.bot = Number(find("bot").value);
  address.searchParams.set("bot", String(chosen.bot));
  choose(chosen.user);
});
listenForPeople(async (names) => {
  const user = await attempt(() => ask("POST", "users", names));
  if (user) choose(user.id);
});
listenForWriting();
poll();
