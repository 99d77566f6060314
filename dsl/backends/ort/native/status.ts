/**
 * Status: the outcome of a call; one that is not null is read, released, and raised as a fault.
 */
import { raise } from '../../../../shapes/fault.ts';
import { faultOfMessage } from '../faults.ts';
import type { Api } from './api.ts';
import type { Pointer } from './table.ts';

/** OrtErrorCode, from 0. */
const codes = ['OK', 'FAIL', 'INVALID_ARGUMENT', 'NO_SUCHFILE', 'NO_MODEL', 'ENGINE_ERROR', 'RUNTIME_EXCEPTION', 'INVALID_PROTOBUF', 'MODEL_LOADED', 'NOT_IMPLEMENTED', 'INVALID_GRAPH', 'EP_FAIL'] as const;

/** errors (raised): the fault of what ONNX Runtime says */
export const check = (api: Api, where: string, status: Pointer | null): void => {
  if (status === null) return;
  const code = api.GetErrorCode(status);
  const message = api.GetErrorMessage(status) ?? '';
  api.ReleaseStatus(status);
  raise(faultOfMessage(where, `${codes[code] ?? `error ${code}`}: ${message}`));
};
