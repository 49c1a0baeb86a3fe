// How far each operation is emulated, and who says so.

import { api } from "./api.js";
import { el, field, fill } from "./dom.js";
import { plural } from "./words.js";

const SHOWN_MAX = 150;
const SIGNS = { behaviour: "●", shape: "◐", none: "○" };

export function coveragePage() {
  const page = el("section", { class: "page", "aria-labelledby": "title" }, el("h1", { id: "title", tabindex: "-1" }, "Coverage"));
  const ready = api("coverage").then(({ entities }) => page.append(...table(entities)))
    .catch((error) => page.append(el("p", { class: "message bad" }, error.message)));
  return { page, ready };
}

function table(rows) {
  const text = el("input", { type: "search", id: "filter" });
  const levels = [...new Set(rows.map((row) => row.level))];
  const level = el("select", {}, el("option", { value: "" }, "All levels"), levels.map((name) => el("option", { value: name }, name)));
  const groups = [...new Set(rows.map((row) => row.group))].sort();
  const group = el("select", {}, el("option", { value: "" }, "All areas"), groups.map((name) => el("option", { value: name }, name)));
  const count = el("p", { class: "muted", role: "status" });
  const body = el("tbody");
  const draw = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter((row) => (!level.value || row.level === level.value) && (!group.value || row.group === group.value) &&
      words.every((word) => `${row.operation} ${row.method} ${row.path} ${row.rule}`.toLowerCase().includes(word)));
    const by = levels.map((name) => `${found.filter((row) => row.level === name).length} ${name}`).join(", ");
    count.textContent = `${plural(found.length, "operation")}: ${by}${found.length > SHOWN_MAX ? `; the first ${SHOWN_MAX} are shown` : ""}`;
    fill(body, found.slice(0, SHOWN_MAX).map((row) => el("tr", {},
      el("td", { class: "level" }, el("span", { class: `status ${row.level === "behaviour" ? "ok" : "warn"}` }, el("span", { "aria-hidden": "true" }, SIGNS[row.level]), ` ${row.level}`)),
      el("th", { scope: "row" }, el("b", {}, row.method), " ", el("span", { class: "path" }, row.path), el("br"), el("small", { class: "muted" }, row.operation)),
      el("td", {}, row.group), el("td", {}, row.source), el("td", {}, row.rule))));
  };
  for (const control of [text, level, group]) control.addEventListener("input", draw);
  draw();
  return [el("p", { class: "muted" }, el("b", {}, "behaviour"), ": keeps state and refuses by rules. ", el("b", {}, "shape"), ": valid against the contract in both directions, remembers nothing."),
    el("form", { class: "bar", role: "search", "aria-label": "Filter operations", on: { submit: (event) => event.preventDefault() } },
      el("div", { class: "grow" }, field("Path, operation or rule", text)), field("Level", level), field("Area", group)),
    count, el("div", { class: "scroll", role: "region", "aria-label": "Operations", tabindex: "0" }, el("table", {}, el("thead", {}, el("tr", {}, ["Level", "Operation", "Area", "Known from", "Rule"].map((name) => el("th", { scope: "col" }, name)))), body))];
}
