/* On the page without a connection: what waits on this phone for the account that was here last. */
import { clockOf } from "../words.js";
import { make } from "../elements.js";
import * as store from "../store.js";

export default async function waitingList(box) {
  const who = store.lastAccount();
  if (!who) return;
  const { drafts, outbox } = await store.unsent(who);
  const entries = [...outbox.map((item) => ({ ...item, url: item.page })), ...drafts];
  if (!entries.length) return;
  box.hidden = false;
  box.querySelector("ul").replaceChildren(...entries.map((item) => make("li", {},
    make("a", { href: item.url }, item.title), make("span", { class: "quiet nowrap" }, clockOf(item.saved_at)))));
}
