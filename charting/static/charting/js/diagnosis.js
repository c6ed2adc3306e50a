// Finding an ICD-10 code by typing its letters or words of its title.
import { call } from "./api.js";
import { html } from "./svg.js";

const WAIT_MS = 180;

/** @param {HTMLElement} place @param {Pick<ChartSetup, "words" | "codesLanguage">} setup @param {(code: string) => void} done */
export function attachCodeSearch(place, { words, codesLanguage }, done) {
  const input = /** @type {HTMLInputElement} */ (html("input", { type: "search", "aria-label": words.findCode, placeholder: words.findCode, autocomplete: "off" }));
  const list = html("ul", { class: "code-list", role: "listbox" });
  const isForeign = document.documentElement.lang !== codesLanguage;
  place.replaceChildren(input, ...(isForeign ? [html("p", { class: "small muted" }, words.codesLanguage)] : []), list);
  let timer = 0;
  let asked = 0;

  async function search() {
    asked += 1;
    const mine = asked;
    try {
      const found = /** @type {{code: string, title: string, language: string}[]} */ (await call(`/diagnosis-codes?q=${encodeURIComponent(input.value)}`));
      if (mine !== asked) return;
      list.replaceChildren(...(found.length ? found.map(row) : [html("li", { class: "muted" }, words.nothingFound)]));
      list.scrollIntoView({ block: "nearest" });
    } catch (error) {
      if (mine !== asked) return;
      list.replaceChildren(html("li", { class: "is-danger-text", role: "alert" }, /** @type {Error} */ (error).message));
    }
  }

  /** @param {{code: string, title: string, language: string}} found */
  function row(found) {
    const button = html("button", { type: "button" }, html("strong", {}, found.code), " ", html("span", { lang: found.language }, found.title));
    button.addEventListener("click", () => done(found.code));
    return html("li", {}, button);
  }

  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(search, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") list.querySelector("button")?.focus();
    if (event.key === "Enter") list.querySelector("button")?.click();
    if (event.key === "Escape") place.replaceChildren();
    if (["ArrowDown", "Enter", "Escape"].includes(event.key)) event.preventDefault();
  });
  input.focus();
  search();
}
