/* Writes the date in words beside a native date input, which shows the browser's own format. */
import { word } from "../words.js";

function inWords(value) {
  const [day, time = ""] = value.split("T");
  const [year, month, date] = day.split("-").map(Number);
  const at = new Date(year, month - 1, date);
  if (!year || Number.isNaN(at.getTime()) || year < 1000) return "";
  const weekday = word("weekdays")[at.getDay()];
  const words = document.documentElement.lang.startsWith("zh") ? `${day}（${weekday}）` : `${weekday} ${date} ${word("months")[month - 1]} ${year}`;
  return time ? `${words} ${time}` : words;
}

export default function dateWords(input) {
  const output = document.getElementById(`${input.id}-words`);
  if (!output) return;
  const say = () => { output.textContent = inWords(input.value); };
  input.addEventListener("input", say);
  input.addEventListener("portal:written", say);
  if (input.value) say();
}
