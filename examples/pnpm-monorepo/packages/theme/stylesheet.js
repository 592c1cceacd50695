import { colours } from "@acme/design-tokens";

/** A stylesheet with one custom property a colour. */
export function stylesheet() {
  const lines = Object.entries(colours).map(([name, value]) => `  --acme-${name}: #${value};`);
  return [":root {", ...lines, "}", ""].join("\n");
}
