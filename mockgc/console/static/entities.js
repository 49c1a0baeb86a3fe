import { el } from "./dom.js";
export function entitiesPage() { return { page: el("section", { class: "page" }, el("h1", { tabindex: "-1" }, "Entities")) }; }
