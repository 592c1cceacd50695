import { button } from "@acme/design-ui";

console.log(button("Save"));
