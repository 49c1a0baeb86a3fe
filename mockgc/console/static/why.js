// One request explained: what happened as a picture, the field at fault, the next step, and the same in words.

import { api } from "./api.js";
import { button, el, fill } from "./dom.js";
import { absent, clash, complaint, content, door, isTaken, say, versions, way } from "./picture.js";
import { capital, client, clockTime, day, short, shortened, spoken, statusWord } from "./words.js";

export function whyPage(contextId, link) {
  const page = el("section", { class: "page why", "aria-labelledby": "title" },
    el("p", {}, el("a", { href: link("journal"), class: "back" }, "← Journal")),
    el("h1", { id: "title", tabindex: "-1" }, "Why?"), el("p", { class: "muted" }, "Looking …"));
  const ready = api(`explain/${encodeURIComponent(contextId)}`)
    .then((found) => fill(page, page.firstElementChild, ...explanation(found, link)))
    .catch((error) => fill(page, page.firstElementChild, el("h1", { id: "title", tabindex: "-1" }, "Not explained"), el("p", { class: "message bad" }, error.message)));
  return { page, ready };
}

function explanation(found, link) {
  if (found.outcome === "dropped") {
    return [el("h1", { id: "title", tabindex: "-1" }, "No longer in the journal"), el("p", {}, found.summary), step(found, link)];
  }
  if (found.outcome !== "refused") return accepted(found, link);
  const [at] = found.fields;
  return [verdict(found),
    el("div", { class: `columns ${isShared(found) ? "wide" : ""}` },
      el("section", { class: "card picture", "aria-labelledby": "picture" }, el("h2", { id: "picture" }, "What happened"), picture(found, link)),
      el("div", { class: "aside" }, step(found, link), fault(found), atFault(found, at), ignored(found))),
    way(found.stoppedAt) && el("section", { class: "card", "aria-labelledby": "way" }, el("h2", { id: "way" }, "How far it came"), way(found.stoppedAt)),
    difference(found), rule(found), words(found)];
}

/** Whether the picture needs room for a third party. */
function isShared(found) {
  return found.claimed !== null && found.timeline.some((event) => event.event === "commit" && !event.ownClient);
}

function verdict(found) {
  const { request } = found;
  const { title, reason } = headline(found);
  return el("header", { class: "verdict" },
    el("p", { class: "big", "aria-hidden": "true" }, String(request.status)),
    el("div", {},
      el("h1", { id: "title", tabindex: "-1" }, el("span", { class: "sr" }, `${request.status} refused: `), title),
      reason && el("p", { class: "reason" }, reason),
      el("p", { class: "asked" }, el("b", {}, request.method), " ", request.path,
        el("span", { class: "muted" }, ` · #${request.number} · ${day(request.date)} ${clockTime(request.date)} · client ${client(request.clientId)}`)),
      el("p", { class: "quote" }, el("code", {}, found.rule.code), " ", el("q", {}, found.fields[0].message))));
}

/** The refusal in one sentence, and who stands behind it. */
function headline(found) {
  const [at] = found.fields;
  const kind = at.holder && spoken(at.holder.kind);
  const name = at.holder?.name ? ` “${at.holder.name}”` : "";
  if (found.claimed !== null) {
    const moves = found.commits;
    const own = moves.filter((commit) => commit.ownClient).length;
    const who = !moves.length ? "No request of this journal moved it."
      : found.repeats ? "The first try of this very request was accepted."
      : own === moves.length ? (own === 1 ? "This client’s own earlier request moved it." : `This client’s own ${own} earlier requests moved it.`)
      : own ? `Its own requests (${own}) and other clients’ (${moves.length - own}) moved it.`
      : `Another client’s request${moves.length > 1 ? "s" : ""} moved it.`;
    const is = found.claimed > found.current ? `has only reached version ${found.current}` : `is at version ${found.current}`;
    return { title: `The request says version ${found.claimed}, but the ${kind}${name} ${is}.`, reason: who };
  }
  if (at.errorCode.endsWith("entity.in.use")) return { title: `It is still used by the ${kind}${name}.` };
  if (isTaken(at)) return { title: `${capital(what(at))} is taken by the ${kind}${name}.`, reason: found.repeats && "The first try of this very request took it." };
  const byCode = Object.entries(TITLES).find(([part]) => at.errorCode.includes(part));
  if (found.request.fault && ["service", "quota", "token"].includes(found.stoppedAt)) return { title: "A fault that somebody set struck it.", reason: "The emulator itself is well." };
  if (byCode) return { title: byCode[1] };
  const titles = {
    token: at.errorCode === "authentication.required" ? "It brought no token." : "Its token is not valid.",
    permission: "The client lacks a permission.",
    path: "There is no such path.",
    method: "The path does not take this method.",
    content: at.fieldName ? `${found.fields.length > 1 ? `${found.fields.length} places are` : `The field ${at.fieldName} is`} not as ${found.fields.length > 1 ? "they have" : "it has"} to be.` : "The body is not as it has to be.",
    id: "There is no such entity.",
    quota: "The limit of requests was reached.",
    service: "The service did not answer as it should.",
  };
  if (isReference(at)) return { title: `${at.fieldName ?? "It"} refers to something that does not exist.` };
  return { title: titles[found.stoppedAt] ?? `${at.fieldName ?? "The request"} breaks a rule.` };
}

const TITLES = {
  "time.zone.incompatible": "A member’s time zone does not fit the schedule template’s.",
  "shift.overlap": "Two shifts of one agent overlap.",
  "schedule.differs": "The agent has other shifts in that week already.",
};

function what(at) {
  return at.errorCode.includes("name") ? "the name" : at.errorCode.includes("email") ? "the e-mail address" : at.errorCode.includes("external") ? "the externalId" : `the ${at.fieldName}`;
}

function isReference(at) {
  return at.errorCode.includes("reference.not.found") || (at.errorCode.includes("not.found") && at.fieldName);
}

function picture(found, link) {
  const [at] = found.fields;
  const { request } = found;
  if (found.claimed !== null && found.timeline.length) return versions(found, link);
  if (found.fields.some((one) => one.holder)) {
    return [clash(found, link), found.timeline.length > 1 ? el("details", { open: found.timeline.length > 2 }, el("summary", {}, `The ${spoken(at.holder?.kind ?? "")}’s own history`), versions(found, link)) : null];
  }
  const line = el("p", { class: "ask" }, el("b", {}, request.method), " ", el("span", { class: "path" }, request.path));
  switch (found.stoppedAt) {
    case "token":
      return door(at.errorCode === "authentication.required" ? "no key" : "a key that does not open",
        [line, el("p", { class: "value" }, at.errorCode === "authentication.required" ? "no Authorization header" : "Authorization: Bearer ***"), el("p", {}, at.message)],
        [el("ol", { class: "keys" }, el("li", {}, el("code", {}, "POST /oauth/token"), " with client id and secret"), el("li", {}, "take ", el("code", {}, "access_token"), " from the answer"), el("li", {}, "send ", el("code", {}, "Authorization: Bearer …")))]);
    case "permission":
      return door("lacks", [line, el("p", {}, "client ", el("code", {}, request.clientId))],
        (at.stored ?? "").split(", ").filter(Boolean).map((name) => el("p", { class: "value" }, el("code", {}, name))).concat(el("p", {}, at.message)));
    case "path": case "method": case "quota": case "service":
      return door({ path: "no such place", method: "not this way", quota: "too many", service: "failed" }[found.stoppedAt], line,
        [el("p", { class: "says" }, capital(request.fault ?? at.message), "."), el("p", {}, capital(found.rule.text), ".")],
        ["This request", request.fault ? "A fault rule" : { path: "What there is", method: "What the path takes", quota: "The limit", service: "The service" }[found.stoppedAt]]);
    case "id":
      return absent(found);
    default:
      return isReference(at) ? [absent(found), content(found)] : content(found);
  }
}

function step(found, link) {
  return el("section", { class: "card next", "aria-labelledby": "next" }, el("h2", { id: "next" }, el("span", { "aria-hidden": "true" }, "➜ "), "Next step"),
    sentences(found.nextStep).map((sentence) => el("p", {}, numbered(sentence, found.timeline, link))));
}

/** The sentences of a text, each a paragraph of its own. */
function sentences(text) {
  return text.split(/(?<=\.) (?=[A-Z])/);
}

/** A text in which the ids of shown requests are their numbers, as links. */
function numbered(text, events, link) {
  const known = events.filter((event) => event.number);
  const parts = text.split(/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?: \([^)]*Z\))?)/);
  return parts.map((part, i) => {
    const event = i % 2 ? known.find((one) => part.startsWith(one.contextId)) : null;
    return event ? el("a", { href: link("why", event.contextId) }, `#${event.number}`) : i % 2 ? el("code", { title: part }, parts[i - 1].endsWith("client ") ? client(part) : short(part)) : part;
  });
}

function fault(found) {
  return found.request.fault && el("section", { class: "card struck", "aria-labelledby": "struck" }, el("h2", { id: "struck" }, el("span", { "aria-hidden": "true" }, "⚡ "), "A fault struck"), el("p", {}, capital(found.request.fault), "."));
}

function atFault(found, at) {
  const isVersion = found.claimed !== null;
  return el("section", { class: "card fault", "aria-labelledby": "fault" }, el("h2", { id: "fault" }, found.fields.length > 1 ? "Fields at fault" : "Field at fault"),
    isVersion && el("p", { class: "compare" }, el("code", {}, at.fieldName), " ",
      el("span", { class: "sent" }, el("small", {}, "sent"), say(at.sent)), el("span", { "aria-hidden": "true" }, "≠"), el("span", { class: "sr" }, " is not "),
      el("span", { class: "stored" }, el("small", {}, "current"), say(at.stored))),
    !isVersion && el("ul", {}, found.fields.slice(0, 12).map((one) => el("li", {}, one.fieldName && [el("code", {}, one.fieldName), " "], complaint(one)))),
    isVersion && el("dl", {}, el("dt", {}, "Last read"), el("dd", {}, lastRead(found))));
}

function lastRead({ lastRead: read, claimed }) {
  if (!read) return "never by this client";
  const ignored = claimed !== null && read.version > claimed ? " – and it was not used" : "";
  return [el("b", {}, `version ${read.version}`), ` at ${clockTime(read.date)}, in the answer to `, shortened(read.by), ignored];
}

function rule(found) {
  return el("section", { class: "card", "aria-labelledby": "rule" }, el("h2", { id: "rule" }, "The rule"), el("p", {}, capital(found.rule.text), "."),
    el("p", { class: "muted" }, el("span", { class: "tag" }, found.rule.grade), " ", found.rule.provenance.replace(`${found.rule.grade}: `, "")));
}

function ignored(found) {
  if (!found.ignoredHeaders.length) return null;
  return el("section", { class: "card", "aria-labelledby": "ignored" }, el("h2", { id: "ignored" }, "Headers that change nothing"),
    el("ul", {}, found.ignoredHeaders.map((header) => el("li", {}, el("code", {}, `${header.name}: ${header.value}`)))), el("p", { class: "muted" }, "There is no bypass."));
}

function difference(found) {
  if (!found.difference.length) return null;
  return el("section", { class: "card", "aria-labelledby": "difference" }, el("h2", { id: "difference" }, "Sent and stored"),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Sent and stored" }, el("table", { class: "difference" }, el("thead", {}, el("tr", {}, ["Field", "Sent", "Stored"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, found.difference.map((row) => el("tr", {}, el("th", { scope: "row" }, el("code", {}, row.fieldName)), el("td", {}, el("code", {}, JSON.stringify(row.sent ?? null))), el("td", {}, el("code", {}, JSON.stringify(row.stored ?? null)))))))));
}

function words(found) {
  return el("details", { class: "card words" }, el("summary", {}, "The same in words, and what was sent"),
    el("pre", { tabindex: "0" }, found.text),
    button("Copy", async () => { await navigator.clipboard.writeText(found.text); return "Copied."; }),
    found.request.body && [el("h3", {}, "Body"), el("pre", { tabindex: "0" }, pretty(found.request.body), found.request.isBodyCut ? "\n… (only its start is kept)" : "")]);
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function accepted(found, link) {
  const { request } = found;
  const { sign, word } = statusWord(request.status);
  const isKnown = request.status < 400;
  const isFailed = found.outcome === "failed";
  const title = isFailed ? "It was accepted, and its operation failed." : isKnown ? `${sign} ${capital(word)}` : "It was carried out, whatever the answer says.";
  return [el("header", { class: `verdict ${isFailed ? "" : isKnown ? "ok" : "unknown"}` }, el("p", { class: "big", "aria-hidden": "true" }, String(request.status)),
    el("div", {}, el("h1", { id: "title", tabindex: "-1" }, title), el("p", { class: "reason" }, found.summary),
      el("p", { class: "asked muted" }, `#${request.number} · ${day(request.date)} ${clockTime(request.date)} · client ${client(request.clientId)}`))),
  found.commits.length > 0 && el("section", { class: "card", "aria-labelledby": "changed" }, el("h2", { id: "changed" }, found.rule ? "What happened since" : "What it changed"),
    el("ul", { class: "plain" }, found.commits.map((commit) => el("li", {},
      el("a", { href: link("entities", commit.kind, commit.entityId) }, `${commit.action} ${spoken(commit.kind)} ${short(commit.entityId)}`), ` version ${commit.versionBefore} → ${commit.versionAfter ?? "deleted"}`)))),
  fault(found), (isFailed || found.request.fault) && step(found, link), found.rule && rule(found), ignored(found), words(found)];
}
