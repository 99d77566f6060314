/**
 * Sweep: one step over all parameters as a list of small pieces of work, done by one thread or by several.
 * idea:  pieces are taken from a counter, so threads of unequal speed end together and a helper that is late costs nothing; every
 *        number is computed by itself, so the result has the same bits however the pieces are shared out. Small pieces also let
 *        an engine replace a first, unoptimised compilation of the kernel soon.
 * laws:  test/dsl/optim/threads.test.ts: with helpers = without, bit for bit
 */
import { fault, raise } from '../../shapes/fault.ts';
import { pacedBy, type Scalars } from './adamw.ts';
import { type Kernel, kernelModule, kernelOn } from './kernel.ts';
import { type Layout, paddedRank, type Place } from './layout.ts';

/** A piece of a sweep: a call of the kernel, but for the scratch and the numbers of the step. */
export type Piece =
  | { readonly memory: number; readonly pace: number; readonly product: false; readonly args: readonly [w: number, m: number, v: number, g: number, n: number] }
  | { readonly memory: number; readonly pace: number; readonly product: true; readonly args: readonly [w: number, m: number, v: number, left: number, right: number, rows: number, groups: number, columns: number, ranks: number, from: number, to: number] };

/** Numbers in a piece: about a quarter of a millisecond. */
const pieceLength = 2 ** 18;

const cuts = (total: number, step: number): readonly (readonly [number, number])[] => Array.from({ length: Math.ceil(total / step) }, (_, i) => [i * step, Math.min(total, (i + 1) * step)]);

/** All pieces of one parameter. */
const piecesOf = ({ memory, pace, weights: w, first: m, second: v, gradient: g }: Place): readonly Piece[] => {
  if (g.kind === 'whole') return cuts(w.length, pieceLength).map(([from, to]) => ({ memory, pace, product: false, args: [w.at + 4 * from, m.at + 4 * from, v.at + 4 * from, g.region.at + 4 * from, to - from] }));
  const { rank, groups, rows, columns } = g.sizes;
  return cuts(rows, Math.max(1, Math.floor(pieceLength / (groups * columns)))).map(([from, to]) => ({ memory, pace, product: true, args: [w.at, m.at, v.at, g.left.at, g.right.at, rows, groups, columns, paddedRank(rank), from, to] }));
};

const done = (kernel: Kernel | undefined, piece: Piece, scratch: number, all: Scalars): void => {
  const scalars = pacedBy(all, piece.pace);
  if (piece.product) kernel?.product(scratch, ...piece.args, ...scalars);
  else kernel?.adamw(...piece.args, ...scalars);
};

/** Where to find threads that help. Their memory is shared, and the caller waits for them: in a browser, call from a worker. */
export interface Threads {
  /** threads beside the caller */
  readonly helpers: number;
  /** starts a thread that runs `program`, the text of a CommonJS module with `helper` in scope; it must not keep the process alive */
  readonly start: (program: string, helper: Helper) => { readonly stop: () => void };
}

/** What a helper is given. */
export interface Helper {
  readonly module: WebAssembly.Module;
  readonly memories: readonly WebAssembly.Memory[];
  readonly pieces: readonly Piece[];
  readonly scratch: number;
  /** round, next piece, finished pieces */
  readonly control: Int32Array;
  readonly scalars: Float64Array;
}

const [round, next, finished] = [0, 1, 2] as const;

/** What a helper does: waits for a round, takes pieces until there are none. The same as `take` below, with `pacedBy` written out. */
const program = `
const { module: kernel, memories, pieces, scratch, control, scalars } = helper;
const kernels = memories.map((memory) => new WebAssembly.Instance(kernel, { arena: { memory } }).exports);
for (let seen = 0; ; ) {
  Atomics.wait(control, ${round}, seen);
  seen = Atomics.load(control, ${round});
  for (let i = Atomics.add(control, ${next}, 1); i < pieces.length; i = Atomics.add(control, ${next}, 1)) {
    const { memory, pace, product, args } = pieces[i];
    const [gain1, gain2, decay, own, ...rest] = scalars;
    const paced = [gain1, gain2, decay * pace, own * pace, ...rest];
    if (product) kernels[memory].product(scratch, ...args, ...paced);
    else kernels[memory].adamw(...args, ...paced);
    Atomics.add(control, ${finished}, 1);
    Atomics.notify(control, ${finished});
  }
}`;

export interface Sweep {
  /** the memories, in the order of the layout */
  readonly buffers: readonly ArrayBuffer[];
  readonly kernels: readonly Kernel[];
  readonly run: (scalars: Scalars) => void;
  readonly stop: () => void;
}

const pageBytes = 65536;
/** A helper that is silent for this long is gone, milliseconds. */
const patience = 60_000;

/** Reserves the memories of a layout. Throws where there is not enough memory. */
export const sweepOf = ({ places, memories: sizes, scratch }: Layout, threads?: Threads): Sweep => {
  const shared = threads !== undefined && threads.helpers > 0;
  const module = kernelModule(shared ? 'shared' : 'own');
  const memories = sizes.map((bytes) => { const pages = Math.ceil(bytes / pageBytes); return new WebAssembly.Memory({ initial: pages, maximum: pages, shared }); });
  const kernels = memories.map((memory) => kernelOn(module, memory));
  const pieces = [...places.values()].flatMap(piecesOf);
  const buffers = memories.map(({ buffer }) => buffer);
  if (!shared) return { buffers, kernels, run: (scalars) => { for (const piece of pieces) done(kernels[piece.memory], piece, 0, scalars); }, stop: () => {} };

  const control = new Int32Array(new SharedArrayBuffer(12));
  const numbers = new Float64Array(new SharedArrayBuffer(8 * 8));
  const team = Array.from({ length: threads.helpers }, (_, i) => threads.start(program, { module, memories, pieces, scratch: (i + 1) * scratch, control, scalars: numbers }));
  const take = (scalars: Scalars): void => {
    for (let i = Atomics.add(control, next, 1); i < pieces.length; i = Atomics.add(control, next, 1)) {
      const piece = pieces[i];
      if (piece !== undefined) done(kernels[piece.memory], piece, 0, scalars);
      Atomics.add(control, finished, 1);
    }
  };
  return {
    buffers, kernels,
    run: (scalars) => {
      numbers.set(scalars);
      Atomics.store(control, finished, 0);
      Atomics.store(control, next, 0); // from here on pieces are taken
      Atomics.add(control, round, 1);
      Atomics.notify(control, round);
      take(scalars);
      for (let count = Atomics.load(control, finished); count < pieces.length; count = Atomics.load(control, finished))
        if (Atomics.wait(control, finished, count, patience) === 'timed-out') raise(fault('Defect', 'optimiser', [`${count} of ${pieces.length} pieces`], 'helper threads that answer', 'run without helper threads'));
    },
    stop: () => { for (const helper of team) helper.stop(); },
  };
};
