/* Follows a long task: GET data-progress-url answers {done, total, label, finished, url}. */
export default function progress(box) {
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-progress-text]");
  let wait = 1000;
  async function ask() {
    try {
      const response = await fetch(box.dataset.progressUrl, { redirect: "manual", cache: "no-store", headers: { "Accept": "application/json", "X-Poll": "1" } });
      const { done, total, label, finished, url } = await response.json();
      if (bar && total) { bar.max = total; bar.value = done; }
      if (text) text.textContent = label ?? `${done} / ${total}`;
      if (finished) {
        if (url) location.assign(url);
        return;
      }
      wait = 1000;
    } catch {
      wait = Math.min(wait * 2, 30000);
    }
    setTimeout(ask, wait);
  }
  ask();
}
