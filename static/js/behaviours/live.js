/* Asks every 5 s, while the page is looked at, how many notices wait and whether something is urgent. Never extends the sign-in. */
import { word } from "../words.js";
import { make } from "../elements.js";

const EVERY_MS = 5000;

export default function live(body) {
  if (!body.dataset.account) return;
  const bell = document.querySelector("[data-unread]");
  const place = document.querySelector("[data-urgent]");
  let wait = EVERY_MS;
  let shown = "";

  function tell({ unread = 0, urgent = [] }) {
    if (bell) {
      bell.hidden = !unread;
      bell.querySelector("[data-unread-number]").textContent = unread > 99 ? "99+" : unread;
    }
    const now = JSON.stringify(urgent);
    if (!place || now === shown) return;
    shown = now;
    place.replaceChildren(...urgent.map(({ title, url }) => make("div", { class: "note note-red urgent" }, make("strong", {}, word("urgent")), make("a", { href: url }, title))));
  }

  async function pulse() {
    if (document.visibilityState === "visible") {
      try {
        const response = await fetch("/notices/pulse", { redirect: "manual", credentials: "same-origin", cache: "no-store", headers: { "X-Poll": "1", "Accept": "application/json" } });
        if (!response.ok || !(response.headers.get("Content-Type") ?? "").includes("json")) throw new Error("no answer");
        tell(await response.json());
        wait = EVERY_MS;
      } catch {
        wait = Math.min(wait * 2, 60000);
      }
    }
    setTimeout(pulse, wait);
  }
  setTimeout(pulse, EVERY_MS);
}
