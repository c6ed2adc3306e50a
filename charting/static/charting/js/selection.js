// Which teeth and surfaces are chosen; everything that shows the choice listens to `change`.

export class Selection extends EventTarget {
  constructor() {
    super();
    /** @type {Map<number, Set<string>>} */
    this.teeth = new Map();
    this.focused = 18;
    this.isAdding = false;
  }

  get numbers() {
    return [...this.teeth.keys()];
  }

  /** The whole choice as one text: equal texts are equal choices. */
  get key() {
    return JSON.stringify([...this.teeth].map(([number, surfaces]) => [number, ...surfaces]));
  }

  get hasSurfaces() {
    return [...this.teeth.values()].some((surfaces) => surfaces.size > 0);
  }

  get isEmpty() {
    return this.teeth.size === 0;
  }

  /** Choose one tooth; adding keeps the others and takes a chosen one out. @param {number} number @param {boolean} add */
  pick(number, add) {
    const wasChosen = this.teeth.has(number);
    if (!add && !this.isAdding) this.teeth.clear();
    if (wasChosen && (add || this.isAdding)) this.teeth.delete(number);
    else this.teeth.set(number, new Set());
    this.#tell(number);
  }

  /** @param {number[]} numbers */
  pickAll(numbers) {
    for (const number of numbers) if (!this.teeth.has(number)) this.teeth.set(number, new Set());
    this.#tell(numbers[numbers.length - 1]);
  }

  /** These and no others. @param {number[]} numbers */
  pickOnly(numbers) {
    const focused = this.focused;
    this.choose(new Map(numbers.map((number) => [number, new Set()])));
    if (numbers.includes(focused)) this.focus(focused);
  }

  /** @param {Map<number, Set<string>>} teeth with their surfaces */
  choose(teeth) {
    this.teeth = teeth;
    this.#tell([...teeth.keys()][0] ?? this.focused);
  }

  /** Choose or leave a surface; its tooth comes with it. @param {number} number @param {string} surface @param {boolean} add */
  toggleSurface(number, surface, add) {
    if (!this.teeth.has(number) && !add && !this.isAdding) this.teeth.clear();
    const surfaces = this.teeth.get(number) ?? new Set();
    if (!surfaces.delete(surface)) surfaces.add(surface);
    this.teeth.set(number, surfaces);
    this.#tell(number);
  }

  /** The same surface on every chosen tooth that has it. @param {string} surface @param {Map<number, ToothData>} known */
  toggleEverywhere(surface, known) {
    const having = this.numbers.filter((number) => known.get(number)?.surfaces.includes(surface));
    const isOn = having.every((number) => this.teeth.get(number)?.has(surface));
    for (const number of having) this.teeth.get(number)?.[isOn ? "delete" : "add"](surface);
    this.#tell(this.focused);
  }

  /** @param {number} number */
  focus(number) {
    this.#tell(number);
  }

  clear() {
    this.teeth.clear();
    this.#tell(this.focused);
  }

  /** This choice is dealt with; another one, made meanwhile, stays. @param {string} key @returns {number[]} the teeth it was about */
  finish(key) {
    if (this.key !== key) return [];
    const { numbers } = this;
    this.clear();
    return numbers;
  }

  /** @param {number} focused */
  #tell(focused) {
    this.focused = focused;
    this.dispatchEvent(new Event("change"));
  }
}
