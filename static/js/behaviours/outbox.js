/* form[data-outbox-key]: kept on this phone first, then sent; leaves only on {saved}. Without script, or with a file, it posts as any form. */
import { word } from "../words.js";
import { make } from "../elements.js";
import * as store from "../store.js";
import { write, nameOf } from "../fields.js";
import { deliver, show } from "../queue.js";

function bodyOf(form, submitter) {
  const data = new FormData(form, submitter);
  const pairs = [];
  for (const [name, value] of data) {
    if (value instanceof File) {
      if (value.size) return null;
    } else if (name !== "csrf_token") {
      pairs.push([name, value]);
    }
  }
  return pairs;
}

function clearErrors(form) {
  form.parentElement.querySelector(":scope > .errsum")?.remove();
  for (const old of form.querySelectorAll(".err")) old.remove();
  for (const box of form.querySelectorAll(".bad")) box.classList.remove("bad");
  for (const element of form.querySelectorAll("[aria-invalid]")) element.removeAttribute("aria-invalid");
}

function showErrors(form, errors) {
  clearErrors(form);
  const list = make("ul");
  for (const [name, messages] of Object.entries(errors)) {
    const text = [messages].flat().join(" ");
    const element = [...form.elements].find((e) => e.name === name && e.type !== "hidden");
    if (!element) {
      list.append(make("li", {}, text));
      continue;
    }
    list.append(make("li", {}, make("a", { href: `#${element.id}` }, `${nameOf(form, name)}${word("colon")}${text}`)));
    const box = element.closest(".field");
    const message = make("p", { class: "err", id: `${element.id}-error`, "data-outbox": true }, text);
    box?.classList.add("bad");
    (box?.querySelector("legend, label") ?? element).after(message);
    element.setAttribute("aria-invalid", "true");
    element.setAttribute("aria-describedby", `${element.getAttribute("aria-describedby") ?? ""} ${message.id}`.trim());
  }
  const summary = make("div", { class: "errsum", role: "alert", tabindex: "-1" }, make("h2", {}, word("check_this")), list);
  form.before(summary);
  summary.focus();
}

export default async function outbox(form) {
  const status = form.querySelector("[data-save-status]");
  const hidden = form.querySelector('[name="client_key"]');
  let key = form.dataset.outboxKey;
  let busy = false;

  // "Fix and send again" comes back with the key of the entry that was refused.
  const again = new URLSearchParams(location.hash.slice(1)).get("outbox");
  const refused = again ? await store.get("outbox", again).catch(() => null) : null;
  if (refused) {
    key = form.dataset.outboxKey = refused.key;
    if (hidden) hidden.value = key;
    const fields = {};
    for (const [name, value] of refused.body) fields[name] = name in fields ? [fields[name], value].flat() : value;
    write(form, fields);
    showErrors(form, refused.errors ?? {});
    await show();
  }

  // It waited here and is sent now: go on as if it had been sent at once.
  document.addEventListener("portal:delivered", (event) => {
    if (!busy && event.detail.key === key && event.detail.next) location.assign(event.detail.next);
  });

  form.addEventListener("submit", async (event) => {
    const body = bodyOf(form, event.submitter);
    if (!body || !store.account()) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    clearErrors(form);
    const item = { key, url: form.action, page: location.pathname + location.search, title: document.querySelector("h1")?.firstChild.textContent.trim() || document.title, body, draft_key: form.dataset.draftKey ?? null, saved_at: new Date().toISOString(), state: "waiting" };
    try {
      await store.put("outbox", item);
    } catch {
      busy = false;
      form.submit();
      return;
    }
    const answer = await deliver(item);
    busy = false;
    if (answer.outcome === "saved") {
      location.assign(answer.data.next || location.pathname);
      return;
    }
    if (answer.outcome === "rejected") showErrors(form, answer.data?.errors ?? { "": [word("failed")] });
    else if (status) {
      status.dataset.tone = "wait";
      status.textContent = word("kept_to_send");
    }
    await show(answer.kind === "sign-in" ? "locked" : "away");
    if (answer.outcome === "waiting") document.querySelector("[data-waiting]")?.scrollIntoView({ block: "nearest" });
  });
}
