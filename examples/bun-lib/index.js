/** A function that calls `run` the first time and returns that result ever after. */
export function once(run) {
  let result;
  let done = false;
  return (...args) => {
    if (!done) {
      result = run(...args);
      done = true;
    }
    return result;
  };
}
