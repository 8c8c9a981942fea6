/* The list and the form of visits without signal, from what this phone keeps for the person who was signed in here last. */
import { make } from "../elements.js";
import * as store from "../store.js";
import { drain } from "../queue.js";

const DAY_MS = 86400000;
const version = new URL(import.meta.url).search;

/* Days from today to a local day written as 2026-11-23. */
function daysTo(due) {
  const [year, month, day] = due.split("-").map(Number);
  const now = new Date();
  return Math.round((new Date(year, month - 1, day) - new Date(now.getFullYear(), now.getMonth(), now.getDate())) / DAY_MS);
}

function dueTag(box, due) {
  const days = daysTo(due);
  const { late, lateOne, today, soon, soonOne } = box.dataset;
  const [words, tone] = days < 0 ? [days === -1 ? lateOne : late, "red"] : days === 0 ? [today, "amber"] : [days === 1 ? soonOne : soon, days <= 7 ? "blue" : "neutral"];
  return make("span", { class: `tag tag-${tone}` }, words.replace("{n}", Math.abs(days)));
}

function list(box, children, waiting) {
  const section = box.querySelector("[data-pocket-list]");
  section.hidden = false;
  box.querySelector("[data-pocket-none]").hidden = children.length > 0;
  section.querySelector("ul").replaceChildren(...children.map((child) => make("li", {},
    make("div", {}, make("strong", {}, child.label), " ", dueTag(box, child.due),
      waiting.has(child.ref) ? make("span", { class: "sub" }, box.dataset.waits) : null),
    make("a", { class: "btn btn-outline-primary", href: `/visits/new?child=${encodeURIComponent(child.ref)}`, "aria-label": `${box.dataset.child} – ${child.label}` }, box.dataset.child))));
}

async function form(box, children, child, code) {
  const { default: outbox } = await import(`./outbox.js${version}`);
  const section = box.querySelector("[data-pocket-form]");
  const known = children.find((one) => one.ref === child);
  const label = known?.label ?? (code ? box.dataset.card : box.dataset.child);
  const typed = section.querySelector("form");
  const key = crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  section.hidden = false;
  document.querySelector("h1").textContent = label;
  typed.elements.namedItem("client_key").value = typed.dataset.outboxKey = key;
  typed.elements.namedItem("child").value = child;
  typed.elements.namedItem("code").value = code;
  typed.dataset.outboxTitle = label;
  const where = code ? `code=${encodeURIComponent(code)}` : `child=${encodeURIComponent(child)}`;
  typed.dataset.outboxPage = `/visits/pocket?${where}`;
  await outbox(typed);
  if (!code) return;
  const pick = box.querySelector("[data-pocket-pick]");
  const select = pick.querySelector("select");
  pick.hidden = !children.length;
  select.append(...children.map((one) => make("option", { value: one.ref }, one.label)));
  select.value = typed.elements.namedItem("child").value;
  select.addEventListener("change", () => { typed.elements.namedItem("child").value = select.value; });
}

export default async function pocket(box) {
  const who = store.lastAccount();
  const asked = new URLSearchParams(location.search);
  // A card's own address, opened by the phone's camera, holds the code too.
  const [child, code] = [asked.get("child") ?? "", asked.get("code") ?? /^\/c\/([\w-]+)/.exec(location.pathname)?.[1] ?? ""];
  if (!who) {
    box.querySelector("[data-pocket-nobody]").hidden = false;
    return;
  }
  document.body.dataset.account = who;
  await store.forgetOld();
  const kept = await store.get("pocket", "plan");
  const children = kept?.children ?? [];
  if (location.pathname === "/visits/scan") {
    box.querySelector("[data-pocket-scan]").hidden = false;
    box.querySelector("[data-pocket-scan]").dispatchEvent(new CustomEvent("portal:scan"));
  } else if (child || code) {
    await form(box, children, child, code);
  } else {
    const waiting = new Set((await store.all("outbox")).map((item) => item.body.find(([name]) => name === "child")?.[1]));
    list(box, children, waiting);
  }
  await drain();
}
