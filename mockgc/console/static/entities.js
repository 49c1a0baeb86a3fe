// What an organisation holds: kinds, a list of one kind, one entity with its versions and what differs between two.

import { api, of } from "./api.js";
import { el, field, fill } from "./dom.js";
import { capital, client, clockTime, day, plural, spoken } from "./words.js";
import { changes } from "./difference.js";

const PAGE = 100;

export function entitiesPage(organisation, [kind, id], link) {
  const page = el("section", { class: "page", "aria-labelledby": "title" }, el("h1", { id: "title", tabindex: "-1" }, kind ? capital(spoken(kind)) : "Entities"));
  const show = id ? one(organisation, kind, id, link) : kind ? list(organisation, kind, link) : kinds(organisation, link);
  const ready = show.then((parts) => fill(page, ...parts))
    .catch((error) => page.append(el("p", { class: "message bad" }, error.message)));
  return { page, ready };
}

async function kinds(organisation, link) {
  const { kinds: found } = await api(of(organisation, "entities"));
  const held = found.filter((one) => one.count);
  const none = found.filter((one) => !one.count);
  return [el("h1", { id: "title", tabindex: "-1" }, "Entities"),
    held.length ? el("ul", { class: "tiles" }, held.map((one) => el("li", {}, el("a", { href: link("entities", one.kind) },
      el("b", {}, one.count.toLocaleString("en")), " ", one.count === 1 ? one.spoken : `${one.spoken}: entities`.replace(": entities", "s")))))
      : el("div", { class: "empty" }, el("p", {}, "This organisation is empty.")),
    el("details", { class: "card" }, el("summary", {}, `${none.length} kinds of which there is none`), el("p", { class: "muted" }, none.map((one) => one.spoken).join(", ")))];
}

async function list(organisation, kind, link) {
  const search = el("input", { type: "search", id: "filter" });
  const rows = el("tbody");
  const count = el("p", { class: "muted", role: "status" });
  const more = el("button", { type: "button" }, "Show more");
  let offset = 0;
  let latest = 0;
  async function load(isMore) {
    const mine = ++latest;
    offset = isMore ? offset + PAGE : 0;
    const query = new URLSearchParams({ kind, search: search.value, limit: PAGE, offset });
    const found = await api(`${of(organisation, "entities")}?${query}`);
    if (mine !== latest) return;
    if (!isMore) fill(rows);
    rows.append(...found.entities.map((entity) => el("tr", {},
      el("td", {}, el("a", { href: link("entities", kind, entity.id) }, entity.name ?? entity.id)),
      el("td", { class: "muted" }, el("code", {}, entity.id)), el("td", {}, String(entity.version)))));
    count.textContent = plural(found.total, "entity", "entities");
    more.hidden = offset + PAGE >= found.total;
  }
  search.addEventListener("input", () => load(false));
  more.addEventListener("click", () => load(true));
  await load(false);
  return [el("p", {}, el("a", { href: link("entities") }, "← Entities")), el("h1", { id: "title", tabindex: "-1" }, `${capital(spoken(kind))}s`),
    el("form", { class: "bar", role: "search", "aria-label": "Search entities", on: { submit: (event) => event.preventDefault() } }, field("Name or id", search)),
    count, el("div", { class: "scroll", role: "region", "aria-label": "Entities", tabindex: "0" }, el("table", {}, el("thead", {}, el("tr", {}, ["Name", "Id", "Version"].map((name) => el("th", { scope: "col" }, name)))), rows)), more];
}

async function one(organisation, kind, id, link) {
  const found = await api(of(organisation, "entities", kind, id));
  const versions = found.versions;
  const held = versions.filter((version) => version.image !== null || version.versionAfter === null);
  return [el("p", {}, el("a", { href: link("entities", kind) }, `← ${capital(spoken(kind))}s`)),
    el("h1", { id: "title", tabindex: "-1" }, found.name ?? capital(spoken(kind)), found.current === null ? " (deleted)" : ""),
    el("p", { class: "muted" }, `${capital(spoken(kind))} `, el("code", {}, found.id)),
    el("section", { class: "card", "aria-labelledby": "versions" }, el("h2", { id: "versions" }, "Versions"),
      el("ol", { class: "history" }, versions.toReversed().map((version) => el("li", {},
        el("span", { class: "pill" }, version.versionAfter === null ? "deleted" : `version ${version.versionAfter}`),
        el("span", {}, el("time", { datetime: version.dateCommitted, class: "muted" }, `${day(version.dateCommitted)} ${clockTime(version.dateCommitted)}`), " ",
          { create: "made", update: "changed", delete: "deleted" }[version.action], " by client ", el("code", { title: version.clientId }, client(version.clientId)),
          version.action === "update" && (version.changed.length ? `: ${version.changed.join(", ")}` : ": moved along with another entity"), " ",
          el("a", { href: link("why", version.contextId) }, "its request"))))),
      versions.length === 0 && el("p", { class: "muted" }, "The commit log no longer holds how it came to be.")),
    held.length > 1 && compare(held),
    el("details", { class: "card", open: held.length < 2 }, el("summary", {}, "As it is now"), el("pre", { tabindex: "0" }, JSON.stringify(found.current, null, 2)))];
}

function compare(held) {
  const options = (chosen) => held.map((version, i) => el("option", { value: i, selected: i === chosen }, version.versionAfter === null ? "deleted" : `version ${version.versionAfter}`));
  const from = el("select", { id: "from" }, options(held.length - 2));
  const to = el("select", { id: "to" }, options(held.length - 1));
  const place = el("div", { role: "region", "aria-live": "polite", "aria-label": "What differs" });
  const draw = () => fill(place, table(changes(held[from.value].image, held[to.value].image)));
  from.addEventListener("change", draw);
  to.addEventListener("change", draw);
  draw();
  return el("section", { class: "card", "aria-labelledby": "compare" }, el("h2", { id: "compare" }, "What differs"),
    el("div", { class: "bar" }, field("From", from), field("To", to)), place);
}

function table(rows) {
  if (!rows.length) return el("p", { class: "muted" }, "Nothing differs.");
  const signs = { added: "+", removed: "−", changed: "≠" };
  return el("table", { class: "changes" }, el("thead", {}, el("tr", {}, ["", "Field", "Before", "After"].map((name) => el("th", { scope: "col" }, name || el("span", { class: "sr" }, "Kind"))))),
    el("tbody", {}, rows.slice(0, 500).map((row) => el("tr", { class: row.kind },
      el("td", {}, el("span", { "aria-hidden": "true" }, signs[row.kind]), el("span", { class: "sr" }, row.kind)),
      el("th", { scope: "row" }, el("code", {}, row.path)),
      el("td", { class: "before" }, row.before !== undefined && el("code", {}, JSON.stringify(row.before))),
      el("td", { class: "after" }, row.after !== undefined && el("code", {}, JSON.stringify(row.after)))))));
}
