// As much of a document as drawing needs: the same modules that draw the mouth on the screen draw it on paper.

/** @type {Record<string, string>} */
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"]/g, (sign) => ESCAPED[sign]);

class Shape {
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

  /** @param {string} selector a class with its dot */
  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  /** @param {string} selector a class with its dot @returns {Shape[]} */
  querySelectorAll(selector) {
    const inner = this.children.filter((child) => child instanceof Shape);
    return inner.flatMap((child) => [...(child.classes.includes(selector.slice(1)) ? [child] : []), ...child.querySelectorAll(selector)]);
  }

  toString() {
    const told = [...this.attributes].map(([name, value]) => ` ${name}="${escape(value)}"`).join("");
    const inside = this.children.map((child) => (child instanceof Shape ? child.toString() : escape(child))).join("");
    return `<${this.name}${told}>${inside}</${this.name}>`;
  }
}

globalThis.document = { createElementNS: (/** @type {string} */ _space, /** @type {string} */ name) => new Shape(name) };
