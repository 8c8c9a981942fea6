/* Copies data-copy, or the text or value of the element named in data-copy-from. */
import { word } from "../words.js";

export default function copy(button) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const source = button.dataset.copyFrom ? document.querySelector(button.dataset.copyFrom) : null;
    const text = button.dataset.copy ?? source?.value ?? source?.textContent.trim() ?? "";
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = word("copied");
      setTimeout(() => { button.textContent = label; }, 2000);
    } catch {
      if (source) getSelection().selectAllChildren(source);
    }
  });
}
