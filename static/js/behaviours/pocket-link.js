/* On the page without a connection: the way to the list of visits, where this phone keeps one. */
import * as store from "../store.js";

export default async function pocketLink(link) {
  const who = store.lastAccount();
  if (!who) return;
  const kept = await store.all("pocket", who);
  link.hidden = !kept.length;
}
