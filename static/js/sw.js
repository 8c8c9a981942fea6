/* The service worker keeps the kit and pages that know nobody: "no connection", and the list and form of visits, which a
   phone fills from its own store. Never a page or an answer about people. */
const VERSION = new URL(self.location.href).search || "?v=0";
const CACHE = `portal-kit${VERSION}`;
const OFFLINE = "/offline";
const POCKET = "/visits/pocket";
const IN_POCKET = ["/visits", "/visits/new", "/visits/scan", POCKET];
const PATIENCE_MS = 8000;
const MODULES = ["words", "elements", "fields", "store", "session", "queue", "start", "theme"].map((name) => `/static/js/${name}.js`);
const BEHAVIOURS = ["waiting-list", "pocket", "pocket-link", "outbox", "scan"].map((name) => `/static/js/behaviours/${name}.js${VERSION}`);

/* Keep a page that knows nobody, under `key`, and give the static files that it asks for. Without cookies. */
async function keep(cache, url, key) {
  const page = await fetch(url, { credentials: "omit", cache: "no-store" });
  if (!page.ok || page.redirected) return [];
  const html = await page.clone().text();
  await cache.put(key, page);
  return [...html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1].replaceAll("&amp;", "&"));
}

async function fill() {
  const cache = await caches.open(CACHE);
  const kit = await keep(cache, OFFLINE, OFFLINE);
  await Promise.allSettled([...new Set([...kit, ...MODULES, ...BEHAVIOURS])].map((url) => cache.add(url)));
}

/* For those who visit: the list and the form, in their language. Signing out empties all caches, so all is looked at again. */
async function fillPocket(locale) {
  const cache = await caches.open(CACHE);
  const mine = `${POCKET}/${locale}`;
  if ((await cache.match(mine)) && (await cache.match(OFFLINE))) return;
  if (!(await cache.match(OFFLINE))) await fill();
  for (const other of await cache.keys()) {
    if (new URL(other.url).pathname.startsWith(`${POCKET}/`)) await cache.delete(other);
  }
  const kit = await keep(cache, mine, mine);
  await Promise.allSettled([...new Set(kit)].map((url) => cache.add(url)));
}

async function keptPocket() {
  const cache = await caches.open(CACHE);
  const found = (await cache.keys()).find((request) => new URL(request.url).pathname.startsWith(`${POCKET}/`));
  return found ? cache.match(found) : undefined;
}

async function tidy() {
  for (const name of await caches.keys()) {
    if (name.startsWith("portal-kit") && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

async function fromKit(request) {
  const versioned = new URL(request.url).search !== "";
  const kept = await caches.match(request);
  if (kept && versioned) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.type === "basic") (await caches.open(CACHE)).put(request, answer.clone());
    return answer;
  } catch (problem) {
    if (kept) return kept;
    throw problem;
  }
}

async function orOffline(request) {
  const { pathname } = new URL(request.url);
  const inPocket = request.method === "GET" && (IN_POCKET.includes(pathname) || pathname.startsWith("/c/")) ? await keptPocket() : undefined;
  try {
    if (!inPocket) return await fetch(request);
    // A weak signal is as good as none to somebody standing at a door.
    return await Promise.race([fetch(request), new Promise((_, fail) => setTimeout(() => fail(new Error("slow")), PATIENCE_MS))]);
  } catch (problem) {
    const page = inPocket ?? (await caches.match(OFFLINE));
    if (page) return page;
    throw problem;
  }
}

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("message", (event) => {
  if (["zh_Hans", "en"].includes(event.data?.pocket)) event.waitUntil(fillPocket(event.data.pocket));
});
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(orOffline(request));
  else if (request.method === "GET" && url.pathname.startsWith("/static/")) event.respondWith(fromKit(request));
});
