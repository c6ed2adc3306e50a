// Short words: typed in a section and followed by Tab or a space they become their text; Ctrl+Z brings the word back.
import { type } from "./note-outlines.js";

/** @param {HTMLElement} form @param {Record<string, string>} macros the text by its word */
export function attachMacros(form, macros) {
  form.addEventListener("keydown", (event) => {
    const area = event.target;
    const ends = (event.key === "Tab" && !event.shiftKey) || event.key === " ";
    if (!ends || !(area instanceof HTMLTextAreaElement) || area.selectionStart !== area.selectionEnd || event.ctrlKey || event.altKey) return;
    const word = /\S+$/.exec(area.value.slice(0, area.selectionStart))?.[0] ?? "";
    const text = macros[word.toLocaleLowerCase()];
    if (!text) return;
    event.preventDefault();
    area.setSelectionRange(area.selectionStart - word.length, area.selectionStart);
    type(area, event.key === " " ? `${text} ` : text);
  });
  form.addEventListener("input", (event) => {
    const { inputType, target: area } = /** @type {InputEvent} */ (event);
    if (inputType === "historyUndo" && area instanceof HTMLTextAreaElement) area.setSelectionRange(area.selectionEnd, area.selectionEnd);
  });
}
