/**
 * Bounded: a queue between one that makes and one that takes, which holds at most so many.
 * laws:  test/molt/extract/bounded.test.ts: everything arrives once and in order; never more than the bound are held
 */

export interface Bounded<A> {
  /** waits while the queue is full, then makes what is put; false if nobody takes any more */
  readonly put: (make: () => A) => Promise<boolean>;
  /** waits for the next; undefined at the end */
  readonly take: () => Promise<A | undefined>;
  /** nothing more will be put */
  readonly end: () => void;
  /** nothing more will be taken; what is held is given back */
  readonly close: () => readonly A[];
}

export const bounded = <A>(most: number): Bounded<A> => {
  const held: A[] = [];
  const state = { ended: false, closed: false };
  const wakers: (() => void)[] = [];
  const wake = (): void => { for (const waker of wakers.splice(0)) waker(); };
  const change = (): Promise<void> => new Promise((resolve) => { wakers.push(resolve); });
  return {
    put: async (make) => {
      while (held.length >= most && !state.closed) await change();
      if (state.closed) return false;
      held.push(make());
      wake();
      return true;
    },
    take: async () => {
      while (held.length === 0 && !state.ended && !state.closed) await change();
      const a = held.shift();
      wake();
      return a;
    },
    end: () => {
      state.ended = true;
      wake();
    },
    close: () => {
      state.closed = true;
      wake();
      return held.splice(0);
    },
  };
};
