/* <details class="ask"> unfolds in place without script; with it, the same form stands in a modal dialog. */
import { make } from "../elements.js";

export default function ask(details) {
  const summary = details.querySelector("summary");
  const body = details.querySelector(".ask-body");
  const title = body.querySelector(".dialog-title");
  const dialog = make("dialog", { class: "dialog", "aria-label": title?.textContent ?? summary.textContent.trim() });
  const close = body.querySelector("[data-close]");
  summary.setAttribute("role", "button");
  summary.setAttribute("aria-haspopup", "dialog");
  if (close) {
    close.hidden = false;
    close.addEventListener("click", () => dialog.close());
  }
  // In <body>, not in the <details>: what is closed there is not shown, dialogs included.
  dialog.append(body);
  document.body.append(dialog);
  summary.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
}
