// How an organisation behaves: clock, switches, fault rules, quotas, profile. What this emulator does not have is left out.

import { api, of } from "./api.js";
import { button, el, field, fill, form } from "./dom.js";
import { plural } from "./words.js";

export function behaviourPage(organisation) {
  const page = el("section", { class: "page", "aria-labelledby": "title" }, el("h1", { id: "title", tabindex: "-1" }, "Behaviour"));
  const parts = el("div", { class: "page" });
  page.append(parts);
  async function draw() {
    const known = await api("vocabulary");
    const [time, named, rules, limits, chosen] = await Promise.all([clock, profile, faults, quotas, switches].map((part) => part(organisation, known, draw)));
    fill(parts, el("div", { class: "pair" }, time, named), rules, limits, chosen);
  }
  const ready = draw().catch((error) => page.append(el("p", { class: "message bad" }, error.message)));
  return { page, ready };
}

async function clock(organisation) {
  const card = el("section", { class: "card", "aria-labelledby": "clock" });
  const path = of(organisation, "clock");
  async function set(body) {
    draw(await api(path, { method: "PATCH", body }));
  }
  function draw({ now, frozen }) {
    fill(card, el("h2", { id: "clock" }, "Clock"), el("p", { class: "reading" }, el("time", { datetime: now }, now.replace("T", " ").replace("Z", " UTC")), " ", el("span", { class: "tag" }, frozen ? "❄ stands still" : "▶ runs")),
      el("p", { class: "bar" }, frozen ? button("Let it run", () => set({ freeze: null })) : button("Freeze", () => set({ freeze: true })),
        ...[["+1 minute", 60], ["+1 hour", 3_600], ["+1 day", 86_400]].map(([label, advanceSeconds]) => button(label, () => set({ advanceSeconds })))),
      form({ class: "bar" }, (values) => set({ freeze: values.get("instant").trim() }),
        field("Freeze at", el("input", { name: "instant", value: now, size: 26, autocomplete: "off" })), el("button", { type: "submit" }, "Set")));
  }
  draw(await api(path));
  return card;
}

async function profile(organisation, { routes }, drawAgain) {
  if (!routes.includes("organisations/{}/profile")) return null;
  const [all, own] = await Promise.all([api("profiles"), api(of(organisation, "profile"))]);
  const names = all.entities;
  const says = el("p", { class: "muted" });
  const select = el("select", { name: "name" }, own.name ? null : el("option", { value: "" }, "none"), names.map((one) => el("option", { value: one.name, selected: one.name === own.name }, one.name)));
  const tell = () => { says.textContent = names.find((one) => one.name === select.value)?.description ?? ""; };
  select.addEventListener("change", tell);
  tell();
  return form({ class: "card", "aria-labelledby": "profile" }, async (values) => {
    await api(of(organisation, "profile"), { method: "PUT", body: { name: values.get("name") } });
    await drawAgain();
    document.querySelector("[aria-labelledby=profile] select")?.focus();
  }, el("h2", { id: "profile" }, "Profile"), el("div", { class: "bar" }, field("Named set of rules", select), el("button", { type: "submit" }, "Use it")), says);
}

async function switches(organisation, { switches: known }) {
  const path = of(organisation, "switches");
  const now = await api(path);
  const rows = Object.entries(known).map(([name, choice]) => {
    const control = choice.values
      ? el("select", { id: `switch-${name}` }, choice.values.map((value) => el("option", { value: JSON.stringify(value), selected: value === now[name] }, String(value))))
      : el("input", { id: `switch-${name}`, type: "number", min: choice.minimum, max: choice.maximum, value: now[name] });
    const said = el("span", { class: "muted", role: "status" });
    control.addEventListener("change", async () => {
      try {
        await api(path, { method: "PATCH", body: { [name]: JSON.parse(control.value) } });
        said.textContent = "✓ set";
      } catch (error) {
        said.textContent = `✗ ${error.message}`;
      }
    });
    return el("tr", {}, el("th", { scope: "row" }, el("label", { for: `switch-${name}` }, el("code", {}, name))), el("td", {}, control, " ", said),
      el("td", { class: "muted" }, ticked(choice.decides)));
  });
  return el("section", { class: "card", "aria-labelledby": "switches" }, el("h2", { id: "switches" }, "Switches"), el("p", { class: "muted" }, "Where a real service might differ. A change holds at once."),
    el("table", { class: "switches" }, el("thead", { class: "sr" }, el("tr", {}, ["Switch", "Value", "Decides"].map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, rows)));
}

/** `code` in a text as code. */
function ticked(text) {
  return text.split("`").map((part, i) => (i % 2 ? el("code", {}, part) : part));
}

async function faults(organisation, { effects, routes }) {
  if (!routes.includes("organisations/{}/faults")) return null;
  const path = of(organisation, "faults");
  const first = await api(path);
  const list = el("div", {});
  async function draw(found) {
    const { rules } = found ?? await api(path);
    fill(list, rules.length
      ? el("div", { class: "scroll", role: "region", "aria-label": "Fault rules", tabindex: "0" }, el("table", {}, el("thead", {}, el("tr", {}, ["Rule", "Meets", "Does", "Budget", "Struck", "Remove"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, rules.map((rule) => el("tr", {}, el("th", { scope: "row" }, rule.name), el("td", {}, pairs(rule.match)), el("td", {}, pairs(rule.effect)), el("td", {}, pairs(rule.budget, "each time")), el("td", {}, String(rule.struck ?? 0)),
          el("td", {}, button("Remove", async () => { await api(of(organisation, "faults", rule.name), { method: "DELETE" }); await draw(); }, { "aria-label": `Remove ${rule.name}` })))))))
      : el("p", { class: "muted" }, "No fault is set: every request is answered as it should be."),
    el("p", { class: "bar" }, button("Look again", () => draw()), rules.length > 0 && button("Remove all", async () => { await api(path, { method: "DELETE" }); await draw(); })));
  }
  await draw(first);
  return el("section", { class: "card", "aria-labelledby": "faults" }, el("h2", { id: "faults" }, "Faults"), list, el("details", {}, el("summary", {}, "Set a fault"), faultForm(path, effects, draw)));
}

function pairs(value, none = "all") {
  const entries = Object.entries(value ?? {});
  return entries.length ? entries.map(([name, item]) => el("div", {}, el("span", { class: "muted" }, `${name} `), el("code", {}, typeof item === "string" ? item : JSON.stringify(item)))) : el("span", { class: "muted" }, none);
}

function faultForm(path, effects, draw) {
  const options = el("div", { class: "bar" });
  const says = el("p", { class: "muted" });
  const kind = el("select", { name: "kind" }, Object.keys(effects).map((name) => el("option", { value: name }, name.replaceAll("_", " "))));
  const tell = () => {
    const effect = effects[kind.value];
    says.textContent = effect.says + (effect.needsConnection ? " (the server closes the connection)" : "");
    fill(options, Object.entries(effect.options).map(([name, option]) =>
      field(name, el("input", { name: `option.${name}`, required: option.isRequired, autocomplete: "off", placeholder: option.default === null ? "" : JSON.stringify(option.default) }), option.wanted)));
  };
  kind.addEventListener("change", tell);
  tell();
  const input = (name, placeholder = "") => el("input", { name, placeholder, autocomplete: "off" });
  return form({ class: "stack" }, async (values, element) => {
    const part = (prefix) => Object.fromEntries([...values].filter(([name, value]) => name.startsWith(`${prefix}.`) && value.trim() !== "").map(([name, value]) => [name.slice(prefix.length + 1), loose(value.trim())]));
    const rule = { name: values.get("name").trim(), match: part("match"), effect: { kind: values.get("kind"), ...part("option") }, budget: part("budget") };
    await api(path, { method: "POST", body: rule });
    element.reset();
    tell();
    await draw();
    return `“${rule.name}” is set.`;
  }, el("fieldset", {}, el("legend", {}, "Does"), el("div", { class: "bar" }, field("Name of the rule", input("name")), field("Effect", kind)), says, options),
  el("fieldset", {}, el("legend", {}, "To which requests"), el("div", { class: "bar" },
    field("Method", el("select", { name: "match.method" }, ["", "GET", "POST", "PUT", "PATCH", "DELETE"].map((name) => el("option", { value: name }, name || "any")))),
    el("div", { class: "grow" }, field("Path", input("match.path", "/api/v2/wfm/**"), "a template, or a beginning and /**")), field("Client id", input("match.client")), field("Only the nth", input("match.nth")))),
  el("fieldset", {}, el("legend", {}, "How often"), el("div", { class: "bar" }, field("At most", input("budget.first")), field("Every k-th", input("budget.every")), field("Not before", input("budget.after")), field("Probability", input("budget.probability")), field("Seed", input("budget.seed")), field("For seconds", input("budget.seconds")))),
  el("p", {}, el("button", { type: "submit", class: "strong" }, "Set the fault")));
}

/** What a person typed, as JSON where it is JSON, else as text. */
function loose(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function quotas(organisation, { routes }) {
  if (!routes.includes("organisations/{}/quotas")) return null;
  const path = of(organisation, "quotas");
  const first = await api(path);
  const card = el("section", { class: "card", "aria-labelledby": "quotas" });
  const writable = ({ used, resetsInSeconds, ...window }) => Object.fromEntries(Object.entries(window).filter(([, value]) => value !== null));
  function draw(found) {
    const limits = found.windows.map((window) => el("input", { type: "number", min: 1, value: window.limit, "aria-label": `Limit of ${window.name}` }));
    const put = async (enabled) => {
      const windows = found.windows.map((window, i) => writable({ ...window, limit: Number(limits[i].value) }));
      draw(await api(path, { method: "PUT", body: { enabled, windows } }));
    };
    fill(card, el("h2", { id: "quotas" }, "Quotas ", el("span", { class: "tag" }, found.enabled ? "✓ hold" : "off")),
      el("div", { class: "scroll", role: "region", "aria-label": "Quota windows", tabindex: "0" }, el("table", {}, el("thead", {}, el("tr", {}, ["Window", "Per", "Used", "Limit", "Seconds", "Begins anew in"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, found.windows.map((window, i) => el("tr", {}, el("th", { scope: "row" }, el("code", {}, window.name)), el("td", {}, window.per),
          el("td", {}, el("meter", { min: 0, max: window.limit, value: window.used ?? 0, "aria-label": `Used of ${window.name}` }), ` ${(window.used ?? 0).toLocaleString("en")}`), el("td", {}, limits[i]), el("td", {}, String(window.seconds)),
          el("td", {}, window.used ? plural(window.resetsInSeconds, "second") : "–")))))),
      el("p", { class: "bar" }, button("Set the limits", () => put(found.enabled)), button(found.enabled ? "Switch off" : "Switch on", () => put(!found.enabled)), button("Look again", async () => draw(await api(path)))));
  }
  draw(first);
  return card;
}
