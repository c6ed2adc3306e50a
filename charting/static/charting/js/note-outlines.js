// Templates of the whole note: the one that fits what was charted fills every empty section by one key; nothing that is written is touched.
import { call } from "./api.js";
import { html } from "./svg.js";

/** @typedef {{id: string, title: string, score: number, sections: Record<string, string>}} Offer */

/**
 * Put the text in as if it were typed, so that Ctrl+Z takes it out again.
 * @param {HTMLTextAreaElement} area @param {string} text
 */
export function type(area, text) {
  area.focus();
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {HTMLFormElement} form @param {string} visit @param {Record<string, string>} words */
export async function attachOutlines(form, visit, words) {
  const place = /** @type {HTMLElement} */ (document.getElementById("note-outlines"));
  const areas = /** @type {HTMLTextAreaElement[]} */ ([...form.querySelectorAll("textarea")]);
  const result = html("p", { class: "small muted", role: "status" });
  let offers = /** @type {Offer[]} */ ([]);

  const fitting = () => offers.find((offer) => offer.score > 0);

  /** @param {Offer} offer */
  function fill(offer) {
    const empty = areas.filter((area) => offer.sections[area.name] && !area.value.trim());
    const kept = areas.filter((area) => offer.sections[area.name] && area.value.trim());
    for (const area of empty) type(area, offer.sections[area.name]);
    const blank = areas.find((area) => area.value.includes("___"));
    if (blank) selectBlank(blank);
    else document.querySelector("#sign-form button")?.scrollIntoView({ block: "nearest" });
    result.textContent = [empty.length ? words.filled : words.nothingToFill, kept.length ? words.keptWritten : "", blank ? words.blanks : ""].filter(Boolean).join(" ");
  }

  async function load() {
    try {
      offers = await call(`/visits/${visit}/outlines`);
      show();
    } catch (error) {
      const retry = html("button", { type: "button", class: "btn btn-small" }, words.tryAgain);
      retry.addEventListener("click", load);
      place.replaceChildren(html("p", { class: "is-danger-text", role: "alert" }, /** @type {Error} */ (error).message), retry);
    }
  }

  function show() {
    const first = fitting();
    if (!offers.length) return place.replaceChildren(html("p", { class: "small muted" }, words.noOutlines));
    const rest = offers.filter((offer) => offer !== first);
    const name = first ? words.otherOutline : words.chooseOutline;
    const menu = /** @type {HTMLSelectElement} */ (html("select", { "aria-label": name }, html("option", { value: "" }, name), ...rest.map((offer) => html("option", { value: offer.id }, offer.title))));
    menu.addEventListener("change", () => {
      const chosen = rest.find((offer) => offer.id === menu.value);
      menu.value = "";
      if (chosen) fill(chosen);
    });
    const main = first ? [html("button", { type: "button", class: "btn btn-primary", title: words.fillKey }, `${words.fill}: ${first.title}`, html("kbd", {}, "F2"))] : [];
    main[0]?.addEventListener("click", () => first && fill(first));
    place.replaceChildren(html("div", { class: "row" }, ...main, ...(rest.length ? [menu] : [])), result);
  }

  document.addEventListener("keydown", async (event) => {
    if (event.key !== "F2" || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    await load();
    const first = fitting();
    if (first) fill(first);
    else result.textContent = offers.length ? words.noneFits : "";
  });
  document.addEventListener("htmx:afterSwap", load);
  await load();
}

/** The first blank is selected, so that what is typed takes its place. @param {HTMLTextAreaElement} area */
function selectBlank(area) {
  const start = area.value.indexOf("___");
  area.focus();
  area.setSelectionRange(start, start + 3);
}
