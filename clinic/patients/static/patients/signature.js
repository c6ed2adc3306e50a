// <signature-field>: a drawn signature inside an ordinary form. After every stroke the hidden inputs hold the strokes (JSON)
// and a PNG picture, so a plain submit or an htmx request carries both; a form that comes back with errors is drawn again.

/**
 * @typedef {{points: {x: number, y: number}[]}} Stroke
 * @typedef {EventTarget & {clear(): void, toData(): Stroke[], fromData(data: Stroke[]): void, toDataURL(): string}} Pad
 */

class SignatureField extends HTMLElement {
  /** @type {Pad | undefined} */
  pad;

  connectedCallback() {
    if (!this.pad) void this.#start();
  }

  disconnectedCallback() {
    this.watcher?.disconnect();
  }

  async #start() {
    const { default: SignaturePad } = await import(this.dataset.pad ?? "");
    this.pad = /** @type {Pad} */ (new SignaturePad(this.#canvas, { minWidth: 0.8, maxWidth: 2.4, penColor: "#0b1f4d" }));
    this.pad.addEventListener("endStroke", () => this.#keep());
    this.querySelector("[data-clear]")?.addEventListener("click", () => this.#draw([]));
    this.querySelector("[data-undo]")?.addEventListener("click", () => this.#draw(this.#strokes.slice(0, -1)));
    this.watcher = new ResizeObserver(() => this.#fit());
    this.watcher.observe(this.#canvas);
    this.#fit();
  }

  get #canvas() {
    return /** @type {HTMLCanvasElement} */ (this.querySelector("canvas"));
  }

  /** @param {string} name */
  #input(name) {
    return /** @type {HTMLInputElement} */ (this.querySelector(`[name=signature_${name}]`));
  }

  /** @returns {Stroke[]} */
  get #strokes() {
    try {
      return JSON.parse(this.#input("strokes").value || "[]");
    } catch {
      return [];
    }
  }

  #fit() {
    const { offsetWidth, offsetHeight } = this.#canvas;
    const ratio = Math.min(Math.max(window.devicePixelRatio || 1, 1), 2);
    if (!offsetWidth || this.#canvas.width === Math.round(offsetWidth * ratio)) return;
    this.#canvas.width = Math.round(offsetWidth * ratio);
    this.#canvas.height = Math.round(offsetHeight * ratio);
    this.#canvas.getContext("2d")?.scale(ratio, ratio);
    this.#draw(this.#strokes);
  }

  /** @param {Stroke[]} strokes */
  #draw(strokes) {
    this.pad?.clear();
    if (strokes.length) this.pad?.fromData(strokes);
    this.#keep();
  }

  #keep() {
    const strokes = this.pad?.toData() ?? [];
    this.#input("strokes").value = strokes.length ? JSON.stringify(strokes) : "";
    this.#input("image").value = strokes.length ? (this.pad?.toDataURL() ?? "") : "";
    this.dispatchEvent(new CustomEvent("signature-change", { bubbles: true, detail: { isEmpty: !strokes.length } }));
  }
}

if (!customElements.get("signature-field")) customElements.define("signature-field", SignatureField);
