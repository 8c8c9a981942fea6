/* Finds data-behaviour on the page and loads ./behaviours/<name>.js for each; again after every htmx swap. */
import * as store from "./store.js";
import { drain } from "./queue.js";

const version = new URL(import.meta.url).search;
const begun = new WeakMap();

async function begin(element, name) {
  const names = begun.get(element) ?? new Set();
  if (names.has(name)) return;
  begun.set(element, names.add(name));
  try {
    const behaviour = await import(`./behaviours/${name}.js${version}`);
    await behaviour.default(element);
  } catch (problem) {
    // A behaviour only adds to a page that works without it.
    console.warn(name, problem);
  }
}

function scan(root) {
  const found = [...root.querySelectorAll("[data-behaviour]")];
  if (root.matches?.("[data-behaviour]")) found.unshift(root);
  for (const element of found) {
    for (const name of element.dataset.behaviour.split(/\s+/).filter(Boolean)) begin(element, name);
  }
}

async function tidy() {
  if (!store.account()) return;
  store.rememberAccount();
  for (const meta of document.querySelectorAll('meta[name="draft-done"]')) await store.remove("drafts", meta.content);
  await store.forgetOld();
  await drain();
}

scan(document);
document.body.addEventListener("htmx:load", (event) => scan(event.detail.elt));
tidy().catch((problem) => console.warn("store", problem));
window.addEventListener("online", () => drain().catch(() => {}));
if (store.account() && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(`/sw.js${version}`, { scope: "/" }).catch(() => {});
}
