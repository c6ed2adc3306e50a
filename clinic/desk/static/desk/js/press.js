// What is pressed is not drawn anew: a node that is replaced between press and click gets no click.

const CLICK_MS = 300; // a click that has not come by then does not come

export class Press {
  /**
   * @param {HTMLElement} root
   * @param {() => void} ended draw now what was left undrawn
   */
  constructor(root, ended) {
    this.isOn = false;
    this.timer = 0;
    this.ended = ended;
    root.addEventListener("pointerdown", () => {
      window.clearTimeout(this.timer);
      this.isOn = true;
    });
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => this.#endAfter(CLICK_MS));
    window.addEventListener("click", () => {
      this.#endAfter(0);
      this.isOn = false; // its target is known: what hears it may draw
    }, { capture: true });
  }

  /** @param {number} after milliseconds */
  #endAfter(after) {
    if (!this.isOn) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.end(), after);
  }

  end() {
    window.clearTimeout(this.timer);
    this.isOn = false;
    this.ended();
  }
}
