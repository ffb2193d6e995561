// Keep of a variable font only the weights that the style sheet uses, 400 to 700: half the bytes, every letter.
// Usage: node slim-font.mjs FROM TO

import { readFile, writeFile } from "node:fs/promises";
import subsetFont from "subset-font";

const [from, to] = process.argv.slice(2);
const everyLetter = Array.from({ length: 0xd800 - 0x20 }, (_, index) => String.fromCharCode(0x20 + index)).join("");
const weights = { wght: { min: 400, max: 700 } };

await writeFile(to, await subsetFont(await readFile(from), everyLetter, { targetFormat: "woff2", variationAxes: weights }));
