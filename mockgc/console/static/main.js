// The page: which organisation, which part of it, the theme, the live stream; each part is a module of its own.

import { api, of } from "./api.js";
import { el, fill } from "./dom.js";
import { behaviourPage } from "./behaviour.js";
import { coveragePage } from "./coverage.js";
import { entitiesPage } from "./entities.js";
import { Journal, journalPage } from "./journal.js";
import { organisationsPage } from "./organisations.js";
import { follow } from "./stream.js";
import { whyPage } from "./why.js";
import { plural } from "./words.js";

const main = document.getElementById("main");
const chosen = document.getElementById("organisation");
const announcer = document.getElementById("announcer");
const state = { organisation: null, journal: new Journal(), stop: null, leave: null, isFirst: true };

/** The address of a part of the page. */
function link(...parts) {
  return `#/${[state.organisation, ...parts].map(encodeURIComponent).join("/")}`;
}

const pages = {
  journal: () => journalPage(state.journal, link),
  why: ([contextId]) => whyPage(contextId, link),
  entities: (parts) => entitiesPage(state.organisation, parts, link),
  behaviour: () => behaviourPage(state.organisation),
  organisations: () => organisationsPage(state.organisation, refreshOrganisations),
  coverage: () => coveragePage(),
};

async function route() {
  const [organisation, name = "journal", ...parts] = location.hash.replace(/^#\//, "").split("/").filter(Boolean).map(decodeURIComponent);
  if (!organisation || ![...chosen.options].some((option) => option.value === organisation)) {
    if (!chosen.options.length) return nobodyYet();
    location.replace(`#/${encodeURIComponent(chosen.options[0].value)}/journal`);
    return;
  }
  if (organisation !== state.organisation) enter(organisation);
  const part = Object.hasOwn(pages, name) ? name : "journal";
  const address = location.hash;
  main.ariaBusy = "true";
  state.leave?.();
  const { page, leave, ready, focus } = pages[part](parts);
  state.leave = leave ?? null;
  fill(main, page);
  for (const anchor of document.querySelectorAll(".sections a")) {
    anchor.href = link(anchor.dataset.page);
    const isHere = anchor.dataset.page === (part === "why" ? "journal" : part);
    anchor.toggleAttribute("aria-current", false);
    if (isHere) anchor.setAttribute("aria-current", "page");
  }
  await ready;
  if (!page.isConnected) return;
  main.ariaBusy = "false";
  main.dataset.shown = address;
  const title = page.querySelector("h1");
  document.title = `${title.textContent} – mockgc console`;
  if (!state.isFirst) {
    scrollTo(0, 0);
    if (focus) focus.focus();
    else title.focus({ preventScroll: true });
  }
  state.isFirst = false;
}

function nobodyYet() {
  const { page } = organisationsPage(null, refreshOrganisations);
  fill(main, page);
}

function enter(organisation) {
  state.organisation = organisation;
  chosen.value = organisation;
  state.stop?.();
  isHeardFirst = true;
  state.journal.listeners.clear();
  state.journal = new Journal();
  state.journal.listeners.add(announce);
  const journal = state.journal;
  state.stop = follow(of(organisation, "stream"), (requests, held) => {
    journal.take(requests, held);
    document.getElementById("now").textContent = held.now.replace("T", " ").slice(0, 19);
  }, connection);
}

/** What the stream says of itself; `gone`: the emulator began anew and does not know the organisation. */
async function connection(name) {
  if (name === "gone") {
    await refreshOrganisations();
    return route();
  }
  const live = document.getElementById("live");
  if (live.dataset.state === name) return;
  live.dataset.state = name;
  document.getElementById("live-text").textContent = { live: "live", lost: "connection lost" }[name];
}

let unsaid = [];
let saying = null;
let isHeardFirst = true; // what was there at the start is not told

/** Tell a screen reader what came, at most every three seconds, and nothing of what was there at the start. */
function announce(fresh) {
  if (isHeardFirst) {
    isHeardFirst = false;
    return;
  }
  unsaid.push(...fresh);
  if (!unsaid.length || saying) return;
  saying = setTimeout(() => {
    const refused = unsaid.filter((request) => request.status >= 400);
    const last = refused.at(-1);
    announcer.textContent = `${plural(unsaid.length, "new request")}${refused.length ? `, ${refused.length} refused; the last: ${last.status} ${last.method} ${last.path}` : ""}`;
    unsaid = [];
    saying = null;
  }, 3_000);
}

async function refreshOrganisations(wanted = null) {
  const { entities } = await api("organisations");
  const known = [...chosen.options].map((option) => option.value).join();
  if (known !== entities.map((one) => one.id).join()) {
    fill(chosen, entities.map((one) => el("option", { value: one.id }, one.name)));
    if (state.organisation) chosen.value = state.organisation;
  }
  if (wanted) location.hash = `#/${encodeURIComponent(wanted)}/journal`;
  return entities;
}

function theme() {
  const control = document.getElementById("theme");
  const names = ["system", "light", "dark"];
  const show = (name) => {
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    control.textContent = `Theme: ${name}`;
  };
  let name = names.includes(localStorage.getItem("mockgc.theme")) ? localStorage.getItem("mockgc.theme") : "system";
  show(name);
  control.addEventListener("click", () => {
    name = names[(names.indexOf(name) + 1) % names.length];
    localStorage.setItem("mockgc.theme", name);
    show(name);
  });
}

chosen.addEventListener("focus", () => refreshOrganisations());
chosen.addEventListener("change", () => { location.hash = `#/${encodeURIComponent(chosen.value)}/journal`; });
addEventListener("hashchange", route);
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, select, textarea, dialog");
  const filter = document.getElementById("filter");
  if (event.key === "/" && !isTyping && filter) {
    event.preventDefault();
    filter.focus();
  }
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
theme();
await refreshOrganisations();
await route();
