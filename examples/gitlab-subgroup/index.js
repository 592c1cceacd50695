/** A first-in, first-out queue that refuses more than `limit` items. */
export class Queue {
  #items = [];

  constructor(limit) {
    this.limit = limit;
  }

  push(item) {
    if (this.#items.length >= this.limit) throw new RangeError("the queue is full");
    this.#items.push(item);
  }

  shift() {
    return this.#items.shift();
  }
}
