/**
 * Devices: whose kernels a session uses; the CPU's, or a graphics card's where the library brings that provider.
 * idea:  a device is tried when the backend is made, so that a plan never fails for want of one.
 * not:   memory on the device: inputs and outputs lie in ours, and ONNX Runtime copies.
 */
import * as E from 'fp-ts/lib/Either.js';
import { fault, faultOf, type Fault, raise } from '../../../../shapes/fault.ts';
import { type Api, cell } from './api.ts';
import { check } from './status.ts';
import type { Pointer } from './table.ts';

export type Device = 'cpu' | 'cuda';

/** Of the backends. */
export const names = { cpu: 'ort-node', cuda: 'ort-node-cuda' } as const satisfies { readonly [D in Device]: string };

/** Providers that the library was built with, as `CPUExecutionProvider`. */
const providers = (api: Api): readonly string[] => {
  const [list, count] = [cell(api), cell(api)];
  check(api, 'providers', api.GetAvailableProviders(list.at, count.at));
  const length = Number(BigInt.asUintN(32, count.read()));
  const found = api.pointers(list.read(), length).map(api.text);
  check(api, 'providers', api.ReleaseAvailableProviders(list.read(), length));
  return found;
};

const hint = 'the CUDA build of ONNX Runtime (the install script of onnxruntime-node fetches it where CUDA is), or --backend ort-node';

const cuda = (api: Api) => (options: Pointer): void => {
  const out = cell(api);
  check(api, names.cuda, api.CreateCUDAProviderOptions(out.at));
  const given = out.read();
  try {
    check(api, names.cuda, api.SessionOptionsAppendExecutionProvider_CUDA_V2(options, given));
  } finally {
    api.ReleaseCUDAProviderOptions(given);
  }
};

/** Adds a device's kernels to the options of a session. */
export const devices = { cpu: () => () => {}, cuda } as const satisfies { readonly [D in Device]: (api: Api) => (options: Pointer) => void };

const attempt = (api: Api, device: Device): void => {
  const needed = `${device.toUpperCase()}ExecutionProvider`;
  const found = providers(api);
  if (!found.includes(needed)) raise(fault('Unsupported', names[device], [`ONNX Runtime ${api.version} with ${found.join(', ')}`], needed, hint));
  const out = cell(api);
  check(api, names[device], api.CreateSessionOptions(out.at));
  const options = out.read();
  try {
    devices[device](api)(options);
  } finally {
    api.ReleaseSessionOptions(options);
  }
};

/** errors: Unsupported where the device's provider is absent or does not load */
export const available = (api: Api, device: Device): E.Either<Fault, Api> =>
  E.bimap((thrown: unknown): Fault => ({ ...faultOf(names[device], thrown), _tag: 'Unsupported', hint }), () => api)(E.tryCatch(() => attempt(api, device), (thrown) => thrown));
