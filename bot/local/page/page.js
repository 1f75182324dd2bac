"use strict";
const $ = (id) => document.getElementById(id);
let view = null, place = "C0POLICY", thread = null, socket = null, shown = { modal: null };

function connect() {
  socket = new WebSocket("ws://" + location.host + "/feed");
  socket.onmessage = (event) => { const first = view === null; view = JSON.parse(event.data); draw(); if (first) begin(); };
  socket.onclose = () => { $("state").textContent = "The workspace has stopped."; };
}
function wish(what) { socket.send(JSON.stringify(what)); }

function begin() {
  $("composer-text").value = "@dispatchbox ";
  $("composer-text").focus();
  askForPrompts();
}
let tries = 0;
function askForPrompts() { // the bot answers once it is connected
  if (view.prompts.length || tries > 60) return;
  tries += 1;
  if (view.connected && tries % 5 === 1) wish({ do: "home", tab: "messages" });
  setTimeout(askForPrompts, 300);
}

function names() {
  const found = { [view.bot]: "dispatchbox" };
  for (const one of Object.values(view.people)) found[one.id] = one.profile.display_name;
  for (const one of view.channels) found[one.id] = one.name || "direct";
  return found;
}
function placeName(one) { return one.is_im ? "Dispatch Box (direct)" : "# " + one.name; }

function draw() {
  $("state").textContent = view.connected ? "The bot is connected." : "The bot is starting…";
  drawPeople(); drawPlaces(); drawMain(); drawThread(); drawModal(); drawStarters();
  $("payloads").textContent = view.calls.slice().reverse().map((one) => one.method + "\n" + JSON.stringify(one.body, null, 1)).join("\n\n");
}
function drawPeople() {
  const me = $("me");
  if (me.children.length === 0) for (const one of Object.values(view.people)) me.append(element("option", { value: one.id }, one.profile.display_name));
  me.value = view.me;
}
function drawPlaces() {
  const rows = [...view.channels.map((one) => [one.id, placeName(one)]), ["home", "App Home"]];
  const active = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.place : null;
  $("places").replaceChildren(...rows.map(([id, name]) => element("li", {}, element("button", { type: "button", "data-place": id, "aria-current": String(id === place), onclick: () => go(id) }, name))));
  if (active) { const again = document.querySelector(`[data-place="${active}"]`); if (again) again.focus(); }
}
function go(id) {
  place = id; thread = null;
  if (id === "home") wish({ do: "home", tab: "home" });
  else if (id.startsWith("D")) wish({ do: "home", tab: "messages" });
  draw();
  const box = $("composer-text");
  box.value = id === "home" || id.startsWith("D") ? "" : "@dispatchbox ";
  if (id === "home") $("where").focus(); else box.focus();
}
function drawMain() {
  const home = place === "home";
  const found = view.channels.find((one) => one.id === place);
  $("where").textContent = home ? "App Home" : placeName(found || view.channels[0]);
  $("messages").hidden = home; $("home").hidden = !home; $("composer").hidden = home; $("starters").hidden = home;
  if (home) {
    const blocks = view.home ? view.home.blocks : [];
    const act = (action, confirm) => sure(confirm, () => { wish({ do: "click", action, view: { id: view.home.id, type: "home" } }); go("D" + view.me.slice(1)); });
    $("home").replaceChildren(...(blocks.length ? blocks.map((one) => drawBlock(one, names(), act)) : [element("p", { class: "empty" }, "Opening…")]));
    return;
  }
  const all = view.messages[place] || [];
  const top = all.filter((one) => !one.thread_ts || one.thread_ts === one.ts);
  fill($("messages"), top.map((one) => message(one, true)), "No messages yet. Ask a question below, or click one.");
}
function drawThread() {
  const open = thread && place !== "home";
  $("thread").hidden = !open;
  if (!open) return;
  const all = view.messages[place] || [];
  fill($("replies"), all.filter((one) => one.ts === thread || one.thread_ts === thread).map((one) => message(one, false)), "");
}
function fill(holder, articles, empty) {
  const below = holder.scrollHeight - holder.scrollTop - holder.clientHeight < 80;
  const known = new Map([...holder.children].map((one) => [one.dataset.key, one]));
  const keep = articles.map((one) => { const old = known.get(one.dataset.key); return old && old.dataset.form === one.dataset.form ? old : one; });
  if (!keep.length && empty) keep.push(element("p", { class: "empty" }, empty));
  if (keep.length !== holder.children.length || keep.some((one, at) => one !== holder.children[at])) holder.replaceChildren(...keep);
  if (below) holder.scrollTop = holder.scrollHeight;
}
function message(one, top) {
  const bot = one.user === view.bot;
  const who = bot ? "Dispatch Box" : one.user === "USLACKBOT" ? "Slack" : names()[one.user] || one.user;
  const when = new Date(Number(one.ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const act = (action, confirm) => sure(confirm, () => wish({ do: "click", action, channel: place, ts: one.ts }));
  const body = one.blocks && one.blocks.length ? one.blocks.map((block) => drawBlock(block, names(), act)) : [element("div", { class: "section" }, element("div", {}, mrkdwn(one.text, names())))];
  const replies = (view.messages[place] || []).filter((other) => other.thread_ts === one.ts && other.ts !== one.ts);
  const tools = element("span", { class: "tools" },
    !bot && !one.only ? element("button", { type: "button", "aria-label": "Ask the briefings about this message", onclick: () => wish({ do: "shortcut", channel: place, ts: one.ts, callback_id: "ask_briefings" }) }, "Ask the briefings") : null,
    !bot && !one.only ? element("button", { type: "button", "aria-label": "Add this message to the watchlist", onclick: () => wish({ do: "shortcut", channel: place, ts: one.ts, callback_id: "add_to_watchlist" }) }, "Add to watchlist") : null,
    top && !one.only ? element("button", { type: "button", "aria-label": "Reply in a thread to " + who, onclick: () => openThread(one.ts) }, "Reply") : null);
  const made = element("article", { class: one.only ? "only" : null, "data-key": one.ts, "data-form": [one.ts, one.text, replies.length, top, JSON.stringify(one.blocks || [])].join("|") }, tools,
    element("span", { class: "who" }, who), " ", element("span", { class: "when" }, when), one.only ? element("span", { class: "private" }, " · only you can see this") : null,
    ...body, ...(one.files || []).map((file) => element("p", { class: "section" }, element("a", { href: file.url_private, download: file.name }, "File: " + file.name))),
    top && replies.length ? element("button", { type: "button", class: "thread-link", onclick: () => openThread(one.ts) }, replies.length === 1 ? "1 reply" : replies.length + " replies") : null);
  return made;
}
function openThread(ts) { thread = ts; draw(); $("reply-text").focus(); }
function drawStarters() {
  const busy = (view.messages[place] || []).length > 0;
  const found = view.prompts.slice(0, 3);
  const key = place + busy + JSON.stringify(found);
  if ($("starters").dataset.key === key) return;
  $("starters").dataset.key = key;
  if (busy || !found.length) { $("starters").replaceChildren(); return; }
  $("starters").replaceChildren(element("p", {}, "Questions to try:"), ...found.map((one) => element("button", { type: "button", onclick: () => ask(one.message) }, one.title)));
}
function ask(question) { say(place.startsWith("D") ? question : "@dispatchbox " + question, null, true); }
let follow = false; // open the thread of the question that was just asked
function say(text, thread_ts, opens) {
  follow = opens && !place.startsWith("D");
  wish({ do: "say", channel: place, text, thread_ts });
}
function sure(confirm, then) {
  if (!confirm) { then(); return; }
  const box = $("confirm");
  const close = (yes) => { box.close(); if (yes) then(); };
  box.replaceChildren(element("h2", { id: "confirm-title" }, confirm.title.text), element("p", {}, confirm.text.text),
    element("div", { class: "buttons" }, element("button", { type: "button", onclick: () => close(false) }, confirm.deny.text), element("button", { type: "button", class: "primary", onclick: () => close(true) }, confirm.confirm.text)));
  box.showModal();
}
function drawModal() {
  const box = $("modal"), wanted = view.modal;
  if (!wanted) { if (box.open) box.close(); shown.modal = null; return; }
  if (shown.modal === wanted.id) return;
  shown.modal = wanted.id;
  const act = (action, confirm) => sure(confirm, () => wish({ do: "click", action, view: { id: wanted.id, type: "modal", private_metadata: wanted.private_metadata } }));
  const form = element("form", { onsubmit: (event) => { event.preventDefault(); wish({ do: "submit", values: filled(form) }); } },
    element("h2", { id: "modal-title" }, wanted.title.text), ...wanted.blocks.map((one) => drawBlock(one, names(), act)),
    element("div", { class: "buttons" }, element("button", { type: "button", onclick: () => wish({ do: "close" }) }, wanted.close ? wanted.close.text : "Close"), element("button", { type: "submit", class: "primary" }, wanted.submit ? wanted.submit.text : "Submit")));
  box.replaceChildren(form);
  if (!box.open) box.showModal();
}

function enter(box, form) {
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); } });
}
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("composer-text").value.trim();
  if (!text) return;
  const command = text.match(/^(\/[a-z]+)\s*([\s\S]*)$/);
  if (command) wish({ do: "command", channel: place, command: command[1], text: command[2] });
  else say(text, null, /@dispatchbox/i.test(text));
  $("composer-text").value = place.startsWith("D") ? "" : "@dispatchbox ";
});
$("reply").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("reply-text").value.trim();
  if (!text) return;
  say(text, thread, false);
  $("reply-text").value = "";
});
enter($("composer-text"), $("composer"));
enter($("reply-text"), $("reply"));
$("thread-close").addEventListener("click", () => { thread = null; draw(); $("composer-text").focus(); });
$("me").addEventListener("change", () => { thread = null; place = "C0POLICY"; wish({ do: "be", user: $("me").value }); });
$("modal").addEventListener("cancel", (event) => { event.preventDefault(); wish({ do: "close" }); });
const drawn = draw;
draw = function () { // after a question in a channel, its thread opens with the answer
  if (follow && view) {
    const mine = (view.messages[place] || []).filter((one) => one.user === view.me && !one.thread_ts);
    if (mine.length) { thread = mine[mine.length - 1].ts; follow = false; }
  }
  drawn();
};
connect();
