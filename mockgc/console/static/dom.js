// Elements from values. Text is always set as text: names in the data come from anybody.

/** An element. `attributes`: `on` holds listeners by event, `data` dataset entries; true sets, false and null leave out. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...filled(children));
  return element;
}

/** Put these children, and nothing else, into an element. */
export function fill(element, ...children) {
  element.replaceChildren(...filled(children));
}

function filled(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** A button that runs an action, waits for it, and shows a refusal beside itself. */
export function button(label, action, attributes = {}) {
  const own = el("button", { type: "button", ...attributes }, label);
  own.addEventListener("click", () => attempt(own, action));
  return own;
}

/** A form whose submit runs an action with its values. */
export function form(attributes, action, ...children) {
  const own = el("form", { novalidate: true, ...attributes }, ...children);
  own.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(own.querySelector("[type=submit]") ?? own, () => action(new FormData(own), own));
  });
  return own;
}

async function attempt(near, action) {
  const place = near.closest("form, .card, section, div") ?? near.parentElement;
  place.querySelector(":scope > .message.from-action")?.remove();
  near.toggleAttribute("disabled", true);
  try {
    const said = await action();
    if (typeof said === "string") place.append(message(said, "ok"));
  } catch (error) {
    place.append(message(error.message, "bad"));
  } finally {
    near.toggleAttribute("disabled", false);
  }
}

function message(text, mood) {
  return el("p", { class: `message ${mood} from-action`, role: mood === "bad" ? "alert" : "status" }, text);
}

/** A labelled control. */
export function field(label, control, hint = null) {
  return el("label", { class: "field" }, el("span", { class: "label" }, label),
    hint && el("span", { class: "hint" }, hint), control);
}
