/** Lets users of one key in one after the other, in the order they came; other keys do not wait. */
export class TurnQueue {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves when it is the caller's turn, to the function that ends the turn. */
  async enter(key: string): Promise<() => void> {
    const before = this.#last.get(key);
    let release = (): void => undefined;
    const turn = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#last.set(key, turn);
    await before;
    return () => {
      if (this.#last.get(key) === turn) this.#last.delete(key);
      release();
    };
  }
}
