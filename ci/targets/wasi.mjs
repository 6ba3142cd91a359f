// Runs the tests of a program for WASI, each in an instance of its own: what cargo calls for the tests of wasm32-wasip1. A panic ends
// the instance there, and with all tests in one nobody could say which of them it was. Skipped is what wasip1.txt names.
// With FRAMEALLOC_WASI_SKIPPED=1 it runs what is skipped instead: what passes then needs no skipping.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WASI } from "node:wasi";

const [program, ...filters] = process.argv.slice(2);
const module = await WebAssembly.compile(readFileSync(program));
// Some tests read the sources.
const repository = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "wasi-"));
const skipped = new Set(
    readFileSync(new URL("wasip1.txt", import.meta.url), "utf8").split("\n").filter((line) => /^[^#[]/.test(line)),
);

// The exit code, which is `undefined` where the program did not come to its end, and what it printed.
async function run(...args) {
    const path = join(folder, "output");
    const output = openSync(path, "w");
    const wasi = new WASI({
        version: "preview1",
        args: [program, ...args],
        env: process.env,
        preopens: { [repository]: repository },
        stdout: output,
        stderr: output,
    });
    let code, trap = "";
    try {
        code = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
    } catch (error) {
        trap = `${error}\n`;
    }
    closeSync(output);
    return { code, text: readFileSync(path, "utf8") + trap };
}

const listed = await run("--list", "--format", "terse", ...filters);
if (listed.code !== 0) {
    console.log(`error: the tests could not be listed\n${listed.text}`);
    process.exit(1);
}
const names = listed.text.split("\n").filter((line) => line.endsWith(": test")).map((line) => line.slice(0, -": test".length));
const began = Date.now();
let passed = 0, failed = 0, ignored = 0, filtered = 0;
for (const name of names) {
    if (skipped.has(name.split("::").pop()) !== (process.env.FRAMEALLOC_WASI_SKIPPED === "1")) {
        filtered += 1;
        continue;
    }
    const { code, text } = await run("--exact", name, "--nocapture");
    const ignoring = /^test .* \.\.\. ignored.*$/m.exec(text);
    if (code === 0 && ignoring) {
        ignored += 1;
        console.log(ignoring[0]);
    } else if (code === 0 && /^test result: ok\. 1 passed/m.test(text)) {
        passed += 1;
        console.log(`test ${name} ... ok`);
    } else {
        failed += 1;
        console.log(`test ${name} ... FAILED\n${text.replace(/^test /gm, "  test ")}`);
    }
}
rmSync(folder, { recursive: true });
const seconds = ((Date.now() - began) / 1000).toFixed(2);
const state = failed === 0 ? "ok" : "FAILED";
console.log(`test result: ${state}. ${passed} passed; ${failed} failed; ${ignored} ignored; 0 measured; ${filtered} filtered out; finished in ${seconds}s`);
process.exitCode = failed === 0 ? 0 : 101;
