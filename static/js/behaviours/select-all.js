/* "All on this page" and the number chosen, for the checkboxes of the same form. */
import { word } from "../words.js";

export default function selectAll(bar) {
  const form = bar.closest("form") ?? document;
  const boxes = [...form.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(bar.dataset.name ?? "ref")}"]`)];
  const holder = bar.querySelector("[data-select-all]");
  const every = holder?.querySelector("input");
  const output = bar.querySelector("[data-chosen]");
  if (!boxes.length || !every) return;
  holder.hidden = false;
  const say = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    every.checked = chosen === boxes.length;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
    if (output) output.textContent = chosen ? word("chosen", { n: chosen }) : "";
  };
  every.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
    say();
  });
  for (const box of boxes) box.addEventListener("change", say);
  say();
}
