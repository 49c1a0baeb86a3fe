// Organisations: which there are, a new one, the clients of the chosen one, its baselines.

import { api, of } from "./api.js";
import { button, el, field, fill, form } from "./dom.js";
import { plural } from "./words.js";

export function organisationsPage(organisation, refresh) {
  const page = el("section", { class: "page", "aria-labelledby": "title" }, el("h1", { id: "title", tabindex: "-1" }, "Organisations"));
  const shown = el("div", { "aria-live": "polite" });
  const list = el("div", { class: "card" });
  const own = el("div", { class: "pair" });
  const ready = draw().catch((error) => page.append(el("p", { class: "message bad" }, error.message)));

  async function draw() {
    const entities = await refresh();
    fill(list, el("h2", {}, plural(entities.length, "organisation")), el("ul", { class: "plain" }, entities.slice(-200).map((one) => el("li", {},
      el("a", { href: `#/${encodeURIComponent(one.id)}/journal`, "aria-current": one.id === organisation ? "true" : null }, one.name), " ", el("code", { class: "muted" }, one.id), " ",
      one.id === organisation && el("span", { class: "tag" }, "shown")))));
    if (organisation) fill(own, await clients(organisation, shown), await baselines(organisation));
  }

  const create = form({ class: "card", "aria-labelledby": "create" }, async (values, element) => {
    const body = {};
    if (values.get("name").trim()) body.name = values.get("name").trim();
    if (values.get("seed").trim()) body.seed = Number(values.get("seed"));
    const made = await api("organisations", { method: "POST", body });
    element.reset();
    fill(shown, credentials(made, `Organisation “${made.name}”`));
    await draw();
    return "Created.";
  }, el("h2", { id: "create" }, "A new organisation"),
  el("div", { class: "bar" }, field("Name", el("input", { name: "name", autocomplete: "off" })), field("Seed", el("input", { name: "seed", inputmode: "numeric", autocomplete: "off" }), "a whole number; the same ids each time"),
    el("button", { type: "submit", class: "strong" }, "Create")));
  page.append(shown, list, create, own);
  return { page, ready };
}

/** Shown once: the emulator does not tell a secret again. */
function credentials(made, title) {
  const line = (label, value) => el("div", { class: "secret" }, el("dt", {}, label), el("dd", {}, el("code", {}, value), " ",
    button("Copy", async () => { await navigator.clipboard.writeText(value); return "Copied."; }, { "aria-label": `Copy ${label}` })));
  return el("section", { class: "card next", "aria-label": "Credentials" }, el("h2", {}, `${title}: its credentials, shown once`),
    el("dl", {}, line("organisation", made.id), line("client id", made.clientId), line("client secret", made.clientSecret)));
}

async function clients(organisation, shown) {
  const { clients: found } = await api(of(organisation));
  const card = form({ class: "card", "aria-labelledby": "clients" }, async (values, element) => {
    const body = {};
    const permissions = values.get("permissions").split(/[\s,]+/).filter(Boolean);
    if (permissions.length) body.permissions = permissions;
    if (values.get("seconds").trim()) body.accessTokenSeconds = Number(values.get("seconds"));
    fill(shown, credentials(await api(of(organisation, "clients"), { method: "POST", body }), "Client"));
    element.reset();
    shown.scrollIntoView({ block: "nearest" });
    return "Added; its credentials are at the top.";
  }, el("h2", { id: "clients" }, plural(found.length, "client")),
  el("ul", { class: "plain" }, found.map((one) => el("li", {}, el("code", {}, one.clientId), el("span", { class: "muted" }, ` ${plural(one.permissions.length, "permission")}, tokens live ${plural(one.accessTokenSeconds, "second")}`)))),
  field("Permissions of another client", el("textarea", { name: "permissions", rows: 3 }), "one a line; all when empty"),
  field("Its tokens live for seconds", el("input", { name: "seconds", inputmode: "numeric", placeholder: "86400" })),
  el("p", {}, el("button", { type: "submit" }, "Add a client")));
  return card;
}

async function baselines(organisation) {
  const card = el("section", { class: "card", "aria-labelledby": "baselines" });
  async function draw() {
    const { entities } = await api(of(organisation, "baselines"));
    fill(card, el("h2", { id: "baselines" }, "Baselines"), el("p", { class: "muted" }, "A reset brings back entities, switches and settings; journal and commit log begin anew."),
      el("ul", { class: "plain rows" }, entities.map(({ name }) => el("li", {}, el("b", {}, name), " ",
        button("Reset to it", async () => { await api(of(organisation, "reset"), { method: "POST", body: { baseline: name } }); return `Reset to “${name}”.`; }, { "aria-label": `Reset to ${name}` }),
        name !== "empty" && button("Drop", async () => { await api(of(organisation, "baselines", name), { method: "DELETE" }); await draw(); }, { "aria-label": `Drop ${name}` })))),
      form({ class: "bar" }, async (values) => { await api(of(organisation, "baselines", values.get("name").trim()), { method: "PUT", body: {} }); await draw(); },
        field("Save the present state as", el("input", { name: "name", required: true, autocomplete: "off" })), el("button", { type: "submit" }, "Save")));
  }
  await draw();
  return card;
}
