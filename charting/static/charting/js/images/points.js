// The points of a picture: greys of a DICOM frame as the file holds them, or the colours of a photograph.

const LARGEST = 4096; // a longer photograph is made smaller: shading it would take too long

/** @param {ImageSetup} setup @param {number} frame @returns {Promise<ImagePoints>} */
export function load(setup, frame) {
  return setup.isDicom ? loadFrame(`${setup.url}?frame=${frame}`) : loadPhotograph(setup.url);
}

/** @param {string} url */
async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

/** @param {string} url @returns {Promise<ImagePoints>} */
async function loadFrame(url) {
  const answer = await fetched(url);
  const meaning = JSON.parse(answer.headers.get("Picture-Points") ?? "{}");
  const body = await answer.arrayBuffer();
  const { columns, rows, slope, intercept, low, high } = meaning;
  const common = { columns, rows, slope, intercept, low, high, isNegative: meaning.is_negative, factor: 1 };
  if (meaning.is_grey) return { ...common, greys: new Uint16Array(body), colours: null };
  return { ...common, greys: null, colours: withAlpha(new Uint8Array(body)) };
}

/** @param {Uint8Array} rgb */
function withAlpha(rgb) {
  const colours = new Uint8ClampedArray((rgb.length / 3) * 4);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    colours[to] = rgb[from];
    colours[to + 1] = rgb[from + 1];
    colours[to + 2] = rgb[from + 2];
    colours[to + 3] = 255;
  }
  return colours;
}

/** @param {string} url @returns {Promise<ImagePoints>} */
async function loadPhotograph(url) {
  const bitmap = await createImageBitmap(await (await fetched(url)).blob());
  const factor = Math.max(1, Math.max(bitmap.width, bitmap.height) / LARGEST);
  const [columns, rows] = [Math.round(bitmap.width / factor), Math.round(bitmap.height / factor)];
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(columns, rows).getContext("2d", { willReadFrequently: true }));
  context.fillStyle = "#fff"; // what a PNG leaves clear is paper
  context.fillRect(0, 0, columns, rows);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, columns, rows);
  bitmap.close();
  const colours = context.getImageData(0, 0, columns, rows).data;
  return { columns, rows, greys: null, colours, slope: 1, intercept: 0, low: 0, high: 255, isNegative: false, factor };
}
