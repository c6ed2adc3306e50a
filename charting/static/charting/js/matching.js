// Which entries of the palette fit what is typed; an entry whose code was typed comes first.
import { detailTyped, takes } from "./detail.js";

/** @param {string} text */
const plain = (text) => text.toLocaleLowerCase().replaceAll("ё", "е").normalize("NFD").replace(/\p{M}/gu, "");

/** What fits the words, else what fits them without the number or the date behind them and takes such a one.
 * @param {PaletteEntry[]} entries @param {string} mode @param {string} typed @returns {PaletteEntry[]} */
export function matching(entries, mode, typed) {
  const found = fitting(entries, mode, typed);
  const { rest, detail } = detailTyped(typed);
  return found.length || !detail ? found : fitting(entries, mode, rest).filter((entry) => takes(entry, detail));
}

/** Those of the layer that is being charted first; the others only when something is typed.
 * @param {PaletteEntry[]} entries @param {string} mode @param {string} typed @returns {PaletteEntry[]} */
function fitting(entries, mode, typed) {
  const wanted = plain(typed).split(/\s+/).filter(Boolean);
  const type = mode === "condition" ? "finding" : "service";
  const isCode = (/** @type {PaletteEntry} */ entry) => wanted.length === 1 && plain(entry.typed) === wanted[0];
  const fits = (/** @type {PaletteEntry} */ entry) => isCode(entry) || wanted.every((word) => plain(`${entry.title} ${entry.code}`).includes(word));
  const isOwn = (/** @type {PaletteEntry} */ entry) => entry.type === type || (type === "finding" && entry.type === "combination");
  const rank = (/** @type {PaletteEntry} */ entry) => (isCode(entry) ? 0 : 2) + (isOwn(entry) ? 0 : 1);
  return entries.filter((entry) => (isOwn(entry) || wanted.length > 0) && fits(entry)).sort((a, b) => rank(a) - rank(b));
}
