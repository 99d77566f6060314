/**
 * Engine: ONNX Runtime at work in this process: its environment, how sessions are made, and the values alive.
 * idea:  settings are data, each chosen by measurement.
 */
import { availableParallelism } from 'node:os';
import { fault, raise } from '../../../../shapes/fault.ts';
import { type Api, cell } from './api.ts';
import { type Device, devices, names } from './devices.ts';
import { check } from './status.ts';
import type { Pointer } from './table.ts';
import { type Tensors, tensorsOf } from './tensors.ts';

export interface Settings {
  /** of a run */
  readonly threads: number;
  /** of a session, by key */
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
  /** adds the kernels of a device to the options of a session */
  readonly device: (options: Pointer) => void;
}

const entries = {
  // threads wait busily inside a run, where the next operation comes at once, and sleep between runs, where others need the cores
  'session.intra_op.allow_spinning': '1',
  'session.force_spinning_stop': '1',
  // what the plan computes twice it computes twice on purpose: computing again is cheaper than keeping
  'optimization.disable_specified_optimizers': 'CommonSubexpressionElimination',
} as const;

export interface OrtNodeOptions {
  /** of each run; as many as the machine has cores if nothing is said */
  readonly threads?: number;
  /** `cuda` where the library brings that provider; `cpu` if nothing is said */
  readonly device?: Device;
}

/** What goes wrong comes back as a status; nothing is printed but what ends the process. */
const fatal = 4;
/** OrtDeviceAllocator, OrtMemTypeDefault */
const [plain, ordinary] = [0, 0] as const;

/** errors (raised): Usage (threads), Unsupported (device), Defect */
export const engineOf = (api: Api, { threads = availableParallelism(), device = 'cpu' }: OrtNodeOptions): Engine => {
  const name = names[device];
  if (!(Number.isInteger(threads) && threads >= 1)) return raise(fault('Usage', name, [`threads: ${threads}`], 'a whole number of threads from 1'));
  const out = cell(api);
  check(api, name, api.CreateEnv(fatal, 'molt', out.at));
  const env = out.read();
  check(api, name, api.CreateCpuMemoryInfo(plain, ordinary, out.at));
  const info = out.read();
  return { name, api, env, info, settings: { threads, entries }, tensors: tensorsOf(api, info), device: devices[device](api) };
};
