/* Opens the <dialog> named in data-dialog. */
export default function dialogOpen(button) {
  const dialog = document.getElementById(button.dataset.dialog);
  if (!dialog) return;
  button.hidden = false;
  if (button.tagName === "A") button.setAttribute("role", "button");
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
}
