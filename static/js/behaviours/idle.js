/* After so many minutes without a touch the page is put away behind the lock; what was typed is kept first. */
const ACTIVE = "portal-active";
const CHECK_MS = 10000;

export default function idle(body) {
  const limit = Number(body.dataset.idleMinutes) * 60000;
  if (!limit || !body.dataset.account) return;
  let last = Date.now();
  let locking = false;

  const touched = () => {
    last = Date.now();
    try { localStorage.setItem(ACTIVE, String(last)); } catch { /* then each tab counts for itself */ }
  };

  async function check() {
    let seen = last;
    try { seen = Math.max(last, Number(localStorage.getItem(ACTIVE)) || 0); } catch { /* as above */ }
    if (locking || Date.now() - seen < limit) return;
    locking = true;
    const saving = [];
    document.dispatchEvent(new CustomEvent("portal:flush", { detail: saving }));
    await Promise.race([Promise.allSettled(saving), new Promise((done) => setTimeout(done, 4000))]);
    const next = location.pathname + location.search;
    document.body.replaceChildren();
    location.replace(`/locked?next=${encodeURIComponent(next)}`);
  }

  for (const name of ["pointerdown", "keydown", "input", "wheel", "touchstart"]) {
    document.addEventListener(name, touched, { passive: true, capture: true });
  }
  touched();
  setInterval(check, CHECK_MS);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") check(); });
}
