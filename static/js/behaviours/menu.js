/* A <details> menu closes on Escape, on a click elsewhere, and when the focus leaves it. */
export default function menu(details) {
  const summary = details.querySelector("summary");
  document.addEventListener("click", (event) => {
    if (details.open && (event.target === details || !details.contains(event.target))) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    summary.focus();
  });
  details.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false;
  });
}
