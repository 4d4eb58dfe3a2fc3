// Work that must not overlap: starting and stopping one server.

/** Runs what it is given one after the other, in the order it came; what fails stops nothing that follows. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.last.then(task);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
