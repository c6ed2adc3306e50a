/** As much of Node as the drawer of papers uses. */
declare module "node:fs" {
  export function readFileSync(from: number | URL, encoding: "utf8"): string;
}

declare const process: { stdout: { write(text: string): void } };

interface ImportMeta {
  url: string;
}
