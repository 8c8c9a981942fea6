/* The translated words that the layout put into the page. */
let words = null;

export function word(key, facts = {}) {
  if (!words) {
    const block = document.getElementById("words");
    words = block ? JSON.parse(block.textContent) : {};
  }
  const text = words[key] ?? key;
  if (typeof text !== "string") return text;
  return text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}

/* 10:42, in the time of this device. */
export function clockOf(moment) {
  const at = new Date(moment);
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}
