// Greys and colours through a window: below `low` is black, above `high` white, between them an even ramp.

/** @typedef {{low: number, high: number, negative: boolean}} Shade */

/** @param {number} value @param {Shade} shade @param {boolean} isNegative */
function shadeOf(value, { low, high, negative }, isNegative) {
  const light = Math.min(Math.max(((value - low) / (high - low)) * 255, 0), 255);
  return Math.round(negative !== isNegative ? 255 - light : light);
}

/** @param {ImagePoints} points @param {Shade} shade */
function tableOf(points, shade) {
  const table = new Uint8ClampedArray(points.greys ? 65536 : 256);
  for (let point = 0; point < table.length; point += 1) table[point] = shadeOf(point * points.slope + points.intercept, shade, points.isNegative);
  return table;
}

/** @param {HTMLCanvasElement} canvas @param {ImagePoints} points @param {Shade} shade */
export function paint(canvas, points, shade) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  if (canvas.width !== points.columns || canvas.height !== points.rows) Object.assign(canvas, { width: points.columns, height: points.rows });
  const picture = context.createImageData(points.columns, points.rows);
  const table = tableOf(points, shade);
  if (points.greys) paintGreys(points.greys, table, new Uint32Array(picture.data.buffer));
  else if (points.colours) paintColours(points.colours, table, picture.data);
  context.putImageData(picture, 0, 0);
}

/** @param {Uint16Array} greys @param {Uint8ClampedArray} table @param {Uint32Array} target */
function paintGreys(greys, table, target) {
  const ready = Uint32Array.from(table, (light) => (0xff000000 | (light << 16) | (light << 8) | light) >>> 0);
  for (let point = 0; point < greys.length; point += 1) target[point] = ready[greys[point]];
}

/** @param {Uint8ClampedArray} colours @param {Uint8ClampedArray} table @param {Uint8ClampedArray} target */
function paintColours(colours, table, target) {
  for (let point = 0; point < colours.length; point += 4) {
    target[point] = table[colours[point]];
    target[point + 1] = table[colours[point + 1]];
    target[point + 2] = table[colours[point + 2]];
    target[point + 3] = 255;
  }
}

/** The window that two sliders from -100 to 100 ask for, seen from the file's own. @param {{low: number, high: number}} own @param {number} brightness @param {number} contrast */
export function windowOf(own, brightness, contrast) {
  const width = own.high - own.low;
  const half = (width * 2 ** (-contrast / 33)) / 2;
  const middle = (own.low + own.high) / 2 - (brightness / 100) * width;
  return { low: middle - half, high: middle + half };
}

/** Where the sliders stand for a window: the reverse of `windowOf`. @param {{low: number, high: number}} own @param {{low: number, high: number}} shown */
export function slidersOf(own, shown) {
  const width = own.high - own.low;
  const contrast = -33 * Math.log2((shown.high - shown.low) / width);
  const brightness = (((own.low + own.high) / 2 - (shown.low + shown.high) / 2) / width) * 100;
  return { brightness: Math.round(brightness), contrast: Math.round(contrast) };
}
