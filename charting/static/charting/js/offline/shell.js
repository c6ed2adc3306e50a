// The files of all clinical pages are brought to this device once, so that a page that was not opened yet opens without the clinic too.

export const SHELL = "clinic-files";

/** What stands before the names of all files of one state of the program, if anything does. @param {string} file */
const markOf = (file) => /^\/static\/[0-9a-f]{12}\//.exec(file)?.[0] ?? "";

/** @param {string[]} files every file of the pages as it is named now; other files are let go */
export async function keepShell(files) {
  const cache = await caches.open(SHELL);
  const held = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  await Promise.all(files.filter((file) => !held.has(file)).map((file) => cache.add(file).catch(() => {}))); // one that fails is brought when it is used
  const wanted = new Set(files);
  const mark = markOf(files[0] ?? "");
  await Promise.all([...held].filter((file) => !wanted.has(file) && (file.includes("/js/") || markOf(file) !== mark)).map((file) => cache.delete(file)));
}
