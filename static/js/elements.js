/* make("p", {class: "sub"}, "text", child): an element without any HTML text, so nothing typed can become markup. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/* Open a <dialog> made of these children; it is removed when it closes. */
export function ask(title, ...children) {
  const dialog = make("dialog", { class: "dialog", "aria-label": title }, make("h2", { class: "dialog-title" }, title), ...children);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
