import { once } from "@acme/once";

const next = once(() => 1);
console.time("a million calls");
for (let call = 0; call < 1_000_000; call += 1) next();
console.timeEnd("a million calls");
