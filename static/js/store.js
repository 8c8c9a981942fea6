/* What was typed on this phone, one IndexedDB database per account: stores `drafts` and `outbox`, both by `key`.
   Beside it `pocket`: what the server lets a phone keep for 48 hours at most, a short label and a day for each child. */
const LAST = "portal-account";
const KEPT_AFTER_SYNC_MS = 48 * 3600 * 1000;
const open = new Map();
let left = false;

export function account() {
  return document.body.dataset.account || "";
}

/* The account that was signed in last here, for pages that know nobody (offline). */
export function lastAccount() {
  try { return account() || localStorage.getItem(LAST) || ""; } catch { return account(); }
}

export function rememberAccount() {
  try { if (account()) localStorage.setItem(LAST, account()); } catch { /* storage is switched off; only the offline page needs this */ }
}

function database(who) {
  if (!who || left) return Promise.reject(new Error("no account"));
  if (!open.has(who)) {
    const opening = new Promise((resolve, reject) => {
      const request = indexedDB.open(`portal-${who}`, 2);
      request.onupgradeneeded = () => {
        for (const name of ["drafts", "outbox", "pocket"]) {
          if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath: "key" });
        }
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
      request.onsuccess = () => {
        request.result.onversionchange = () => { request.result.close(); open.delete(who); };
        request.result.onclose = () => open.delete(who);
        resolve(request.result);
      };
    });
    open.set(who, opening);
    opening.catch(() => open.delete(who));
  }
  return open.get(who);
}

async function run(store, mode, work, who = account()) {
  const db = await database(who);
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const put = (store, item) => run(store, "readwrite", (s) => s.put(item));
export const get = (store, key) => run(store, "readonly", (s) => s.get(key));
export const remove = (store, key) => run(store, "readwrite", (s) => s.delete(key));
export const all = (store, who) => run(store, "readonly", (s) => s.getAll(), who);

/* Mark a draft as saved on the server, unless more has been typed since `savedAt`. */
export async function markSynced(key, savedAt, version) {
  const db = await database(account());
  return new Promise((resolve, reject) => {
    const transaction = db.transaction("drafts", "readwrite");
    const drafts = transaction.objectStore("drafts");
    const reading = drafts.get(key);
    reading.onsuccess = () => {
      const item = reading.result;
      if (item) drafts.put({ ...item, base_version: version, synced: item.saved_at === savedAt });
    };
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
  });
}

/* Everything that would be lost if this account left the phone now. */
export async function unsent(who = account()) {
  const drafts = (await all("drafts", who)).filter((item) => !item.synced);
  return { drafts, outbox: await all("outbox", who) };
}

/* Copies that the server has anyway go after 48 hours, and so does what it told this phone; of anybody else at once. */
export async function forgetOld() {
  const limit = Date.now() - KEPT_AFTER_SYNC_MS;
  for (const item of await all("drafts")) {
    if (item.synced && Date.parse(item.saved_at) < limit) await remove("drafts", item.key);
  }
  for (const item of await all("pocket")) {
    const age = Date.now() - Date.parse(item.saved_at);
    if (!(age >= 0 && age < KEPT_AFTER_SYNC_MS)) await remove("pocket", item.key);
  }
  for (const { name } of (await indexedDB.databases?.()) ?? []) {
    const who = name.startsWith("portal-") ? name.slice("portal-".length) : "";
    if (who && who !== account()) await run("pocket", "readwrite", (s) => s.clear(), who);
  }
}

/* Sign-out: nothing of this account stays on the phone. */
export async function wipe() {
  const who = account();
  if (open.has(who)) {
    (await open.get(who)).close();
    open.delete(who);
  }
  left = true;
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(`portal-${who}`);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
  if ("caches" in window) {
    for (const name of await caches.keys()) await caches.delete(name);
  }
  try { localStorage.clear(); sessionStorage.clear(); } catch { /* storage is switched off, so nothing is there */ }
}
