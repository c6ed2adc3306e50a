/** The part of htmx (a global, loaded by the base template) that our own modules use. */
interface Htmx {
  ajax(verb: string, path: string, options?: { target?: string | Element; swap?: string; values?: Record<string, unknown>; source?: Element }): Promise<void>;
  process(element: Element): void;
  trigger(element: Element | string, event: string, detail?: unknown): boolean;
  on(event: string, listener: (event: CustomEvent) => void): void;
}

declare const htmx: Htmx;

interface Window {
  htmx: Htmx;
}
