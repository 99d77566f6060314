/**
 * Measure: one size of a case: all sides set up, compared, then timed in turns A B C A B C …, each alone at work.
 * idea:  what slows the machine for a while slows neighbouring turns of all sides, so ratios are taken round by round. How much
 *        processor time others used meanwhile is measured and told.
 * not:   statistics of time: they are taken from the rounds (statistics.ts).
 */
import { type Agreement, agreement } from './agreement.ts';
import type { Size } from './cases.ts';
import { busySeconds, machine } from './machine.ts';
import { type Running, start } from './process.ts';
import type { Job, ReplyOf } from './protocol.ts';
import { type SideName, sides } from './sides.ts';
import { median } from './statistics.ts';

export interface Options {
  readonly rounds: number;
  /** seconds that a side may take in all turns of a size; a slower one gets fewer rounds, at least two */
  readonly patience: number;
  /** a turn lasts about this long, in milliseconds, so that quick iterations are timed many at a time */
  readonly turn: number;
  readonly built: string;
  readonly root: string;
  readonly say: (text: string) => void;
}

export interface SideResult {
  readonly side: SideName;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly setupSeconds: number;
  /** milliseconds of one iteration, a number for each round: the median of the turn */
  readonly rounds: readonly number[];
  /** iterations of each turn */
  readonly perTurn: number;
  readonly parts: Readonly<Record<string, number>>;
  /** against the first side; undefined for the first */
  readonly agreement?: Agreement;
  readonly memory?: { readonly now: number; readonly peak: number; readonly saved: number | null };
}

export interface SizeResult {
  readonly letters: Readonly<Record<string, number>>;
  readonly sides: readonly SideResult[];
  readonly absent: Readonly<Record<string, string>>;
  /** share of the machine's processor time during the turns that no side used */
  readonly foreignShare: number | null;
  /** greatest share of one core that an idle side used during another's turn */
  readonly restlessShare: number | null;
}

interface Taking {
  readonly side: SideName;
  readonly running: Running;
  readonly ready: ReplyOf<'ready'>;
  readonly agreement?: Agreement;
  readonly perTurn: number;
}

const mostPerTurn = 50;

const reason = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
/** For a result file: the first line, without where the repository lies. */
const brief = (why: string, root: string): string => (why.split('\n')[0] ?? '').replaceAll(root, '').slice(0, 300);

/** Sides that are set up and agree with the first; `absent` is told of the others. */
const prepare = async (size: Size, job: Job, options: Options, absent: Record<string, string>): Promise<readonly Taking[]> => {
  const taking: Taking[] = [];
  let first: ReplyOf<'checked'> | undefined;
  for (const side of size.sides) {
    const lacking = sides[side].absent();
    if (lacking !== undefined) { absent[side] = lacking; options.say(`  ${side}: left out, ${lacking}`); continue; }
    const running = start(sides[side].command(options.built, options.root));
    try {
      const ready = await running.ask({ ask: 'setup', job }, 'ready');
      const checked = await running.ask({ ask: 'check' }, 'checked');
      const agreed = first === undefined ? undefined : agreement(checked, first);
      first ??= checked;
      if (agreed?.agrees === false) throw new Error(`does not agree with ${taking[0]?.side ?? 'the first side'}: loss ${agreed.loss.toExponential(1)}, sums ${agreed.sum.toExponential(1)}, elements ${agreed.samples.toExponential(1)}; ${agreed.differing.join(', ')}`);
      const once = await running.ask({ ask: 'run', count: 1 }, 'ran');
      const perTurn = Math.max(1, Math.min(mostPerTurn, Math.round(options.turn / (once.ms[0] ?? Number.POSITIVE_INFINITY))));
      taking.push({ side, running, ready, perTurn, ...(agreed === undefined ? {} : { agreement: agreed }) });
      options.say(`  ${side}: ready in ${ready.seconds.toFixed(1)} s, about ${(once.ms[0] ?? 0).toFixed(1)} ms`);
    } catch (thrown) {
      absent[side] = brief(reason(thrown), options.root);
      options.say(`  ${side}: left out, ${reason(thrown)}`);
      await running.quit();
    }
  }
  return taking;
};

/** Peak memory of each side in a fresh process: setup, two iterations. */
const memories = async (taking: readonly Taking[], job: Job, options: Options): Promise<ReadonlyMap<SideName, NonNullable<SideResult['memory']>>> => {
  const found = new Map<SideName, NonNullable<SideResult['memory']>>();
  for (const { side } of taking) {
    const running = start(sides[side].command(options.built, options.root));
    try {
      await running.ask({ ask: 'setup', job }, 'ready');
      await running.ask({ ask: 'run', count: 2 }, 'ran');
      const { now, peak, saved } = await running.ask({ ask: 'memory' }, 'memory');
      found.set(side, { now, peak, saved });
      options.say(`  ${side}: at most ${(peak / 1e6).toFixed(0)} MB resident`);
    } finally {
      await running.quit();
    }
  }
  return found;
};

const add = (x: readonly (number | undefined)[]): number => x.reduce<number>((sum, v) => sum + (v ?? 0), 0);

export const measure = async (size: Size, job: Job, options: Options): Promise<SizeResult> => {
  const absent: Record<string, string> = {};
  const taking = await prepare(size, job, options, absent);
  const rounds = new Map<SideName, number[]>(taking.map(({ side }) => [side, []]));
  const parts = new Map<SideName, Record<string, number[]>>(taking.map(({ side }) => [side, {}]));
  const spent = new Map<SideName, number>();
  let [own, total, wall, restless] = [0, 0, 0, 0];
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { side, running, perTurn } of taking) {
      if (round >= 2 && (spent.get(side) ?? 0) * ((round + 1) / round) > options.patience) continue;
      const before = taking.map((t) => t.running.cpuSeconds());
      const [busy, began] = [busySeconds(), performance.now()];
      const { ms, parts: of } = await running.ask({ ask: 'run', count: perTurn }, 'ran');
      const seconds = (performance.now() - began) / 1000;
      const used = taking.map((t, i) => (t.running.cpuSeconds() ?? 0) - (before[i] ?? 0));
      [own, total, wall] = [own + add(used), total + busySeconds() - busy, wall + seconds];
      taking.forEach((t, i) => { if (t.side !== side && seconds > 0.2) restless = Math.max(restless, (used[i] ?? 0) / seconds); });
      spent.set(side, (spent.get(side) ?? 0) + seconds);
      rounds.get(side)?.push(median(ms));
      for (const [name, values] of Object.entries(of)) { const all = parts.get(side); if (all !== undefined) (all[name] ??= []).push(...values); }
    }
    options.say(`  round ${round + 1} of ${options.rounds}`);
  }
  for (const { running } of taking) await running.quit();
  const memory = size.memory ? await memories(taking, job, options) : new Map<SideName, NonNullable<SideResult['memory']>>();
  const known = own > 0;
  return {
    letters: size.letters,
    sides: taking.map(({ side, ready, perTurn, agreement: agreed }) => {
      const held = memory.get(side);
      return {
        side, threads: ready.threads, versions: ready.versions, notes: ready.notes, setupSeconds: ready.seconds, rounds: rounds.get(side) ?? [], perTurn,
        parts: Object.fromEntries(Object.entries(parts.get(side) ?? {}).map(([name, values]) => [name, median(values)])),
        ...(agreed === undefined ? {} : { agreement: agreed }), ...(held === undefined ? {} : { memory: held }),
      };
    }),
    absent,
    foreignShare: known && wall > 0 ? Math.max(0, total - own) / (wall * machine().cores) : null,
    restlessShare: known ? restless : null,
  };
};
