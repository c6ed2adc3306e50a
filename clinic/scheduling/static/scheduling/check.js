// Whether a place is free, by what this screen knows; the server decides.

const FREED = new Set(["cancelled", "no_show"]);

/**
 * @typedef {object} Wanted
 * @property {number} start minutes
 * @property {number} end
 * @property {string | null} chair
 * @property {string[]} people
 * @property {string | null} patient
 * @property {string | null} besides the appointment that is being moved
 */

/**
 * @param {import("./day.js").Day} day
 * @param {Wanted} wanted
 * @returns {{isFree: boolean, text: string}}
 */
export function verdict(day, wanted) {
  const clash = [...day.appointments.values()].find((other) => clashes(day, other, wanted));
  if (clash) return { isFree: false, text: day.words.taken.replace("{who}", clash.patient.name) };
  if (!works(day, wanted)) return { isFree: false, text: day.words.outside };
  return { isFree: true, text: day.words.free };
}

/**
 * @param {import("./day.js").Day} day
 * @param {import("./day.js").Appointment} other
 * @param {Wanted} wanted
 */
function clashes(day, other, wanted) {
  if (other.id === wanted.besides || FREED.has(other.state)) return false;
  if (day.clock.minutes(other.starts_at) >= wanted.end || day.clock.minutes(other.ends_at) <= wanted.start) return false;
  const people = [other.dentist.id, other.assistant?.id];
  return other.chair.id === wanted.chair || other.patient.id === wanted.patient || wanted.people.some((person) => people.includes(person));
}

/**
 * @param {import("./day.js").Day} day
 * @param {Wanted} wanted
 */
function works(day, wanted) {
  const shifts = wanted.people.length ? day.shifts.filter((shift) => shift.user === wanted.people[0]) : workingSpans(day, wanted.chair ?? "");
  return covers(shifts.map((shift) => [day.clock.minutes(shift.start), day.clock.minutes(shift.end)]), wanted);
}

/**
 * Shifts that make a column white: of that person, or in that chair (a shift without a usual chair counts in every chair).
 * @param {import("./day.js").Day} day
 * @param {string} column
 */
export function workingSpans(day, column) {
  if (day.view === "dentists") return day.shifts.filter((shift) => shift.user === column);
  return day.shifts.filter((shift) => shift.chair === column || shift.chair === null);
}

/**
 * @param {number[][]} spans
 * @param {{start: number, end: number}} wanted
 */
function covers(spans, wanted) {
  let reached = wanted.start;
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0])) {
    if (start <= reached && end > reached) reached = end;
  }
  return reached >= wanted.end;
}
