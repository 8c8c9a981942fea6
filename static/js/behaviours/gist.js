/* details: its [data-gist] says in a line what is chosen inside, so that it need not be opened. */
function gistOf(details, form) {
  const without = form?.querySelector('[name="contact"][value="no"]')?.checked;
  const typed = details.querySelector('[value="other"]')?.checked;
  return [...details.querySelectorAll("input")].map((element) => {
    if ((without && element.closest(".if-met")) || (!typed && element.closest(".if-other-length"))) return "";
    if (element.type === "date") return element.value && (details.querySelector(`#${CSS.escape(element.id)}-words`)?.textContent.trim() || element.value);
    if (element.type === "radio") return element.checked && element.value !== "other" ? element.labels[0]?.textContent.trim() : "";
    if (["checkbox", "hidden"].includes(element.type)) return "";
    return element.value && `${element.value} ${element.closest(".with-unit")?.querySelector(".unit")?.textContent.trim() ?? ""}`.trim();
  }).filter(Boolean).join(" · ");
}

export default function gist(details) {
  const form = details.closest("form");
  const line = details.querySelector("[data-gist]");
  // After the date beside the field has been put into words.
  const say = () => setTimeout(() => { line.textContent = gistOf(details, form); });
  for (const happening of ["input", "change", "portal:written"]) (form ?? details).addEventListener(happening, say);
  say();
}
