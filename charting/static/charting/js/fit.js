// The whole mouth stays above the fold: the page learns how much of the window stands above the arch, however tall the patient's header is.
const BELOW = 29;

/** @param {HTMLElement} page @param {HTMLElement} arch what must fit */
export function fit(page, arch) {
  const measure = () => page.style.setProperty("--above", `${Math.round(arch.getBoundingClientRect().top + window.scrollY) + BELOW}px`);
  const watch = new ResizeObserver(measure);
  for (const above of document.querySelectorAll(".patient-head, .chart-bar")) watch.observe(above);
}
