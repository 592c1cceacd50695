import { colours } from "@acme/design-tokens";

/** A button as HTML; `label` is escaped. */
export function button(label) {
  const text = label.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<button style="color:#${colours.accent}">${text}</button>`;
}
