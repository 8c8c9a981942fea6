/* Signing out empties this phone; what is not sent yet is said first. */
import { word } from "../words.js";
import { make, ask } from "../elements.js";
import * as store from "../store.js";

export default function signOut(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const left = await store.unsent().catch(() => ({ drafts: [], outbox: [] }));
    const titles = [...left.drafts, ...left.outbox].map((item) => item.title);
    const leave = async () => {
      await store.wipe().catch(() => {});
      form.submit();
    };
    if (!titles.length) {
      await leave();
      return;
    }
    const dialog = ask(word("sign_out_title"),
      make("p", {}, word("sign_out_text", { n: titles.length })),
      make("ul", {}, ...titles.map((title) => make("li", {}, title))),
      make("div", { class: "dialog-buttons" },
        make("button", { class: "btn btn-primary", type: "button", click: () => dialog.close() }, word("stay")),
        make("button", { class: "btn btn-outline-secondary", type: "button", click: leave }, word("sign_out_anyway"))));
  });
}
