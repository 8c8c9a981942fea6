/* The outbox: entries wait here until the server says {saved: <key>}. Every page drains it. */
import { word } from "./words.js";
import { make } from "./elements.js";
import * as store from "./store.js";
import { send, renew } from "./session.js";

const RETRY_MS = 30000;
let timer = null;

/* The entry as it is sent: with this phone's clock at sending, and whether it had to wait. A photo makes it parts. */
function packed(body, late) {
  const now = { device_sent_at: String(Date.now()), offline: late ? "1" : "" };
  const pairs = body.map(([name, value]) => [name, name in now ? now[name] : value]);
  if (!pairs.some(([, value]) => value instanceof Blob)) return { body: new URLSearchParams(pairs).toString(), type: "application/x-www-form-urlencoded" };
  const data = new FormData();
  for (const [name, value] of pairs) data.append(name, value);
  return { body: data };
}

/* Send one entry. Returns the answer; the entry is removed on {saved: its key} only. */
export async function deliver(item, { late = false } = {}) {
  const answer = await send(item.url, packed(item.body, late));
  if (answer.kind === "answer" && answer.data.saved === item.key) {
    await store.remove("outbox", item.key);
    document.dispatchEvent(new CustomEvent("portal:delivered", { detail: { ...item, next: answer.data.next } }));
    if (item.draft_key) await store.remove("drafts", item.draft_key);
    return { ...answer, outcome: "saved" };
  }
  if (answer.kind === "answer" || answer.kind === "refused") {
    await store.put("outbox", { ...item, state: "rejected", errors: answer.data?.errors ?? {} });
    return { ...answer, outcome: "rejected" };
  }
  return { ...answer, outcome: "waiting" };
}

async function sendAll() {
  const waiting = (await store.all("outbox")).filter((item) => item.state !== "rejected").sort((a, b) => a.saved_at.localeCompare(b.saved_at));
  if (!waiting.length) return "ready";
  const state = await renew();
  if (state !== "ready") return state;
  for (const item of waiting) {
    const { outcome, kind } = await deliver(item, { late: true });
    if (outcome === "waiting") return kind === "sign-in" ? "locked" : "away";
  }
  return "ready";
}

/* Try to send what waits; one tab at a time. */
export async function drain() {
  if (!store.account()) return;
  const state = navigator.locks
    ? await navigator.locks.request(`portal-outbox-${store.account()}`, { ifAvailable: true }, (lock) => (lock ? sendAll() : "ready"))
    : await sendAll();
  await show(state);
}

/* The line on top of the page that says what waits. */
export async function show(state = "ready") {
  const line = document.querySelector("[data-waiting]");
  const items = await store.all("outbox");
  const refused = items.filter((item) => item.state === "rejected");
  // A form on this page that already says what is wrong with its entry needs no second word about it.
  const told = [...document.querySelectorAll(".errsum ~ form[data-outbox-key]")].map((form) => form.dataset.outboxKey);
  const rejected = refused.filter((item) => !told.includes(item.key));
  const count = items.length - refused.length;
  clearTimeout(timer);
  if (count) timer = setTimeout(drain, RETRY_MS);
  if (!line) return;
  line.hidden = !count && !rejected.length;
  line.replaceChildren();
  if (count) {
    const words = count === 1 ? word("waiting_one") : word("waiting_many", { n: count });
    line.append(make("span", {}, words, state === "locked" ? ` ${word("waiting_locked")}` : ""));
    if (state === "locked") line.append(make("a", { href: `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}` }, word("sign_in")));
    else line.append(make("button", { class: "btn btn-outline-secondary", type: "button", click: drain }, word("send_now")));
  }
  for (const item of rejected) {
    line.append(make("span", {}, `${word("rejected")} ${item.title ?? ""}`), make("span", { class: "waiting-do" },
      make("a", { href: `${item.page}#outbox=${encodeURIComponent(item.key)}` }, word("fix")),
      make("button", { class: "btn btn-link", type: "button", click: () => discard(item) }, word("discard"))));
  }
}

/* Its author lets a refused entry go; until the page changes it can be taken back. */
async function discard(item) {
  await store.remove("outbox", item.key);
  await show();
  const line = document.querySelector("[data-waiting]");
  if (!line) return;
  const back = async () => {
    await store.put("outbox", item);
    await show();
  };
  line.hidden = false;
  line.append(make("span", {}, `${word("discarded")} ${item.title ?? ""}`), make("button", { class: "btn btn-outline-secondary", type: "button", click: back }, word("undo")));
}
