/* Talking to the server: only an answer of our own counts, never `ok` alone, for a redirect to the sign-in page is a 200. */
import { account } from "./store.js";

export const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

function adopt(token) {
  document.querySelector('meta[name="csrf-token"]')?.setAttribute("content", token);
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = token;
  if (document.body.hasAttribute("hx-headers")) document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
}

/* POST and return {kind, status, data}. kind: "answer" (JSON), "sign-in" (nobody is signed in), "away" (no connection or a server in trouble);
   from send() also "refused" (signed in, and still no). */
export async function post(url, { body, type, keepalive = false }) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST", body, keepalive, redirect: "manual", credentials: "same-origin", cache: "no-store",
      // Without a type the browser writes one itself, with the boundary of the parts.
      headers: { ...(type ? { "Content-Type": type } : {}), "Accept": "application/json", "X-CSRFToken": csrf() },
    });
  } catch {
    return { kind: "away", status: 0 };
  }
  if (response.status >= 500 || response.status === 429) return { kind: "away", status: response.status };
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  if (response.type === "opaqueredirect" || response.status === 401 || !isJson) return { kind: "sign-in", status: response.status };
  try {
    return { kind: "answer", status: response.status, data: await response.json() };
  } catch {
    return { kind: "away", status: response.status };
  }
}

/* A fresh token for the account whose page this is. "ready", "locked" (sign in or unlock first) or "away". */
export async function renew() {
  try {
    const response = await fetch("/session/token", { redirect: "manual", credentials: "same-origin", cache: "no-store", headers: { "Accept": "application/json", "X-Poll": "1" } });
    if (response.status >= 500) return "away";
    if (!response.ok || !(response.headers.get("Content-Type") ?? "").includes("json")) return "locked";
    const { csrf: token, account: who, locked } = await response.json();
    if (locked || !token || who !== account()) return "locked";
    adopt(token);
    return "ready";
  } catch {
    return "away";
  }
}

/* POST, and once more with a fresh token when the first one had grown old. */
export async function send(url, request) {
  const first = await post(url, request);
  const stale = first.kind === "sign-in" || (first.kind === "answer" && first.status === 400 && !first.data.saved);
  if (!stale || request.keepalive) return first;
  const state = await renew();
  if (state === "ready") {
    const second = await post(url, request);
    const refused = second.kind === "sign-in" && second.status >= 400 && second.status !== 401;
    return refused ? { kind: "refused", status: second.status } : second;
  }
  return { kind: state === "away" ? "away" : "sign-in", status: first.status };
}
