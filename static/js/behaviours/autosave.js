/* form[data-draft-url][data-draft-key][data-version]: first kept on this phone, then sent; only {saved} counts as saved. */
import { word, clockOf } from "../words.js";
import { make } from "../elements.js";
import * as store from "../store.js";
import { send } from "../session.js";
import { read, write, same, differing } from "../fields.js";
import { settle } from "../conflict.js";

const KEEP_AFTER_MS = 200;
const SEND_AFTER_MS = 700;
const RETRY_MS = [2000, 5000, 15000, 30000, 60000];

export default async function autosave(form) {
  const key = form.dataset.draftKey;
  const url = form.dataset.draftUrl;
  const clientKey = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  const status = form.querySelector("[data-save-status]");
  const asServed = read(form);
  let version = Number(form.dataset.version);
  let latest = null;
  let attempted = null;
  let sending = false;
  let undecided = null;
  let failures = 0;
  let gone = false;
  let keepTimer, sendTimer;

  /* The form itself says which version of the draft it was made of, for the real submit. */
  function tellVersion() {
    const field = form.querySelector("[data-version-field]");
    if (field) field.value = String(version);
  }

  function say(text, tone = "", ...more) {
    if (!status) return;
    status.dataset.tone = tone;
    status.replaceChildren(text, ...more.flatMap((element) => [" ", element]));
  }

  const signInLink = () => make("a", { href: `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}` }, word("sign_in"));

  async function keep() {
    clearTimeout(keepTimer);
    if (gone) return;
    const item = { key, url: location.pathname + location.search, title: document.querySelector("h1")?.firstChild.textContent.trim() || document.title, fields: read(form), saved_at: new Date().toISOString(), base_version: version, attempted, synced: false };
    if (latest && !latest.synced && JSON.stringify(latest.fields) === JSON.stringify(item.fields)) return;
    latest = item;
    try {
      await store.put("drafts", item);
      if (latest === item && !undecided) say(word("saved_here", { at: clockOf(item.saved_at) }));
    } catch {
      say(word("not_kept"), "wait");
    }
  }

  async function deliver(keepalive = false) {
    clearTimeout(sendTimer);
    if (gone || undecided || sending || !latest || latest.synced) return;
    sending = true;
    const item = latest;
    const before = attempted;
    attempted = item.fields;
    const body = JSON.stringify({ fields: item.fields, version, client_key: clientKey });
    const answer = await send(url, { body, type: "application/json", keepalive });
    sending = false;
    const { kind, status: code, data = {} } = answer;
    if (kind === "answer" && (data.saved === clientKey || data.saved === key)) {
      failures = 0;
      version = Number(data.version ?? version);
      tellVersion();
      await store.markSynced(key, item.saved_at, version).catch(() => {});
      if (latest === item) {
        item.synced = true;
        say(word("saved", { at: data.at ?? clockOf(Date.now()) }), "good");
      } else {
        schedule();
      }
    } else if (kind === "answer" && code === 409 && data.conflict) {
      // An answer that got lost on its way: the other version is what this form sent itself.
      if (before && !differing(before, data.conflict.fields).length) {
        version = Number(data.conflict.version);
        latest = null;
        await keep();
        await deliver();
        return;
      }
      undecided = data.conflict;
      decide();
    } else if (kind === "sign-in") {
      say(word("sign_in_to_send"), "wait", signInLink());
    } else if (kind === "away") {
      say(word("no_connection"), "wait");
      sendTimer = setTimeout(deliver, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
    } else {
      say(word("saved_here", { at: clockOf(item.saved_at) }), "wait");
    }
  }

  function decide() {
    settle(form, undecided, {
      onDecided(chosen) {
        version = Number(undecided.version);
        tellVersion();
        undecided = null;
        write(form, chosen);
        latest = null;
        keep().then(() => deliver());
      },
      onLater() {
        say(word("conflict_title"), "wait", make("button", { type: "button", class: "btn btn-outline-primary", click: decide }, word("conflict_done")));
      },
    });
  }

  function schedule() {
    clearTimeout(keepTimer);
    clearTimeout(sendTimer);
    keepTimer = setTimeout(keep, KEEP_AFTER_MS);
    sendTimer = setTimeout(() => keep().then(() => deliver()), SEND_AFTER_MS);
  }

  async function restore() {
    const kept = await store.get("drafts", key);
    if (!kept) return;
    const changed = Object.keys(kept.fields).some((name) => name in asServed && !same(kept.fields[name], asServed[name]));
    if (kept.synced || !changed) {
      await store.remove("drafts", key);
      return;
    }
    // The server decides with this version whether somebody else has written since.
    version = kept.base_version;
    tellVersion();
    write(form, kept.fields);
    latest = kept;
    attempted = kept.attempted ?? null;
    const line = make("div", { class: "note note-blue flash", role: "status" }, make("span", {}, word("restored", { at: clockOf(kept.saved_at) })));
    line.append(make("button", {
      type: "button", class: "btn btn-outline-secondary",
      click: async () => {
        clearTimeout(sendTimer);
        const sent = latest?.synced || version !== kept.base_version;
        if (!sent) version = Number(form.dataset.version);
        write(form, asServed);
        latest = null;
        await store.remove("drafts", key);
        line.remove();
        say("");
        // What had been sent meanwhile is taken back on the server as well.
        if (sent) schedule();
      },
    }, word("undo")));
    form.before(line);
    await deliver();
  }

  // Sent for good, from here or by the outbox: a copy kept now would come back in the next entry.
  document.addEventListener("portal:delivered", (event) => {
    if (event.detail.draft_key !== key) return;
    gone = true;
    clearTimeout(keepTimer);
    clearTimeout(sendTimer);
  });
  form.addEventListener("input", schedule);
  form.addEventListener("change", schedule);
  form.addEventListener("submit", () => { clearTimeout(sendTimer); keep(); });
  const leaving = () => { if (keepTimer || latest) keep().then(() => deliver(true)); };
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leaving(); else deliver(); });
  window.addEventListener("pagehide", leaving);
  window.addEventListener("online", () => deliver());
  document.addEventListener("portal:flush", (event) => event.detail.push(keep().then(() => deliver())));
  await restore().catch((problem) => console.warn("drafts", problem));
  // Somebody was quicker than this script.
  if (!latest && [...form.elements].some((e) => e.tagName === "TEXTAREA" && e.value !== e.defaultValue)) schedule();
}
