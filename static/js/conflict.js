/* Two versions of the same form: both texts are shown for each field that differs, and a person chooses. */
import { word } from "./words.js";
import { make, ask } from "./elements.js";
import { read, differing, nameOf, shown } from "./fields.js";

function choice(form, name, side, title, value, checked) {
  return make("label", { class: "conflict-choice" },
    make("input", { class: "form-check-input", type: "radio", name: `choose-${name}`, value: side, checked }),
    make("strong", {}, title),
    make("span", { class: "written" }, shown(form, name, value) || word("nothing")));
}

/* conflict: {fields, version, at, device}. onDecided gets the fields as chosen; onLater when it was put off. */
export function settle(form, conflict, { onDecided, onLater }) {
  const mine = read(form);
  const names = differing(mine, conflict.fields);
  if (!names.length) {
    onDecided(mine);
    return;
  }
  let decided = false;
  const panel = make("form", { method: "dialog" },
    make("p", {}, word("conflict_text", { at: conflict.at ?? "", device: conflict.device ?? "" })),
    ...names.map((name) => make("fieldset", { class: "conflict-field" },
      make("legend", {}, nameOf(form, name)),
      choice(form, name, "mine", word("mine"), mine[name], true),
      choice(form, name, "theirs", word("theirs"), conflict.fields[name], false))),
    make("div", { class: "dialog-buttons" },
      make("button", { class: "btn btn-primary", type: "submit", value: "done" }, word("conflict_done")),
      make("button", { class: "btn btn-outline-secondary", type: "submit", value: "later" }, word("later"))));
  panel.addEventListener("submit", (event) => {
    if (event.submitter?.value !== "done") return;
    decided = true;
    const chosen = { ...mine };
    for (const name of names) {
      if (panel.querySelector(`[name="${CSS.escape(`choose-${name}`)}"]:checked`)?.value === "theirs") chosen[name] = conflict.fields[name];
    }
    onDecided(chosen);
  });
  ask(word("conflict_title"), panel).addEventListener("close", () => { if (!decided) onLater(); });
}
