/* A password can be looked at while it is typed; it is hidden again when the form goes. */
import { make } from "../elements.js";

export default function showPassword(input) {
  const button = make("button", { class: "btn btn-link show-password", type: "button", "aria-pressed": "false", "aria-controls": input.id }, input.dataset.show);
  const turn = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };
  button.addEventListener("click", () => turn(input.type === "password"));
  input.after(button);
  input.form?.addEventListener("submit", () => turn(false));
}
