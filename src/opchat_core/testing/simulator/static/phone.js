// The phone page: one long poll of /simulator/phone tells everything there is to show. What people wrote
// reaches the page through textContent only.

const LONG_POLL_SECONDS = 20;
const RETRY_MILLISECONDS = 1000;

const find = (id) => document.getElementById(id);
const desk = document.querySelector(".desk");
const address = new URL(location.href);

let userId = Number(address.searchParams.get("user")) || null;
let botId = Number(address.searchParams.get("bot")) || null;
let view = null; // what was last told
let polling = new AbortController();
let typingTimer = null;
const shown = new Map(); // message id -> JSON of what its bubble shows, to leave unchanged bubbles alone

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

async function ask(method, path, body) {
  const url = new URL(`/simulator/${path}`, location.href);
  if (botId) url.searchParams.set("bot", botId);
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const response = await fetch(url, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer;
}

async function attempt(work) {
  try {
    complain("");
    return await work();
  } catch (error) {
    complain(error.message);
    return undefined;
  }
}

function complain(words) {
  find("trouble").textContent = words;
  find("trouble").hidden = !words;
}

// Time and names

const clockTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayName = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });

function day(unixSeconds) {
  const date = new Date(unixSeconds * 1000);
  return date.toDateString() === new Date().toDateString() ? "Today" : dayName.format(date);
}

const fullName = (user) => [user.firstName, user.lastName].filter(Boolean).join(" ");

function initials(user) {
  return [user.firstName, user.lastName].filter(Boolean).map((name) => [...name][0]).join("").toUpperCase();
}

function summary(message) {
  return message.text.replace(/\s+/g, " ") || contentName(message);
}

function contentName(message) {
  const body = message.message;
  switch (message.kind) {
    case "sticker": return `${body.sticker.emoji ?? ""} Sticker`.trim();
    case "location": return `Location ${body.location.latitude}, ${body.location.longitude}`;
    case "contact": return `Contact ${body.contact.first_name}, ${body.contact.phone_number}`;
    case "dice": return `${body.dice.emoji} ${body.dice.value}`;
    case "photo": return "Photo";
    case "video": return "Video";
    case "voice": return "Voice message";
    case "audio": return "Audio";
    case "document": return body.document.file_name ?? "Document";
    case "unsupported": return "A message of another kind";
    default: return message.kind.replace("_", " ");
  }
}

// People

function drawPeople() {
  const rows = view.users
    .toSorted((one, other) => (other.lastMessage?.date ?? 0) - (one.lastMessage?.date ?? 0))
    .map((user) => {
      const row = element("button", "person");
      row.type = "button";
      row.setAttribute("aria-current", String(user.id === userId));
      row.append(
        element("span", `face face-${user.id % 6}`, initials(user)),
        element("span", "person-name", fullName(user)),
        element("span", "person-time", user.lastMessage ? clockTime.format(user.lastMessage.date * 1000) : ""),
        element("span", "person-last", user.lastMessage
          ? (user.lastMessage.outgoing ? "" : "You: ") + summary(user.lastMessage)
          : `id ${user.id}${user.username ? ` · @${user.username}` : ""}`),
      );
      row.addEventListener("click", () => choose(user.id));
      const item = element("li");
      item.append(row);
      return item;
    });
  const focused = [...find("users").querySelectorAll("button")].indexOf(document.activeElement);
  find("users").replaceChildren(...rows);
  if (focused >= 0) rows[focused]?.firstChild.focus();

  find("bot-choice").hidden = view.bots.length < 2;
  find("bot").replaceChildren(...view.bots.map((bot) => {
    const option = element("option", "", `${bot.firstName} (@${bot.username})`);
    option.value = bot.id;
    option.selected = bot.id === view.bot.id;
    return option;
  }));
}

// The talk

function ticks(count) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 19 11");
  svg.setAttribute("class", count === 2 ? "ticks two" : "ticks");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", count === 2 ? "the bot has it" : "sent");
  svg.dataset.ticks = count;
  for (const start of count === 2 ? [1.5, 7.5] : [7.5]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", `M${start} 6l3 3.500 6-8`);
    svg.append(path);
  }
  return svg;
}

function attachment(message) {
  const content = message.message[message.kind];
  const file = Array.isArray(content) ? content.at(-1) : content;
  if (!file?.file_id) return null;
  const url = `/simulator/files/${encodeURIComponent(file.file_id)}`;
  if (message.kind === "photo") {
    const picture = element("img", "bubble-picture");
    picture.src = url;
    picture.alt = message.text || "Photo";
    picture.addEventListener("load", keepAtEnd);
    return picture;
  }
  const link = element("a", "bubble-file");
  link.append(find("attach").firstElementChild.cloneNode(true), element("span", "", contentName(message)));
  link.href = url;
  link.download = file.file_name ?? "";
  return link;
}

function bubble(message, turn) {
  const item = element("li", `bubble ${message.outgoing ? "theirs" : "mine"}${turn ? " turn" : ""}`);
  item.dataset.messageId = message.messageId;
  const replied = message.message.reply_to_message;
  if (replied) item.append(element("p", "bubble-quote", replied.text ?? replied.caption ?? "Message"));
  const attached = attachment(message);
  if (attached) item.append(attached);
  if (message.text || !attached) item.append(element("p", "bubble-text", message.text || contentName(message)));
  const meta = element("div", "bubble-meta");
  if (message.edited) meta.append(element("span", "", "edited"));
  const time = element("time", "", clockTime.format(message.date * 1000));
  time.dateTime = new Date(message.date * 1000).toISOString();
  meta.append(time);
  if (message.ticks) meta.append(ticks(message.ticks));
  item.append(meta);
  return item;
}

const atEnd = () => find("talk").scrollHeight - find("talk").scrollTop - find("talk").clientHeight < 80;
let following = true;
function keepAtEnd() {
  if (following) find("talk").scrollTop = find("talk").scrollHeight;
}

function drawTalk() {
  const list = find("messages");
  const kept = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const wanted = [];
  let lastDay = "";
  let lastSide = null;
  for (const message of view.messages) {
    const today = day(message.date);
    if (today !== lastDay) {
      const key = `day ${today}`;
      const marker = kept.get(key) ?? element("li", "day", today);
      marker.dataset.key = key;
      wanted.push(marker);
      lastDay = today;
    }
    const key = `message ${message.messageId}`;
    const content = JSON.stringify([message, message.outgoing !== lastSide]);
    let item = kept.get(key);
    if (!item || shown.get(key) !== content) {
      const again = Boolean(item);
      item = bubble(message, message.outgoing !== lastSide);
      item.dataset.key = key;
      if (again) item.style.animation = "none";
      shown.set(key, content);
    }
    wanted.push(item);
    lastSide = message.outgoing;
  }
  if (wanted.length !== list.children.length || wanted.some((item, place) => list.children[place] !== item)) {
    list.replaceChildren(...wanted);
  }
  keepAtEnd();
}

function draw() {
  const user = view.users.find((each) => each.id === userId) ?? null;
  desk.classList.toggle("chatting", Boolean(user));
  drawPeople();
  drawTalk();
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
}

function drawStatus(user) {
  clearTimeout(typingTimer);
  const typing = view.typingSeconds > 0;
  find("status").textContent = typing ? "typing…" : user ? `bot · you are ${fullName(user)}` : `@${view.bot.username}`;
  if (typing) {
    typingTimer = setTimeout(() => {
      view.typingSeconds = 0;
      drawStatus(user);
    }, view.typingSeconds * 1000);
  }
}

// Live

async function poll() {
  let after = "";
  for (;;) {
    const signal = polling.signal;
    const query = new URLSearchParams({ user: userId ?? "", bot: botId ?? "", after, wait: after === "" ? 0 : LONG_POLL_SECONDS });
    try {
      const response = await fetch(`/simulator/phone?${query}`, { signal });
      if (!response.ok) throw new Error((await response.json()).error);
      const told = await response.json();
      if (signal.aborted) { after = ""; continue; }
      following = after === "" || atEnd();
      after = String(told.version);
      view = told;
      draw();
    } catch (error) {
      if (error.name === "AbortError") { after = ""; continue; }
      find("status").textContent = "no connection, trying again…";
      after = "";
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }
}

function refresh() {
  polling.abort();
  polling = new AbortController();
}

function choose(id) {
  userId = id;
  shown.clear();
  find("messages").replaceChildren();
  complain("");
  if (id) address.searchParams.set("user", id);
  else address.searchParams.delete("user");
  history.replaceState(null, "", address);
  if (id && matchMedia("(min-width: 721px)").matches) find("text").focus();
  refresh();
}

// Doing

async function sendText(text) {
  return attempt(() => ask("POST", `users/${userId}/messages`, { kind: "text", text }));
}

find("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const box = find("text");
  const text = box.value;
  if (!text.trim()) return;
  box.value = "";
  find("send").disabled = true;
  if (!await sendText(text)) {
    box.value = text;
    find("send").disabled = false;
  }
  box.focus();
});

find("text").addEventListener("input", () => {
  find("send").disabled = !find("text").value.trim();
});

find("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    find("composer").requestSubmit();
  }
});

find("start").addEventListener("click", () => sendText("/start"));
find("block").addEventListener("click", () => attempt(() => ask("POST", `users/${userId}/block`, {})));
find("unblock").addEventListener("click", () => attempt(() => ask("POST", `users/${userId}/unblock`, {})));
find("back").addEventListener("click", () => choose(null));

find("attach").addEventListener("click", () => find("file").click());
find("file").addEventListener("change", async () => {
  const file = find("file").files[0];
  if (!file) return;
  await attempt(async () => {
    const reader = new FileReader();
    const read = new Promise((resolve, reject) => {
      reader.onload = resolve;
      reader.onerror = () => reject(reader.error);
    });
    reader.readAsDataURL(file);
    await read;
    const data = reader.result.slice(reader.result.indexOf(",") + 1);
    const kind = /^image\/(png|jpeg)$/.test(file.type) ? "photo" : "document";
    const mimeType = file.type || "application/octet-stream";
    return ask("POST", `users/${userId}/messages`, { kind, data, fileName: file.name, mimeType });
  });
  find("file").value = "";
});

find("bot").addEventListener("change", () => {
  botId = Number(find("bot").value);
  address.searchParams.set("bot", botId);
  choose(userId);
});

find("new-user").addEventListener("click", () => {
  find("user-form").reset();
  find("user-dialog").showModal();
});
find("user-cancel").addEventListener("click", () => find("user-dialog").close());
find("user-form").addEventListener("submit", async () => {
  const values = Object.fromEntries([...new FormData(find("user-form"))].filter(([, value]) => value !== ""));
  if (values.id) values.id = Number(values.id);
  const user = await attempt(() => ask("POST", "users", values));
  if (user) choose(user.id);
});

poll();
