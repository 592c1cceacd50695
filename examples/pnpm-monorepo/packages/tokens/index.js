/** Colours by name, as six hexadecimal digits. */
export const colours = Object.freeze({ ink: "1b1f24", paper: "ffffff", accent: "0b6bcb" });
