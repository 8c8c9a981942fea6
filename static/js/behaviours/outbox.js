/* form[data-outbox-key]: kept on this phone first, then sent; leaves only on {saved}. Without script, or with a file, it posts as any form;
   with data-outbox-files a photo is made small and waits too. data-outbox-page is where a refused entry is mended, data-outbox-title its name,
   data-outbox-on where to go on while it waits. */
import { word } from "../words.js";
import { make } from "../elements.js";
import * as store from "../store.js";
import { write, nameOf } from "../fields.js";
import { deliver, show } from "../queue.js";

const LONGEST_SIDE = 1600;

/* A photo made small, and by that without place and time; what this browser cannot read goes as it is. */
async function small(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = make("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return made ? new File([made], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

/* What is sent, without the token: that of the moment of sending counts. `before` are photos that waited already. */
async function bodyOf(form, submitter, before) {
  const stamp = form.elements.namedItem("device_at");
  if (stamp && !stamp.value) stamp.value = String(Date.now());
  const data = new FormData(form, submitter);
  const pairs = [];
  for (const [name, value] of data) {
    if (!(value instanceof File)) {
      if (name !== "csrf_token") pairs.push([name, value]);
    } else if (value.size) {
      pairs.push([name, await small(value)]);
    } else if (before.has(name)) {
      pairs.push([name, before.get(name)]);
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
  const photos = new Map();

  // "Fix and send again" comes back with the key of the entry that was refused.
  const again = new URLSearchParams(location.hash.slice(1)).get("outbox");
  const refused = again ? await store.get("outbox", again).catch(() => null) : null;
  if (refused) {
    key = form.dataset.outboxKey = refused.key;
    if (hidden) hidden.value = key;
    const fields = {};
    for (const [name, value] of refused.body) {
      if (!(value instanceof Blob)) fields[name] = name in fields ? [fields[name], value].flat() : value;
      else if (!(name in (refused.errors ?? {}))) photos.set(name, value);
    }
    write(form, fields);
    showErrors(form, refused.errors ?? {});
    await show();
  }

  // It waited here and is sent now: go on as if it had been sent at once.
  document.addEventListener("portal:delivered", (event) => {
    if (!busy && event.detail.key === key && event.detail.next) location.assign(event.detail.next);
  });

  form.addEventListener("submit", async (event) => {
    const plain = [...form.elements].some((e) => e.type === "file" && e.files.length) && !("outboxFiles" in form.dataset);
    if (plain || !store.account()) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    clearErrors(form);
    const title = form.dataset.outboxTitle || document.querySelector("h1")?.firstChild.textContent.trim() || document.title;
    const page = form.dataset.outboxPage || location.pathname + location.search;
    const body = await bodyOf(form, event.submitter, photos);
    const item = { key, url: form.action, page, title, body, draft_key: form.dataset.draftKey ?? null, saved_at: new Date().toISOString(), state: "waiting" };
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
    const alarm = form.elements.namedItem("emergency");
    if (answer.outcome === "waiting" && form.dataset.outboxOn && !alarm?.value && navigator.serviceWorker?.controller) {
      location.assign(form.dataset.outboxOn);
      return;
    }
    await show(answer.kind === "sign-in" ? "locked" : "away");
    if (answer.outcome === "waiting") document.querySelector("[data-waiting]")?.scrollIntoView({ block: "nearest" });
  });
}
