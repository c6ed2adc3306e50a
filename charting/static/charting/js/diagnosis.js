// Finding an ICD-10 code by typing its letters or words of its title.
import { call, Refusal } from "./api.js";
import { html } from "./svg.js";

/** @typedef {{code: string, title: string, language: string}} Code */

const WAIT_MS = 180;
const MOST = 20;
const WHOLE_CODE = /^[a-z]\d\d(\.\d+)?$/i;
const [LOOKS, LATIN] = ["АВСЕНКМОРТХ", "ABCEHKMOPTX"];

/** A code that was begun in a Russian layout or with the comma of a number pad. @param {string} word in lower case */
const asCode = (word) => (/^\p{L}\d+[.,]?\d*$/u.test(word) ? (LATIN[LOOKS.indexOf(word[0].toUpperCase())] ?? word[0]).toLowerCase() + word.slice(1).replace(",", ".") : word);

/** Codes in force by their letters or words of their titles; without the clinic those of the mouth that this device holds, and the code that was typed.
 * @param {string} text @returns {Promise<Code[]>} */
async function codesLike(text) {
  try {
    return await call(`/diagnosis-codes?q=${encodeURIComponent(text)}`);
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 0) throw error;
    const held = /** @type {Code[]} */ (await call("/diagnosis-codes/oral").catch(() => []));
    const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = held.filter(({ code, title }) => wanted.every((word) => code.toLowerCase().startsWith(asCode(word)) || title.toLowerCase().includes(word))).slice(0, MOST);
    const typed = asCode(text.trim().toLowerCase()).toUpperCase();
    const isNew = WHOLE_CODE.test(typed) && !found.some(({ code }) => code === typed);
    if (!found.length && !isNew && !held.length) throw error;
    return isNew ? [{ code: typed, title: "", language: "" }, ...found] : found;
  }
}

/** @param {HTMLElement} place @param {Pick<ChartSetup, "words" | "codesLanguage">} setup @param {(code: string) => void} done @param {string} [first] the code that is offered before anything is typed */
export function attachCodeSearch(place, { words, codesLanguage }, done, first = "") {
  const input = /** @type {HTMLInputElement} */ (html("input", { type: "search", "aria-label": words.findCode, placeholder: words.findCode, autocomplete: "off" }));
  const list = html("ul", { class: "code-list", role: "listbox" });
  const isForeign = document.documentElement.lang !== codesLanguage;
  place.replaceChildren(input, ...(isForeign ? [html("p", { class: "small muted" }, words.codesLanguage)] : []), list);
  input.value = first;
  let timer = 0;
  let asked = 0;

  async function search() {
    asked += 1;
    const mine = asked;
    try {
      const found = await codesLike(input.value);
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
  input.select();
  search();
}
