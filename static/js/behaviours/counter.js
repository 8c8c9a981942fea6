/* 28 / 500 under a text. */
export default function counter(area) {
  const output = document.getElementById(`${area.id}-count`);
  const limit = Number(area.dataset.limit) || area.maxLength;
  if (!output || limit < 1) return;
  const say = () => { output.textContent = `${area.value.length} / ${limit}`; };
  area.addEventListener("input", say);
  area.addEventListener("portal:written", say);
  say();
}
