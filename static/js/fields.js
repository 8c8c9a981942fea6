/* Reading and writing what a form holds, by field name. */
const SKIP = new Set(["csrf_token", "client_key", "draft_version"]);
const SKIP_TYPES = new Set(["file", "password", "submit", "button", "reset", "image"]);

function controls(form) {
  const byName = new Map();
  for (const element of form.elements) {
    if (!element.name || SKIP.has(element.name) || SKIP_TYPES.has(element.type) || element.tagName === "FIELDSET" || element.tagName === "OUTPUT") continue;
    byName.set(element.name, [...(byName.get(element.name) ?? []), element]);
  }
  return byName;
}

/* {name: "text"} or {name: ["a", "b"]} where several inputs share the name; unticked is "" or []. */
export function read(form) {
  const fields = {};
  for (const [name, group] of controls(form)) {
    const [first] = group;
    if (first.type === "radio") fields[name] = group.find((e) => e.checked)?.value ?? "";
    else if (first.type === "checkbox" && group.length === 1) fields[name] = first.checked ? first.value : "";
    else if (first.type === "checkbox") fields[name] = group.filter((e) => e.checked).map((e) => e.value);
    else if (first.type === "select-multiple") fields[name] = [...first.selectedOptions].map((o) => o.value);
    else fields[name] = group.length === 1 ? first.value : group.map((e) => e.value);
  }
  return fields;
}

export function write(form, fields) {
  for (const [name, group] of controls(form)) {
    if (!(name in fields)) continue;
    const values = [fields[name]].flat().map(String);
    group.forEach((element, i) => {
      if (element.type === "radio" || element.type === "checkbox") element.checked = values.includes(element.value);
      else if (element.type === "select-multiple") [...element.options].forEach((o) => { o.selected = values.includes(o.value); });
      else element.value = values[i] ?? "";
      element.dispatchEvent(new CustomEvent("portal:written", { bubbles: true }));
    });
  }
}

export const same = (a, b) => JSON.stringify([a ?? ""].flat()) === JSON.stringify([b ?? ""].flat());

export function differing(mine, theirs) {
  return Object.keys(theirs).filter((name) => name in mine && !same(mine[name], theirs[name]));
}

/* The words in front of a field, as its reader sees them. */
export function nameOf(form, name) {
  const element = [...form.elements].find((e) => e.name === name);
  const label = element?.closest("fieldset")?.querySelector("legend") ?? element?.labels?.[0];
  return (label?.firstChild?.textContent ?? label?.textContent ?? name).trim();
}

/* A value as words: the label of a choice, not its code. */
export function shown(form, name, value) {
  const group = [...form.elements].filter((e) => e.name === name);
  return [value].flat().map((v) => {
    if (group[0]?.tagName === "SELECT") return [...group[0].options].find((o) => o.value === v)?.text ?? v;
    if (["radio", "checkbox"].includes(group[0]?.type)) return group.find((e) => e.value === v)?.labels?.[0]?.textContent.trim() ?? v;
    return v;
  }).filter((v) => v !== "").join("、");
}
