// Runs a program for wasm32-unknown-unknown as a page does: with the clock of the host, and nothing else of it.
// Usage: node browser.mjs PROGRAM web|none. `web` needs the program to read the clock, `none` to import nothing at all.
import { readFile } from "node:fs/promises";

const [program, mode] = process.argv.slice(2);
const module = await WebAssembly.compile(await readFile(program));

// What wasm-bindgen's generated glue does for these few imports: JS values are named by their place in a table.
const values = [undefined, null, true, false, globalThis, performance];
const place = (value) => (values.includes(value) ? values.indexOf(value) : values.push(value) - 1);
let readings = 0;
const known = [
    [/describe|externref_xform|table_grow|table_set_null/, () => 0],
    [/performance/, () => place(performance)],
    [/now/, () => { readings += 1; return performance.now(); }],
    [/static_accessor|GLOBAL|global/i, () => place(globalThis)],
    [/is_undefined/, (at) => Number(values[at] === undefined)],
    [/clone_ref/, (at) => at],
    [/drop_ref/, () => {}],
    [/throw/, () => { throw new Error("the program threw"); }],
];
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const found = known.find(([pattern]) => pattern.test(name));
    (imports[from] ??= {})[name] = found ? found[1] : () => { throw new Error(`unknown import ${name}`); };
}
const count = WebAssembly.Module.imports(module).length;
const instance = await WebAssembly.instantiate(module, imports);
instance.exports.main(0, 0);
if (mode === "none" ? count !== 0 : readings === 0) {
    throw new Error(`${mode}: ${count} imports, ${readings} readings of the clock`);
}
console.log(`browser (${mode}): ${count} imports, ${readings} readings of the clock; no trap`);
