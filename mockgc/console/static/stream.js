// Server-sent events, read with fetch: EventSource can send no token. The wire is the same, `retry` and `id` included.

import { send } from "./api.js";

/** The events of an answer: {event, data, id, retry}. */
export function parsed(text) {
  return text.split(/\r?\n\r?\n/).filter(Boolean).map((block) => {
    const found = { event: "message", data: "" };
    for (const line of block.split(/\r?\n/)) {
      const colon = line.indexOf(":");
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "data") found.data += (found.data && "\n") + value;
      else if (name) found[name] = value;
    }
    return found;
  });
}

/** Ask again and again until stopped; `take` gets (requests, held) of each answer, `state` what the connection is. */
export function follow(path, take, state) {
  const stopped = new AbortController();
  let cursor = null;
  let retry = 500;
  async function once() {
    const headers = cursor ? { "Last-Event-ID": cursor } : {};
    const answer = await send(path, { headers, signal: stopped.signal });
    if (answer.status === 404) state("gone");
    if (!answer.ok) throw new Error(`the stream was answered with ${answer.status}`);
    const requests = [];
    for (const event of parsed(await answer.text())) {
      if (event.retry) retry = Number(event.retry);
      if (event.id) cursor = event.id;
      if (event.event === "request") requests.push(JSON.parse(event.data));
      if (event.event === "held") take(requests, JSON.parse(event.data));
    }
  }
  async function run() {
    let failures = 0;
    while (!stopped.signal.aborted) {
      try {
        await once();
        failures = 0;
        state("live");
      } catch (error) {
        if (stopped.signal.aborted) return;
        failures += 1;
        state("lost");
      }
      await pause(document.hidden ? 5_000 : Math.min(retry * 2 ** failures, 10_000), stopped.signal);
    }
  }
  run();
  return () => stopped.abort();
}

/** Wait; less, when the page is looked at again or the wait is over for good. */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    document.addEventListener("visibilitychange", done, { once: true });
    signal.addEventListener("abort", done, { once: true });
  });
}
