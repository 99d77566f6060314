/**
 * Run: every job of training-memory, one process after the other.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { machine } from '../machine.ts';
import { isSide, sides as allSides } from '../sides.ts';
import { type MemoryResults, type MemoryRow, readAnswer } from './results.ts';
import { memoryCase, memoryJobs, quickMemoryJobs } from './sizes.ts';
import { followsPlan, missOf, tolerance } from './table.ts';

export interface MemoryOptions {
  readonly quick: boolean;
  readonly date: string;
  readonly only: readonly (readonly [letter: string, value: number])[];
  readonly sides: readonly string[] | undefined;
  /** the folder of compiled sources, and the repository */
  readonly built: string;
  readonly root: string;
  readonly say: (text: string) => void;
}

/** @throws nothing: a job that fails is told among what is absent */
export const runMemory = ({ quick, date, only, sides, built, root, say }: MemoryOptions): MemoryResults => {
  const rows: MemoryRow[] = [];
  const absent: { readonly what: string; readonly why: string }[] = [];
  const asked = (quick ? quickMemoryJobs : memoryJobs).filter(({ batch, engine }) => only.every(([letter, value]) => letter !== 'B' || value === batch) && (sides === undefined || sides.includes(engine)));
  for (const { adapter, trunks, batch, engine, variant } of asked) {
    const lacking = isSide(engine) ? allSides[engine].absent() : undefined;
    const what = `${trunks}, ${adapter}, B = ${batch}, ${engine}`;
    if (lacking !== undefined) {
      absent.push({ what, why: lacking });
      continue;
    }
    const ran = spawnSync(process.execPath, ['--max-old-space-size=3072', join(built, 'bench', 'memory', 'side.js'), JSON.stringify(variant), String(batch), engine, root], { encoding: 'utf8' });
    try {
      if (ran.status !== 0) throw new Error(ran.stderr.split('\n').find((line) => /Error|killed|memory/i.test(line)) ?? `it ended with ${ran.signal ?? String(ran.status)}`);
      const row = { adapter, trunks, batch, engine, ...readAnswer(ran.stdout.trim().split('\n').at(-1) ?? '') };
      rows.push(row);
      say(`  ${what}: ${(row.measured.peak / 1e6).toFixed(1)} MB, ${(100 * missOf(row)).toFixed(1)} % from the prediction`);
    } catch (thrown) {
      const why = (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 200);
      absent.push({ what, why });
      say(`  ${what}: left out, ${why}`);
    }
  }
  return { schemaVersion: 1, case: memoryCase.name, about: memoryCase.about, quick, date, machine: machine(), rows, absent };
};

/** Whether every engine that follows the plan held what was predicted. */
export const asPredicted = ({ rows }: MemoryResults): boolean => rows.every((row) => !followsPlan(row.engine) || missOf(row) <= tolerance);
