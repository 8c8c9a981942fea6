/* On pages of those who visit: the phone keeps who is due, as a short label and a day, so that the list opens without signal. */
import * as store from "../store.js";

export default async function pocketFill() {
  const who = store.account();
  if (!who) return;
  let answer;
  try {
    answer = await fetch("/visits/plan", { redirect: "manual", credentials: "same-origin", cache: "no-store", headers: { "Accept": "application/json", "X-Poll": "1" } });
  } catch {
    return;
  }
  // Who may not visit any more keeps nothing.
  if (answer.status === 403 || answer.status === 404) await store.remove("pocket", "plan");
  if (!answer.ok || !(answer.headers.get("Content-Type") ?? "").includes("json")) return;
  const { account, children } = await answer.json();
  if (account !== who) return;
  await store.put("pocket", { key: "plan", children, saved_at: new Date().toISOString() });
  const worker = await navigator.serviceWorker?.ready;
  worker?.active?.postMessage({ pocket: document.body.dataset.locale === "en" ? "en" : "zh_Hans" });
}
