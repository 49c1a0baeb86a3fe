// How values are said.

/** The end of an id, which is what differs. */
export function short(id) {
  return id && id.length > 12 ? `…${id.slice(-6)}` : id ?? "nobody";
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** A client by the beginning of its id; the names that people gave stay whole. */
export function client(id) {
  return id ? id.replace(UUID, (uuid) => uuid.slice(0, 8)) : "unknown";
}

/** A text with its ids shortened to their ends. */
export function shortened(text) {
  return (text ?? "").replace(UUID, short);
}

/** Hours to milliseconds of a timestamp, as the emulator says it (UTC). */
export function clockTime(date) {
  return date ? date.slice(11, 23) : "";
}

export function day(date) {
  return date ? date.slice(0, 10) : "";
}

/** `scheduleTemplate` is a schedule template. */
export function spoken(kind) {
  return (kind ?? "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function capital(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : "";
}

export function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** What a status means, in a word and a sign, so that nothing hangs on colour. */
export function statusWord(status) {
  if (status < 400) return { sign: "✓", word: "accepted", mood: "ok" };
  if (status === 429) return { sign: "!", word: "over the limit", mood: "warn" };
  if (status >= 500) return { sign: "!", word: "failed", mood: "warn" };
  return { sign: "✗", word: "refused", mood: "bad" };
}
