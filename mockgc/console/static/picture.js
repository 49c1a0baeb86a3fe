// The pictures of an explanation. Each is an ordered list or table first, so that it reads aloud in the order it shows.

import { el } from "./dom.js";
import { capital, client, clockTime, plural, short, shortened, spoken, statusWord } from "./words.js";

/** The steps of a request's way, in the order of the checks. */
export const STEPS = [
  ["token", "Token", "Who asks?"],
  ["permission", "Permission", "May it ask this?"],
  ["path", "Path", "Is there such a place?"],
  ["method", "Method", "Does it take this method?"],
  ["content", "Content", "Are body and query well formed?"],
  ["id", "Entity", "Is there such an entity?"],
  ["rules", "Rules", "Version, names, references"],
];

/** How far a request came. */
export function way(stoppedAt) {
  const stop = STEPS.findIndex(([name]) => name === stoppedAt);
  if (stop < 0) return null;
  return el("ol", { class: "way", "aria-label": "How far the request came" }, STEPS.map(([, title, question], i) => {
    const [mood, sign, word] = i < stop ? ["ok", "✓", "passed"] : i === stop ? ["bad", "✗", "refused here"] : ["none", "·", "not reached"];
    return el("li", { class: mood, "aria-current": i === stop ? "step" : null },
      el("span", { class: "sign", "aria-hidden": "true" }, sign),
      el("b", {}, title), el("small", {}, i === stop ? question : ""), el("span", { class: "word" }, word));
  }));
}

/** The entity in the middle, its versions downwards; this client on the left, others on the right. */
export function versions(found, link) {
  const holder = found.fields[0].holder;
  const events = found.timeline;
  const isShared = events.some((event) => event.event === "commit" && !event.ownClient);
  const memory = events.findIndex((event) => event.remembered);
  const last = events.length - 1;
  const { claimed } = found;
  let version = null;
  const rows = events.map((event, i) => {
    if (event.event === "commit") version = event.version;
    const thread = memory < 0 ? "" : i === memory ? "starts" : i === last ? "ends" : i > memory ? "passes" : "";
    const unused = claimed !== null && event.event === "commit" && event.told > claimed;
    return { event: { ...event, unused }, thread, before: i ? events.slice(0, i).findLast((e) => e.event === "commit")?.version ?? null : null, version };
  });
  return el("div", { class: `versions ${isShared ? "shared" : "alone"}` },
    el("div", { class: "lanes", "aria-hidden": "true" },
      el("span", { class: "lane you" }, "This client", el("small", {}, client(found.request.clientId))),
      el("span", { class: "lane entity" }, capital(spoken(holder.kind)), el("small", {}, holder.name ?? short(holder.id))),
      el("span", { class: "lane them" }, isShared ? "Other clients" : "")),
    el("ol", { class: "events", "aria-label": `What happened to ${spoken(holder.kind)} ${holder.name ?? holder.id}, oldest first` },
      rows.map((row, i) => step(row, i === last, link))));
}

function step({ event, thread, before, version }, isLast, link) {
  if (event.event === "skipped") {
    return el("li", { class: `event skipped ${thread && `thread-${thread}`}` },
      el("div", { class: "card" }, `${plural(event.count, "more change")} in between`), rail(before, version));
  }
  const side = event.ownClient ? "own" : "other";
  return el("li", { class: `event ${event.event} ${side} ${thread && `thread-${thread}`}` },
    el("div", { class: "when" }, el("time", { datetime: event.date }, clockTime(event.date)),
      event.number ? el("a", { href: link("why", event.contextId), "aria-label": `request number ${event.number}` }, `#${event.number}`) : null),
    card(event, isLast),
    arrows(event),
    rail(before, version, event));
}

function card(event, isLast) {
  const mood = event.status ? statusWord(event.status) : null;
  return el("div", { class: "card" },
    !event.ownClient && el("p", { class: "who" }, "client ", el("code", { title: event.clientId }, client(event.clientId))),
    event.ownClient && el("p", { class: "who sr" }, "this client"),
    el("p", { class: "ask" }, asked(event.request),
      mood && el("span", { class: `status ${mood.mood}` }, el("span", { "aria-hidden": "true" }, mood.sign), ` ${event.status}`)),
    el("p", { class: "does" }, deed(event)),
    event.unused && el("p", { class: "memory" }, "the answer says ", el("b", {}, `version ${event.told}`), ", and it is not kept"),
    event.remembered && el("p", { class: "memory start" }, "remembers ", el("b", {}, `version ${event.event === "commit" ? event.told : event.version}`)),
    isLast && event.claimed !== null && el("p", { class: "memory end" }, "still says ", el("b", {}, `version ${event.claimed}`)));
}

function asked(request) {
  const [method, ...path] = (request ?? "").split(" ");
  return path.length ? el("span", {}, el("b", {}, method), " ", el("span", { class: "path", title: path.join(" ") }, breakable(shortened(path.join(" "))))) : request;
}

/** A path that a line may end in after each slash, but not within a shortened id. */
function breakable(path) {
  return path.replaceAll("…", "…\u2060").split(/(?<=\/)/).flatMap((part) => [part, el("wbr")]);
}

function deed(event) {
  if (event.event === "read") return "reads it";
  if (event.event === "refused") return event.claimed === null ? "is refused" : "is refused: that version is gone";
  const what = { create: "makes it", update: "changes it", delete: "deletes it" }[event.action];
  const also = event.together.map(said);
  if (event.action === "update" && !event.changed.length && also.length) return `${also.slice(0, 2).join(", ")}, and that moves this version`;
  const changed = event.action === "update" && event.changed.length ? `: ${event.changed.slice(0, 4).join(", ")}` : "";
  return [what, changed, also.length ? `; ${also.slice(0, 2).join(", ")}${also.length > 2 ? ` and ${also.length - 2} more` : ""}` : ""];
}

/** `create schedule 0a17…` is what else the request did. */
function said(line) {
  const [action, ...words] = line.split(" ");
  return `${action}s ${words.slice(0, -1).join(" ")} ${short(words.at(-1))}`;
}

function arrows(event) {
  const lines = [];
  if (event.event === "read") lines.push(["from", `learns version ${event.version}`]);
  if (event.event === "refused") lines.push(["to stopped", event.claimed === null ? "asks" : `says version ${event.claimed}`]);
  if (event.event === "commit") {
    lines.push(["to", event.claimed === null ? (event.action === "create" ? "makes version 1" : "names no version") : `says version ${event.claimed}`]);
    if (event.told !== null && event.action !== "create") lines.push(["from", `is told version ${event.told}`]);
  }
  return el("div", { class: "arrows" }, lines.map(([kind, text]) => el("span", { class: `arrow ${kind}` }, text)));
}

function rail(before, version, event = null) {
  const tint = (number) => (number === null ? "none" : number % 2 ? "odd" : "even");
  const moved = event?.event === "commit";
  const refused = event?.event === "refused";
  const shown = moved ? (version === null ? "deleted" : `version ${version}`) : null;
  return el("div", { class: `rail before-${tint(before)} after-${tint(version)}` },
    shown && el("span", { class: "pill" }, shown),
    refused && el("span", { class: "pill stop" }, el("span", { "aria-hidden": "true" }, "✗ "), `is at ${event.version ?? "no version"}`));
}

/** Two that want the same: what was sent, and who has it. */
export function clash(found, link) {
  const at = found.fields.find((one) => one.holder) ?? found.fields[0];
  const { holder } = at;
  const made = holder.createdBy;
  const value = at.sent ?? valueAt(found.request.body, at.fieldName);
  const isUse = at.errorCode.endsWith("entity.in.use");
  const isOther = !isUse && !isTaken(at);
  return el("div", { class: "clash" },
    el("div", { class: "side sent" }, el("h3", {}, "This request"), el("p", { class: "ask" }, asked(`${found.request.method} ${found.request.path}`)),
      el("p", {}, isUse ? "wants to delete it" : [isOther ? "brings " : "wants ", at.fieldName && el("code", {}, at.fieldName)]),
      value !== undefined && value !== null && !isUse && el("p", { class: "value" }, say(value))),
    el("div", { class: "between" }, el("span", { class: "sign", "aria-hidden": "true" }, "✗"), el("b", {}, isUse ? "is used by" : wordOf(at))),
    el("div", { class: "side held" }, el("h3", {}, capital(spoken(holder.kind))),
      el("p", { class: "value" }, holder.name ?? holder.id),
      isOther && at.stored !== null && el("p", {}, "has ", el("b", { class: "path" }, say(at.stored))),
      el("p", { class: "muted" }, el("code", {}, holder.id), holder.version ? ` version ${holder.version}` : ""),
      made && el("p", {}, "made by ", made.ownClient ? "this client" : ["client ", el("code", { title: made.clientId }, client(made.clientId))], " at ", clockTime(made.dateCommitted), " with ",
        el("a", { href: link("why", made.contextId) }, shortened(made.request)))));
}

/** Whether a value that has to be the only one is another entity's already. */
export function isTaken({ holder, errorCode, fieldName }) {
  return Boolean(holder) && !errorCode.endsWith("entity.in.use") &&
    (errorCode.includes("in.use") || /(^|\.)(name|email|username|externalId|externalKey)$/i.test(fieldName ?? ""));
}

function wordOf(at) {
  if (isTaken(at)) return "is held by";
  if (at.errorCode.includes("zone")) return "does not fit";
  return "stands against";
}

/** What is wrong with a field, without its name in front. */
export function complaint({ fieldName, message }) {
  return fieldName && message.startsWith(`${fieldName}: `) ? message.slice(fieldName.length + 2) : message;
}

/** The body with each place at fault marked, the rest folded. */
export function content(found) {
  const marks = new Map(found.fields.filter((one) => one.fieldName).map((one) => [one.fieldName, complaint(one)]));
  const value = parse(found.request.body);
  if (value === undefined) return raw(found);
  const lines = [...printed(value, "", 0)];
  for (const line of lines) line.mark = marks.get(line.path);
  const shown = new Set();
  lines.forEach((line, i) => {
    if (line.mark) for (let near = i - 3; near <= i + 3; near += 1) shown.add(near);
  });
  const missing = [...marks].filter(([path]) => !lines.some((line) => line.path === path));
  const isSmall = lines.length <= 24;
  const items = [];
  let folded = 0;
  lines.forEach((line, i) => {
    if (!isSmall && !shown.has(i) && i > 1 && i < lines.length - 1) { folded += 1; return; }
    if (folded) items.push(fold(folded));
    folded = 0;
    items.push(el("li", { class: line.mark ? "mark" : "" }, el("code", {}, "\u00a0\u00a0".repeat(line.depth), cut(line.text)),
      line.mark && el("span", { class: "note" }, el("span", { "aria-hidden": "true" }, "◀ "), line.mark)));
  });
  return el("div", { class: "content" },
    missing.map(([path, message]) => el("p", { class: "note lone" }, el("span", { "aria-hidden": "true" }, "✗ "), el("code", {}, path), " ", message)),
    el("ol", { class: "code", "aria-label": "The body that was sent" }, items));
}

function cut(text) {
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

function fold(count) {
  return el("li", { class: "fold" }, `… ${plural(count, "line")}`);
}

function raw(found) {
  const { body } = found.request;
  return el("div", { class: "content" },
    found.fields.map((one) => el("p", { class: "note lone" }, el("span", { "aria-hidden": "true" }, "✗ "), one.fieldName && el("code", {}, one.fieldName), " ", complaint(one))),
    body ? el("pre", { class: "code", tabindex: "0" }, body.slice(0, 4_000)) : el("p", { class: "muted" }, "No body was sent."));
}

function* printed(value, path, depth, key = "", comma = "") {
  const name = key === "" ? "" : `${JSON.stringify(key)}: `;
  if (value === null || typeof value !== "object") {
    yield { path, depth, text: name + JSON.stringify(value) + comma };
    return;
  }
  const isList = Array.isArray(value);
  const entries = isList ? value.map((item, i) => [i, item]) : Object.entries(value);
  const [open, close] = isList ? "[]" : "{}";
  if (!entries.length) {
    yield { path, depth, text: name + open + close + comma };
    return;
  }
  yield { path, depth, text: name + open };
  for (const [i, [inner, item]] of entries.entries()) {
    const below = isList ? `${path}[${inner}]` : path ? `${path}.${inner}` : inner;
    yield* printed(item, below, depth + 1, isList ? "" : inner, i < entries.length - 1 ? "," : "");
  }
  yield { path: null, depth, text: close + comma };
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}

function valueAt(body, path) {
  let value = parse(body);
  for (const part of (path ?? "").split(/[.[\]]+/).filter(Boolean)) value = value?.[part];
  return path ? value : undefined;
}

export function say(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What was referred to, and is not there. */
export function absent(found) {
  const [at] = found.fields;
  const value = at.sent ?? valueAt(found.request.body, at.fieldName) ?? found.request.path.split("/").at(-1);
  return el("div", { class: "clash" },
    el("div", { class: "side sent" }, el("h3", {}, "This request"), el("p", { class: "ask" }, asked(`${found.request.method} ${found.request.path}`)),
      el("p", {}, "refers to ", at.fieldName && el("code", {}, at.fieldName)), el("p", { class: "value" }, say(value))),
    el("div", { class: "between" }, el("span", { class: "sign", "aria-hidden": "true" }, "⇢"), el("b", {}, "not found")),
    el("div", { class: "side ghost" }, el("h3", {}, "Nothing here"), el("p", {}, at.message)));
}

/** A door that stayed closed: token, permission, path, method, limit. */
export function door(title, key, lock, [left, right] = ["This request brings", "It takes"]) {
  return el("div", { class: "clash door" },
    el("div", { class: "side sent" }, el("h3", {}, left), key),
    el("div", { class: "between" }, el("span", { class: "sign", "aria-hidden": "true" }, "✗"), el("b", {}, title)),
    el("div", { class: "side held" }, el("h3", {}, right), lock));
}
