/**
 * Engine: ONNX Runtime at work in this process: its environment, how sessions are made, and the values alive.
 * idea:  settings are data, each chosen by measurement.
 */
import { availableParallelism } from 'node:os';
import type { Api } from './api.ts';
import { cell } from './api.ts';
import { check } from './status.ts';
import type { Pointer } from './table.ts';
import { type Tensors, tensorsOf } from './tensors.ts';

export interface Settings {
  readonly threads: number;
  /** plan all values of a run into one block, from the second run on */
  readonly pattern: boolean;
  /** keep freed memory for the next run */
  readonly arena: boolean;
  readonly entries: Readonly<Record<string, string>>;
}

export interface Engine {
  readonly name: string;
  readonly api: Api;
  readonly env: Pointer;
  /** plain memory of the CPU */
  readonly info: Pointer;
  readonly settings: Settings;
  readonly tensors: Tensors;
  /** adds a provider of kernels to the options of a session */
  readonly provider?: (options: Pointer) => void;
}

const settingsOf = (threads: number): Settings => ({
  threads,
  pattern: true,
  arena: true,
  entries: {
    // threads wait busily inside a run, where the next operation comes at once, and sleep between runs, where others need the cores
    'session.intra_op.allow_spinning': '1',
    'session.force_spinning_stop': '1', 'optimization.disable_specified_optimizers': 'CommonSubexpressionElimination',
  },
});

const warnings = 2;
/** OrtDeviceAllocator, OrtMemTypeDefault */
const [device, ordinary] = [0, 0] as const;

/** errors (raised): Defect */
export const engineOf = (api: Api, name: string, threads: number | undefined): Engine => {
  const out = cell(api);
  check(api, name, api.CreateEnv(warnings, 'molt', out.at));
  const env = out.read();
  check(api, name, api.CreateCpuMemoryInfo(device, ordinary, out.at));
  const info = out.read();
  return { name, api, env, info, settings: settingsOf(threads ?? availableParallelism()), tensors: tensorsOf(api, info) };
};
