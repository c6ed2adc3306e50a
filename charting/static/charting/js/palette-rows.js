// How an entry of the palette looks: in the list with its star and its unit, and under a number key.
import { held, star } from "./favourites.js";
import { html } from "./svg.js";

/** @param {PaletteEntry} entry @param {PaletteData} data @param {Record<string, string>} words @param {boolean} isMap */
export function lineOf(entry, data, words, isMap) {
  const slot = held(data, isMap).find(([, kept]) => kept.key === entry.key)?.[0];
  const button = html("button", { type: "button", class: `palette-entry is-${entry.type}`, "data-entry": entry.key }, html("span", {}, entry.title));
  for (const told of [entry.code, entry.typed]) if (told) button.append(html("small", {}, told));
  if (slot) button.append(html("kbd", {}, slot));
  const hasRoles = Object.keys(entry.roles ?? {}).length > 0;
  const unit = hasRoles ? words.rolesShort : entry.is_dated ? words.sinceShort : entry.amount && !entry.amount.is_needed ? entry.amount.unit : "";
  return html("li", { class: "palette-line" }, button, ...(unit ? [detailButton(entry, unit, words)] : []), star(entry, slot, words));
}

/** Puts the entry on the chart with a number or a date. @param {PaletteEntry} entry @param {string} unit @param {Record<string, string>} words */
const detailButton = (entry, unit, words) => html("button", { type: "button", class: "palette-amount", "data-measure": entry.key, title: unit === words.rolesShort ? words.withRoles : words.withDetail, "aria-label": `${entry.title}: ${unit === words.rolesShort ? words.withRoles : `${words.withDetail}, ${unit}`}` }, unit);

/** @param {PaletteData} data @param {boolean} isMap */
export const keysOf = (data, isMap) => held(data, isMap).map(([slot, entry]) =>
  html("li", {}, html("button", { type: "button", class: "palette-key", "data-entry": entry.key, title: entry.title }, html("kbd", {}, slot), html("span", {}, entry.title))));
