/* ? help, / search, g then h n s or a digit. Single keys can be switched off on this device (WCAG 2.1.4). */
const OFF = "portal-keys-off";

const isOff = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };

export default function keyboard() {
  const help = document.getElementById("keys");
  const box = help?.querySelector("[data-keys-off]");
  let going = 0;
  if (box) {
    box.checked = isOff();
    box.addEventListener("change", () => { try { localStorage.setItem(OFF, box.checked ? "1" : "0"); } catch { /* not kept, then */ } });
  }

  const places = {
    h: () => "/",
    n: () => "/notices",
    s: () => `/concerns/new?from=${encodeURIComponent(location.pathname)}`,
  };

  document.addEventListener("keydown", (event) => {
    if (isOff() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (Date.now() - going < 1500) {
      going = 0;
      const url = /^[1-9]$/.test(event.key) ? document.querySelectorAll(".mainnav li > a")[Number(event.key) - 1]?.href : document.body.dataset.account && places[event.key]?.();
      if (url) {
        event.preventDefault();
        location.assign(url);
      }
      return;
    }
    if (event.key === "g") going = Date.now();
    else if (event.key === "?" && help && !help.open) {
      event.preventDefault();
      help.showModal();
    } else if (event.key === "/") {
      const search = document.getElementById("site-search");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
  });
}
