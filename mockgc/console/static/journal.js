// The live journal: what was asked and answered, newest first. Of a long one only a window is in the page.

import { el, fill } from "./dom.js";
import { client, clockTime, plural, statusWord } from "./words.js";

const WINDOW = 100;
const HELD_MAX = 20_000;

/** The requests that a console has seen; it outlives the journal page. */
export class Journal {
  constructor() {
    this.requests = [];
    this.held = null;
    this.opened = null;
    this.listeners = new Set();
  }

  take(requests, held) {
    const before = this.requests.length;
    const known = new Set(this.requests.slice(-2_000).map((request) => request.contextId));
    const kept = this.requests.filter((request) => isHeld(request, held));
    const fresh = requests.filter((request) => !known.has(request.contextId));
    this.requests = [...kept, ...fresh].slice(-HELD_MAX);
    this.held = held;
    for (const listener of this.listeners) listener(fresh, kept.length < before);
  }
}

function isHeld(request, held) {
  return request.number >= (request.organisationId ? held.first : held.firstOfNobody) &&
    (!request.organisationId || request.number <= held.last);
}

const remembered = { text: "", outcome: "all", nobody: true };

export function journalPage(journal, link) {
  let start = 0;
  let isPaused = false;
  const text = el("input", { type: "search", id: "filter", placeholder: "path, status, code, client, id …", value: remembered.text });
  const outcome = el("select", {},
    ...[["all", "All"], ["refused", "Refused"], ["accepted", "Accepted"], ["writes", "Writes"], ["faults", "Struck by a fault"]].map(([value, label]) =>
      el("option", { value, selected: value === remembered.outcome }, label)));
  const nobody = el("input", { type: "checkbox", checked: remembered.nobody });
  const pause = el("button", { type: "button", "aria-pressed": "false" }, "Pause");
  const count = el("p", { class: "muted count" });
  const body = el("tbody");
  const newer = el("button", { type: "button" }, "Newer");
  const older = el("button", { type: "button" }, "Older");
  const place = el("p", { class: "muted" });
  const table = el("table", { class: "journal" },
    el("caption", { class: "sr" }, "Requests, newest first. A request's link opens its explanation."),
    el("thead", {}, el("tr", {}, ...["#", "Time", "Answer", "Request", "Code and message", "Client"].map((name) =>
      el("th", { scope: "col" }, name)))), body);
  const empty = el("div", { class: "empty" });

  const matching = () => journal.requests.filter((request) => matches(request, remembered));

  function draw() {
    const found = matching();
    start = Math.max(0, Math.min(start, found.length - 1));
    const shown = found.slice(Math.max(0, found.length - start - WINDOW), found.length - start).reverse();
    fill(body, shown.map((request) => row(request, link)));
    summary(found.length);
  }

  function summary(found) {
    const all = journal.requests.length;
    count.textContent = found === all ? plural(all, "request") : `${found.toLocaleString("en")} of ${plural(all, "request")}`;
    const first = journal.requests.find((request) => request.organisationId)?.number;
    if (first > journal.held?.first) count.textContent += `, ${(first - journal.held.first).toLocaleString("en")} older are in the journal`;
    if (journal.held?.first > 1) count.textContent += `, ${(journal.held.first - 1).toLocaleString("en")} older dropped`;
    const last = Math.min(found, start + WINDOW);
    place.textContent = found ? `${start + 1} to ${last}` : "";
    newer.disabled = start === 0;
    older.disabled = last >= found;
    table.hidden = found === 0;
    empty.hidden = found !== 0;
    fill(empty, all ? noMatch(remembered.text.trim(), link) : nothingYet());
  }

  function arrived(fresh, isShorter) {
    if (isPaused) return;
    const isFirst = fresh.length === journal.requests.length;
    if (isShorter || start > 0) return draw();
    const found = fresh.filter((request) => matches(request, remembered));
    for (const request of found.slice(-WINDOW)) body.prepend(row(request, link, !isFirst));
    while (body.children.length > WINDOW) body.lastElementChild.remove();
    if (fresh.length) summary(matching().length);
  }

  const change = () => {
    Object.assign(remembered, { text: text.value, outcome: outcome.value, nobody: nobody.checked });
    start = 0;
    draw();
  };
  text.addEventListener("input", change);
  outcome.addEventListener("change", change);
  nobody.addEventListener("change", change);
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
    pause.textContent = isPaused ? "Go on" : "Pause";
    if (!isPaused) draw();
  });
  newer.addEventListener("click", () => { start -= WINDOW; draw(); });
  older.addEventListener("click", () => { start += WINDOW; draw(); });
  body.addEventListener("keydown", (event) => walk(event, body));
  body.addEventListener("click", (event) => { journal.opened = event.target.closest("a")?.dataset.id; });

  const page = el("section", { class: "page journal-page", "aria-labelledby": "title" },
    el("h1", { id: "title", tabindex: "-1" }, "Journal"),
    el("form", { class: "bar", role: "search", "aria-label": "Filter the journal", on: { submit: (event) => event.preventDefault() } },
      el("label", { class: "field grow" }, el("span", { class: "label" }, "Filter ", el("kbd", { "aria-hidden": "true" }, "/")), text),
      el("label", { class: "field" }, el("span", { class: "label" }, "Show"), outcome),
      el("label", { class: "field check" }, nobody, " without organisation"),
      pause),
    count, el("div", { class: "scroll", role: "region", "aria-label": "Requests", tabindex: "0" }, table), empty,
    el("div", { class: "bar pager" }, newer, place, older));
  draw();
  journal.listeners.add(arrived);
  const opened = journal.opened && body.querySelector(`[data-id="${CSS.escape(journal.opened)}"]`);
  return { page, leave: () => journal.listeners.delete(arrived), focus: opened };
}

function matches(request, { text, outcome, nobody }) {
  if (!nobody && !request.organisationId) return false;
  if (outcome === "refused" && request.status < 400) return false;
  if (outcome === "accepted" && request.status >= 400) return false;
  if (outcome === "faults" && !request.fault) return false;
  if (outcome === "writes" && request.sequence === null) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  request.searched ??= [request.method, request.path, request.query, request.status, request.code, request.message,
    request.contextId, request.clientId, request.operation].join(" ").toLowerCase();
  return words.every((word) => request.searched.includes(word));
}

function row(request, link, isNew = false) {
  const { sign, word, mood } = statusWord(request.status);
  const where = request.path + (request.query ? `?${request.query}` : "");
  return el("tr", { class: `${mood}${isNew ? " new" : ""}` },
    el("td", { class: "number" }, request.organisationId ? String(request.number) : "–"),
    el("td", { class: "time" }, el("time", { datetime: request.date }, clockTime(request.date))),
    el("td", {}, el("span", { class: `status ${mood}` }, el("span", { "aria-hidden": "true" }, sign), ` ${request.status} `, el("span", { class: "word" }, word))),
    el("td", { class: "what" }, el("a", { href: link("why", request.contextId), data: { id: request.contextId } }, el("b", {}, request.method), " ", where)),
    el("td", { class: "said" }, request.code && el("code", {}, request.code), request.code && " ", request.message,
      request.fault && el("span", { class: "fault-note" }, el("span", { "aria-hidden": "true" }, "⚡ "), `fault: ${request.fault}`)),
    el("td", { class: "client", title: request.clientId }, request.clientId ? client(request.clientId) : "–"));
}

/** Arrow keys go from request to request. */
function walk(event, body) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const next = step && event.target.closest("tr")?.[step];
  if (next && body.contains(next)) {
    event.preventDefault();
    next.querySelector("a").focus();
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function noMatch(text, link) {
  return UUID.test(text)
    ? el("p", {}, "No request here has this id. ", el("a", { href: link("why", text.toLowerCase()) }, "Ask for its explanation"))
    : el("p", {}, "No request matches the filter.");
}

function nothingYet() {
  return [el("p", {}, el("b", {}, "Nothing was asked yet.")),
    el("p", {}, "Point a program at ", el("code", {}, `${location.origin}`), " and its requests appear here as they come.")];
}
