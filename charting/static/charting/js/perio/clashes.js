// Somebody measured the same place meanwhile: both values are shown, and the person chooses.
import { html } from "../svg.js";
import { code } from "../teeth.js";

/** @param {HTMLElement} place @param {import("./saving.js").Clash[]} clashes @param {Record<string, string>} words @param {(entry: import("./exam.js").Entry, seen: import("./exam.js").Value) => void} choose */
export function showClashes(place, clashes, words, choose) {
  for (const clash of clashes) {
    const where = `${code(clash.tooth)} ${clash.place} · ${words[clash.measure] ?? clash.measure}`;
    const strip = html("div", { class: "alert-strip is-warning", role: "alert" });
    const keep = html("button", { type: "button", class: "btn btn-small" }, `${words.keepTheirs} ${shown(clash.stands, words)}`);
    const write = html("button", { type: "button", class: "btn btn-small" }, `${words.writeMine} ${shown(clash.value, words)}`);
    keep.addEventListener("click", () => strip.remove());
    write.addEventListener("click", () => {
      choose({ tooth: clash.tooth, measure: clash.measure, place: clash.place, value: clash.value }, clash.stands);
      strip.remove();
    });
    strip.append(html("div", {}, `${where}: ${words.measuredMeanwhile}`), keep, write);
    place.append(strip);
  }
}

/** @param {import("./exam.js").Value} value @param {Record<string, string>} words */
function shown(value, words) {
  if (value === null || value === "") return words.nothing;
  return typeof value === "boolean" ? (value ? words.yes : words.no) : String(value);
}
