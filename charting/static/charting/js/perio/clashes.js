// Somebody measured the same place meanwhile: both values are shown, and the person chooses.
import { queue } from "../offline/queue.js";
import { html } from "../svg.js";
import { code } from "../teeth.js";

/** @param {HTMLElement} place @param {import("./saving.js").Clash[]} clashes @param {Record<string, string>} words */
export function showClashes(place, clashes, words) {
  for (const clash of clashes) {
    const where = `${code(clash.tooth)} ${clash.place} · ${words[clash.measure] ?? clash.measure}`;
    const strip = html("div", { class: "alert-strip is-warning", role: "alert" });
    const keep = html("button", { type: "button", class: "btn btn-small" }, `${words.keepTheirs} ${shown(clash.stands, words)}`);
    const write = html("button", { type: "button", class: "btn btn-small" }, `${words.writeMine} ${shown(clash.value, words)}`);
    keep.addEventListener("click", () => queue.letGo(clash.key, `${words.measuredMeanwhile} ${shown(clash.stands, words)}`));
    write.addEventListener("click", () => queue.again(clash.key));
    const decided = () => {
      if (queue.entries.get(clash.key)?.state === "asked") return;
      strip.remove();
      queue.removeEventListener("changed", decided);
    };
    queue.addEventListener("changed", decided);
    strip.append(html("div", {}, `${where}: ${words.measuredMeanwhile}`), keep, write);
    place.append(strip);
  }
}

/** @param {import("./exam.js").Value} value @param {Record<string, string>} words */
function shown(value, words) {
  if (value === null || value === "") return words.nothing;
  return typeof value === "boolean" ? (value ? words.yes : words.no) : String(value);
}
