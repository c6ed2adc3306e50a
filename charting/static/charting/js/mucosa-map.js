// The open mouth as regions: the patient's right is on the left. Bands between two ovals, and ovals.

/** @typedef {[number, number, number, number]} Oval centre and half axes */

/** A band between two ovals around one centre, from one angle to the other; 180 is the patient's right, 270 above.
 * @param {Oval} oval @param {number} depth @param {number} from @param {number} to */
function band([x, y, rx, ry], depth, from, to) {
  const at = (/** @type {number} */ angle, /** @type {number} */ inner) => {
    const turn = (angle * Math.PI) / 180;
    return `${(x + (rx - inner) * Math.cos(turn)).toFixed(1)} ${(y + (ry - inner) * Math.sin(turn)).toFixed(1)}`;
  };
  return `M${at(from, 0)}A${rx} ${ry} 0 0 1 ${at(to, 0)}L${at(to, depth)}A${rx - depth} ${ry - depth} 0 0 0 ${at(from, depth)}Z`;
}

/** @param {number} x @param {number} y @param {number} rx @param {number} ry */
const oval = (x, y, rx, ry) => `M${x - rx} ${y}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0Z`;

const LIPS = /** @type {Oval} */ ([300, 225, 290, 218]);
const VESTIBULE = /** @type {Oval} */ ([300, 225, 258, 186]);
const UPPER = /** @type {Oval} */ ([300, 205, 196, 138]);
const LOWER = /** @type {Oval} */ ([300, 245, 196, 138]);

export const SIZE = [600, 450];

/** In the order in which the arrow keys go through the mouth. @type {[string, string][]} */
export const REGIONS = [
  ["lip_upper", band(LIPS, 28, 190, 350)],
  ["vestibule_upper", band(VESTIBULE, 26, 200, 340)],
  ["gingiva_1", band(UPPER, 34, 184, 238)],
  ["gingiva_2", band(UPPER, 34, 240, 300)],
  ["gingiva_3", band(UPPER, 34, 302, 356)],
  ["palate_hard", "M148 176A152 92 0 0 1 452 176L432 178A132 20 0 0 0 168 178Z"],
  ["palate_soft", "M166 182A134 20 0 0 1 434 182L420 196Q300 178 180 196Z"],
  ["uvula", "M290 190H310L308 204Q300 214 292 204Z"],
  ["pillar_right", "M178 200Q222 188 284 192L282 202Q226 198 196 220Z"],
  ["pillar_left", "M422 200Q378 188 316 192L318 202Q374 198 404 220Z"],
  ["pharynx", "M204 220Q236 204 282 206L291 214Q300 222 309 214L318 206Q364 204 396 220Q300 238 204 220Z"],
  ["retromolar_right", oval(132, 226, 22, 13)],
  ["retromolar_left", oval(468, 226, 22, 13)],
  ["corner_right", oval(28, 225, 15, 20)],
  ["corner_left", oval(572, 225, 15, 20)],
  ["cheek_right", "M54 176Q74 166 92 184V266Q74 284 54 274Q44 225 54 176Z"],
  ["cheek_left", "M546 176Q526 166 508 184V266Q526 284 546 274Q556 225 546 176Z"],
  ["tongue_right", "M206 236Q192 268 214 304L238 294Q226 264 234 238Z"],
  ["tongue_dorsum", "M238 238Q300 248 362 238Q374 268 358 292Q300 304 242 292Q226 264 238 238Z"],
  ["tongue_left", "M394 236Q408 268 386 304L362 294Q374 264 366 238Z"],
  ["tongue_tip", "M216 308L242 297Q300 309 358 297L384 308Q342 330 300 330Q258 330 216 308Z"],
  ["tongue_ventral", "M210 314Q300 352 390 314L380 326Q344 342 300 342Q256 342 220 326Z"],
  ["mouth_floor", "M186 300L204 318Q240 346 300 346Q360 346 396 318L414 300A150 100 0 0 1 186 300Z"],
  ["gingiva_6", band(LOWER, 34, 122, 176)],
  ["gingiva_5", band(LOWER, 34, 60, 120)],
  ["gingiva_4", band(LOWER, 34, 4, 58)],
  ["vestibule_lower", band(VESTIBULE, 26, 20, 160)],
  ["lip_lower", band(LIPS, 28, 10, 170)],
];
