// Another diagnosis in the note: its code is found by typing, and sent with the tooth that is chosen beside it.
import { attachCodeSearch } from "./diagnosis.js";
import { byId } from "./svg.js";

/** @type {{words: Record<string, string>, codesLanguage: string}} */
const setup = JSON.parse(byId("note-setup").textContent ?? "{}");

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-find]");
  const form = /** @type {HTMLFormElement | null} */ (button?.closest("[data-find-diagnosis]") ?? null);
  const place = /** @type {HTMLElement | null} */ (form?.querySelector("[data-found]") ?? null);
  if (!form || !place) return;
  attachCodeSearch(place, setup, (code) => {
    /** @type {HTMLInputElement} */ (form.elements.namedItem("code")).value = code;
    form.requestSubmit();
  });
});
