// The control API, with the admin token where the emulator asks for one.

const KEY = "mockgc.admin-token";
let asking = null;

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** A request to `/_mockgc/…`; asks a person for the token when the answer is 401, and sends the request again. */
export async function send(path, options = {}) {
  for (;;) {
    const token = sessionStorage.getItem(KEY);
    const headers = { ...options.headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(path, { ...options, headers, cache: "no-store", credentials: "omit" });
    if (answer.status !== 401) return answer;
    await askForToken(token);
  }
}

/** The JSON of an answer. Throws `Refused` with the emulator's own message. */
export async function api(path, { method = "GET", body } = {}) {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await send(path, { method, ...json });
  const text = await answer.text();
  const value = text && answer.headers.get("Content-Type")?.startsWith("application/json") ? JSON.parse(text) : null;
  if (!answer.ok) throw new Refused(answer.status, value?.message ?? `${method} ${path} was answered with ${answer.status}`);
  return value;
}

/** The path of a part of an organisation. */
export function of(organisation, ...parts) {
  return ["organisations", organisation, ...parts].map(encodeURIComponent).join("/");
}

function askForToken(refusedToken) {
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById("token");
    const value = document.getElementById("token-value");
    document.getElementById("token-wrong").hidden = refusedToken === null;
    value.value = "";
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (!value.value.trim()) return value.focus();
      sessionStorage.setItem(KEY, value.value.trim());
      dialog.close();
      asking = null;
      resolve();
    }, { once: false, signal: closing(dialog) });
    dialog.showModal();
    value.focus();
  });
  return asking;
}

function closing(dialog) {
  const controller = new AbortController();
  dialog.addEventListener("close", () => controller.abort(), { once: true });
  return controller.signal;
}
