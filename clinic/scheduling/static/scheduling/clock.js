// Minutes since the first shown instant, and what the branch's wall clock says then (right on days of 23 or 25 hours too).

const MINUTE = 60_000;
export const STEP = 5;

export class Clock {
  /** @param {{zone: string, language: string, first: string, last: string}} day */
  constructor({ zone, language, first, last }) {
    this.first = Date.parse(first);
    this.length = (Date.parse(last) - this.first) / MINUTE;
    this.format = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
    this.offset = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" });
  }

  /** @param {string} iso */
  minutes(iso) {
    return (Date.parse(iso) - this.first) / MINUTE;
  }

  /** @param {number} minutes */
  iso(minutes) {
    return new Date(this.first + minutes * MINUTE).toISOString();
  }

  /** A time that comes twice that night is told apart by its distance from Greenwich, `02:30 +1`. @param {number} minutes */
  time(minutes) {
    const at = this.first + minutes * MINUTE;
    const shown = this.format.format(at);
    const isRepeated = [-60, 60].some((apart) => this.format.format(at + apart * MINUTE) === shown);
    return isRepeated ? `${shown} ${this.distance(at)}` : shown;
  }

  /** @param {number} at */
  distance(at) {
    const name = this.offset.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
    return name.replace("GMT", "") || "+0";
  }

  /**
   * @param {number} start
   * @param {number} end
   */
  span(start, end) {
    return `${this.time(start)}–${this.time(end)}`;
  }

  now() {
    return (Date.now() - this.first) / MINUTE;
  }
}

/** @param {string} iso */
export const minutesSince = (iso) => Math.max(0, Math.floor((Date.now() - Date.parse(iso)) / MINUTE));
