// A place typed before what is found there: `14-16 MO caries`, `q1 calculus`, `upper missing`, `m20 ulcer`, in the reader's notation.
import { quadrantOf } from "./extras.js";
import { ALL_ROWS } from "./layout.js";
import { toothTyped } from "./teeth.js";

/** @typedef {{teeth: Map<number, Set<string>> | null, site?: string, rest: string}} Typed `teeth` is nothing when no place was typed; `site` is a region of the mucosa */

/** @type {Record<string, string[]>} letters as one types them, the first surface that the tooth has */
export const SURFACES = { M: ["M"], D: ["D"], O: ["O", "I"], I: ["O", "I"], V: ["V"], B: ["V"], L: ["L"], P: ["L"], C: ["V5"] };
const CYRILLIC = new Map(Object.entries({ М: "M", Д: "D", О: "O", И: "I", В: "V", Л: "L", Б: "B", П: "P", С: "C", К: "R" }));
/** @type {Record<string, string>} an R before the letter is the surface of the root */
export const ROOT_SURFACES = { M: "RM", D: "RD", V: "RV", B: "RV", L: "RL", P: "RL" };
/** @type {Record<string, string[]>} */
const TYPED = { ...SURFACES, V5: ["V5"], B5: ["V5"], L5: ["L5"], P5: ["L5"], ...Object.fromEntries(Object.entries(ROOT_SURFACES).map(([letter, code]) => [`R${letter}`, [code]])) };

/**
 * @param {string} text
 * @param {{rows: import("./layout.js").Spot[][], known: Map<number, ToothData>, words: Record<string, string>, regions: Record<string, string>}} board `regions`: their numbers on the map
 * @returns {Typed}
 */
export function readPlace(text, board) {
  const [, first, gap, behind] = /^\s*(\S+)(\s*)(.*)$/su.exec(text) ?? ["", "", "", ""];
  const [, region] = /^[mм](\d{1,2})$/iu.exec(first) ?? [];
  const site = region && gap ? Object.keys(board.regions).find((name) => board.regions[name] === region) : undefined;
  if (site) return { teeth: null, site, rest: behind };
  const numbers = first ? numbersOf(first.toLocaleUpperCase(), board) : [];
  if (!numbers.length || !gap) return { teeth: null, rest: text };
  const [, letters, after] = /^(\S+)\s(.*)$/su.exec(behind) ?? ["", "", ""];
  const latin = [...letters.toLocaleUpperCase()].map((letter) => CYRILLIC.get(letter) ?? letter).join("");
  const wanted = latin.match(/R[MDVBLP](?!5)|.5?/gsu) ?? [];
  const isSurfaces = wanted.length > 0 && wanted.every((letter) => TYPED[letter]);
  const teeth = new Map(numbers.map((number) => [number, surfacesOf(number, isSurfaces ? wanted : [], board.known)]));
  return { teeth, rest: (isSurfaces ? after : behind).trim() };
}

/** @param {number} number @param {string[]} letters @param {Map<number, ToothData>} known */
function surfacesOf(number, letters, known) {
  const has = known.get(number)?.surfaces ?? [];
  return new Set(letters.flatMap((letter) => TYPED[letter].find((code) => has.includes(code)) ?? []));
}

/** @param {string} typed @param {{rows: import("./layout.js").Spot[][], words: Record<string, string>}} board @returns {number[]} in the order of the rows */
function numbersOf(typed, { rows, words }) {
  const all = rows.flat();
  if (typed === words.placeAll.toLocaleUpperCase()) return all.map((spot) => spot.number);
  if (typed === words.placeUpper.toLocaleUpperCase()) return all.filter((spot) => spot.isUpper).map((spot) => spot.number);
  if (typed === words.placeLower.toLocaleUpperCase()) return all.filter((spot) => !spot.isUpper).map((spot) => spot.number);
  const quadrant = /^(?:Q|К)([1-8])$/u.exec(typed);
  if (quadrant) return rowsOf(rows).flat().filter((number, at, found) => quadrantOf(number) === Number(quadrant[1]) && found.indexOf(number) === at);
  const parts = typed.split(",").filter(Boolean).map((part) => rangeOf(part, rows));
  return parts.every((part) => part.length) ? [...new Set(parts.flat())] : [];
}

/** The rows as they are drawn, then those that are not: a primary tooth can be typed on a permanent mouth. @param {import("./layout.js").Spot[][]} drawn @returns {number[][]} */
function rowsOf(drawn) {
  return [...drawn.map((row) => row.map((spot) => spot.number)), ...ALL_ROWS];
}

/** One tooth, or all from one to another of the same row. A sign of Haderup is no dash. @param {string} part @param {import("./layout.js").Spot[][]} rows */
function rangeOf(part, rows) {
  const one = toothTyped(part);
  if (one) return [one];
  for (const dash of part.matchAll(/[-–—]|\.\./gu)) {
    const [from, to] = [toothTyped(part.slice(0, dash.index)), toothTyped(part.slice(dash.index + dash[0].length))];
    const row = from && to && rowsOf(rows).find((numbers) => numbers.includes(from) && numbers.includes(to));
    if (row) return row.slice(Math.min(row.indexOf(from), row.indexOf(to)), Math.max(row.indexOf(from), row.indexOf(to)) + 1);
  }
  return [];
}
