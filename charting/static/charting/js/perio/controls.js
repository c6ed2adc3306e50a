// What reaches the hand: keys, the pad under a finger, a touch of a site, words.
import { byId } from "../svg.js";
import { toothTyped } from "../teeth.js";
import { listen } from "./keys.js";
import { Voice } from "./voice.js";

const HOLD_MS = 450;

/** @typedef {{page: HTMLElement, exam: import("./exam.js").Exam, hand: import("./hand.js").Hand, script: import("./script.js").Script,
 *   readback: import("./readback.js").Readback, status: import("./status.js").Status, words: Record<string, string>}} Room */

/** @param {Room} room */
export function control({ page, exam, hand, script, readback, status, words }) {
  const voice = new Voice({
    act,
    heard: (said, unclear) => {
      status.heard(said, unclear);
      if (unclear.length) readback.refuse();
    },
    hears: (said) => status.heard(`${said} …`, []),
    ready: () => status.listening(words.listening, false),
    turned: (isOn, reason) => {
      byId("script-voice").setAttribute("aria-pressed", String(isOn));
      status.listening(isOn ? words.voiceWaits : reason && (words[`voice-${reason}`] ?? words.voiceOff), !isOn);
      readback.turn(isOn || script.isAloud);
    },
  });
  readback.speaking = (isSpeaking) => voice.mute(isSpeaking);

  /** @type {Record<string, (value: any) => void>} */
  const hands = {
    number: (value) => hand.number(value),
    flag: (name) => hand.flag(name),
    prefix: (name) => hand.ask(name),
    sign: () => hand.turnSign(),
    back: () => hand.back(),
    next: () => hand.step(1),
    tooth: () => hand.tooth(),
    goto: (code) => hand.goToTooth(toothTyped(code) ?? 0),
    move: (key) => hand.move(key),
    undo: () => hand.undo(),
    leave: () => hand.step(0),
    triple: () => script.turn("triple"),
    voice: () => voice.turn(!voice.isOn),
  };

  /** @param {string} name @param {unknown} [value] */
  function act(name, value) {
    if (exam.isDraft) hands[name](value);
  }

  listen(page, act, () => script.pedal);
  press(byId("perio-pad"), act);
  page.addEventListener("click", (event) => {
    const [tooth, site] = /** @type {HTMLElement} */ (event.target).getAttribute("data-site")?.split(" ") ?? [];
    if (!tooth || !exam.isDraft) return;
    hand.goTo({ tooth: Number(tooth), site });
    byId("perio-sheets").focus({ preventScroll: true });
  });
  byId("script-voice").hidden = !Voice.isThere;
  byId("script-voice").addEventListener("click", () => voice.turn(!voice.isOn));
}

/** The pad: a tap is what stands on the key, a digit that is held is ten more. @param {HTMLElement} pad @param {(name: string, value?: unknown) => void} act */
function press(pad, act) {
  let timer = 0;
  let isHeld = false;
  const meant = (/** @type {Event} */ event) => (/** @type {HTMLElement} */ (event.target).closest("button")?.dataset.does ?? "").split(" ");
  const letGo = () => window.clearTimeout(timer);
  pad.addEventListener("pointerdown", (event) => {
    const [name, value] = meant(event);
    isHeld = false;
    letGo();
    if (name === "number" && Number(value) < 10) {
      timer = window.setTimeout(() => {
        isHeld = true;
        act("number", Number(value) + 10);
      }, HOLD_MS);
    }
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) pad.addEventListener(name, letGo);
  pad.addEventListener("contextmenu", (event) => event.preventDefault());
  pad.addEventListener("click", (event) => {
    const [name, value] = meant(event);
    if (isHeld || !name) isHeld = false;
    else act(name, name === "number" ? Number(value) : value || undefined);
  });
}
