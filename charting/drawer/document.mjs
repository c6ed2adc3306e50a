// As much of a document as drawing needs: the same modules that draw the mouth on the screen draw it on paper.

/** @type {Record<string, string>} */
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"]/g, (sign) => ESCAPED[sign]);

/** An element: its name, what it is told, and what is in it. */
export class Shape {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    /** @type {Map<string, string>} */
    this.attributes = new Map();
    /** @type {(Shape | string)[]} */
    this.children = [];
    this.classList = { add: (/** @type {string} */ name) => this.setAttribute("class", [...this.classes, name].join(" ")) };
  }

  get classes() {
    return (this.getAttribute("class") ?? "").split(" ").filter(Boolean);
  }

  get textContent() {
    return this.children.join("");
  }

  set textContent(text) {
    this.children = text ? [text] : [];
  }

  /** @param {string} name @param {string} value */
  setAttribute(name, value) {
    this.attributes.set(name, String(value));
  }

  /** @param {string} name */
  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  /** @param {...(Shape | string)} children */
  append(...children) {
    this.children.push(...children);
  }

  /** Put a child before another one, or at the end. @param {Shape} child @param {Shape | null} before */
  insertBefore(child, before) {
    const place = before ? this.children.indexOf(before) : -1;
    this.children.splice(place < 0 ? this.children.length : place, 0, child);
  }

  /** @param {string} selector `.class` or `[name="value"]` */
  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  /** @param {string} selector `.class` or `[name="value"]` @returns {Shape[]} */
  querySelectorAll(selector) {
    const inner = this.children.filter((child) => child instanceof Shape);
    return inner.flatMap((child) => [...(child.fits(selector) ? [child] : []), ...child.querySelectorAll(selector)]);
  }

  /** @param {string} selector */
  fits(selector) {
    const [, name, value] = /^\[([\w-]+)="(.*)"\]$/.exec(selector) ?? [];
    return name ? this.getAttribute(name) === value : this.classes.includes(selector.slice(1));
  }

  /** @returns {string} */
  toString() {
    const told = [...this.attributes].map(([name, value]) => ` ${name}="${escape(value)}"`).join("");
    const inside = this.children.map((child) => (child instanceof Shape ? child.toString() : escape(child))).join("");
    return `<${this.name}${told}>${inside}</${this.name}>`;
  }
}

/** @type {any} */ (globalThis).document = { createElementNS: (/** @type {string} */ _space, /** @type {string} */ name) => new Shape(name) };
