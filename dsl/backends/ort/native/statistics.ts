/**
 * Statistics: what ONNX Runtime's allocator says of the memory that a session takes for values of its own.
 * not:   weights that it packed, which it takes outside the arena; and memory that is ours: leaves and outputs.
 */
import { type Api, cell } from './api.ts';
import { check } from './status.ts';
import type { Pointer } from './table.ts';

export interface Statistics {
  /** bytes in use at the worst moment since the session was made */
  readonly mostInUse: number;
  /** bytes taken from the system and kept */
  readonly kept: number;
}

export const statistics = (api: Api, allocator: Pointer): Statistics => {
  const out = cell(api);
  check(api, 'allocator', api.AllocatorGetStats(allocator, out.at));
  const pairs = out.read();
  const number = (key: string): number => Number(api.GetKeyValue(pairs, key) ?? 0);
  const found = { mostInUse: number('MaxInUse'), kept: number('TotalAllocated') };
  api.ReleaseKeyValuePairs(pairs);
  return found;
};
