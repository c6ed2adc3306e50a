// Puts the browser libraries of package-lock.json into static/vendor: each one ES module, its CSS, its licence.
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const modules = new URL("../node_modules/", import.meta.url).pathname;
const vendor = new URL("../static/vendor/", import.meta.url).pathname;

/** @param {string} name @param {string} folder @param {string} exported */
async function bundle(name, folder, exported) {
  await mkdir(`${vendor}${folder}`, { recursive: true });
  const options = { bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "linked", logLevel: "warning" };
  await build({ ...options, entryPoints: [name], outfile: `${vendor}${folder}/index.js` });
  await writeFile(`${vendor}${folder}/index.d.ts`, `export ${exported} from "${name}";\n`);
}

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
await bundle("signature_pad", "signature-pad", "{ default }");
await cp(`${modules}signature_pad/LICENSE`, `${vendor}signature-pad/LICENSE`);
await cp(`${modules}lucide-static/icons`, `${vendor}icons`, { recursive: true });
await cp(`${modules}lucide-static/LICENSE`, `${vendor}icons/LICENSE`);
