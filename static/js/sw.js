/* The service worker keeps the kit and one page that says "no connection". Never a page or an answer about people. */
const VERSION = new URL(self.location.href).search || "?v=0";
const CACHE = `portal-kit${VERSION}`;
const OFFLINE = "/offline";
const MODULES = ["words", "elements", "store", "session", "queue", "start", "theme", "behaviours/waiting-list"].map((name) => `/static/js/${name}.js`);

async function fill() {
  const cache = await caches.open(CACHE);
  // Without cookies, so that the kept page knows nobody.
  const page = await fetch(OFFLINE, { credentials: "omit", cache: "no-store" });
  if (!page.ok || page.redirected) return;
  const html = await page.clone().text();
  await cache.put(OFFLINE, page);
  const kit = [...html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1].replaceAll("&amp;", "&"));
  await Promise.allSettled([...new Set([...kit, ...MODULES, `/static/js/behaviours/waiting-list.js${VERSION}`])].map((url) => cache.add(url)));
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
  try {
    return await fetch(request);
  } catch (problem) {
    const page = await caches.match(OFFLINE);
    if (page) return page;
    throw problem;
  }
}

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(orOffline(request));
  else if (request.method === "GET" && url.pathname.startsWith("/static/")) event.respondWith(fromKit(request));
});
