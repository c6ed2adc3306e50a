// Where a picture stands on its stage: fitted, then zoomed, moved, turned by quarters, mirrored.

export const STEP = 1.25;
const MOST = 24;

/** @typedef {{x: number, y: number}} Point */

export class Placing {
  /** @param {HTMLElement} stage @param {number} aspect how much longer a row is than a column of points */
  constructor(stage, aspect) {
    this.stage = stage;
    this.aspect = aspect;
    this.columns = 1;
    this.rows = 1;
    this.turns = 0;
    this.mirrored = false;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }

  home() {
    Object.assign(this, { scale: 1, x: 0, y: 0 });
  }

  get isHome() {
    return this.scale === 1 && !this.x && !this.y;
  }

  /** Screen points for a point of the picture when it fills the stage. */
  get fit() {
    const [width, height] = [this.columns, this.rows * this.aspect];
    const [across, down] = this.turns % 2 ? [height, width] : [width, height];
    return Math.min(this.stage.clientWidth / across, this.stage.clientHeight / down) || 1;
  }

  /** From points of the picture to points of the stage. */
  get matrix() {
    const size = this.fit * this.scale;
    return new DOMMatrix()
      .translate(this.stage.clientWidth / 2 + this.x, this.stage.clientHeight / 2 + this.y)
      .rotate(90 * this.turns)
      .scale(this.mirrored ? -size : size, size * this.aspect)
      .translate(-this.columns / 2, -this.rows / 2);
  }

  /** @param {ImagePlace} place @returns {Point} */
  toStage([column, row]) {
    return this.matrix.transformPoint(new DOMPoint(column, row));
  }

  /** The place of the picture under a point of the stage; outside it the nearest one. @param {Point} point @returns {ImagePlace} */
  toPicture({ x, y }) {
    const found = this.matrix.inverse().transformPoint(new DOMPoint(x, y));
    const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.round(Math.min(Math.max(value, 0), most) * 10) / 10;
    return [within(found.x, this.columns), within(found.y, this.rows)];
  }

  /** @param {number} factor @param {Point} [at] a point of the stage that stays where it is */
  zoom(factor, at = { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 }) {
    const scale = Math.min(Math.max(this.scale * factor, 1), MOST);
    const change = scale / this.scale;
    const [x, y] = [at.x - this.stage.clientWidth / 2, at.y - this.stage.clientHeight / 2];
    [this.x, this.y] = scale === 1 ? [0, 0] : [x - (x - this.x) * change, y - (y - this.y) * change];
    this.scale = scale;
  }

  /** @param {number} x @param {number} y */
  move(x, y) {
    if (this.scale === 1) return;
    this.x += x;
    this.y += y;
  }

  /** @param {number} quarters clockwise */
  turn(quarters) {
    this.turns = (this.turns + quarters + 4) % 4;
    [this.x, this.y] = quarters === 1 ? [-this.y, this.x] : [this.y, -this.x];
  }

  /** Left and right change places as the eye sees them, however the picture is turned. */
  mirror() {
    this.mirrored = !this.mirrored;
    this.turns = (4 - this.turns) % 4;
    this.x = -this.x;
  }
}
