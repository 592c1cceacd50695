import { mkdirSync, writeFileSync } from "node:fs";

import { stylesheet } from "./stylesheet.js";

const out = new URL("./dist/", import.meta.url);
mkdirSync(out, { recursive: true });
writeFileSync(new URL("theme.css", out), stylesheet());
