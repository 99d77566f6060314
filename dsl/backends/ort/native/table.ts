/**
 * Table: the functions of ONNX Runtime's C interface that we call: place in the struct OrtApi, arguments, result.
 * idea:  OrtApi is a struct of function pointers to which every release only appends, so a place, once given, holds for all later
 *        versions; one row here is the index, the C signature and, by a mapped type, the TypeScript one.
 * laws:  test/dsl/backends/ort-node.test.ts: every row is called, and answers as that function does
 * source: order of `ort_api_1_to_N` in onnxruntime/core/session/onnxruntime_c_api.cc (1.25), whose static assertions fix the last place
 *        of each version: 101, 118, 124, 126, 149, 157, 161, 169, 191, 203, 209, 218, 224, 238, 254, 265, 275, 279, 284, 317, 389
 *        for versions 1 to 18, 20, 22 and 23. https://onnxruntime.ai/docs/api/c/struct_ort_api.html
 */

/** Version of the interface that has every row below: that of ONNX Runtime 1.23, the first with AllocatorGetStats. */
export const apiVersion = 23;

/** A handle or an address; 0n and null are C's NULL. */
export type Pointer = bigint;

/** What an argument is in TypeScript. `path` is UTF-16 on Windows. */
export interface Arguments {
  readonly pointer: Pointer | null;
  readonly text: string;
  readonly path: string;
  readonly int: number;
  /** size_t, at most 2^53 */
  readonly size: number;
}
/** What a result is in TypeScript. A status is null if all went well. */
export interface Results {
  readonly status: Pointer | null;
  readonly text: string | null;
  readonly int: number;
  readonly none: undefined;
}

export interface Row {
  readonly index: number;
  readonly takes: readonly (keyof Arguments)[];
  readonly gives: keyof Results;
}

export const table = {
  GetErrorCode: { index: 1, takes: ['pointer'], gives: 'int' },
  GetErrorMessage: { index: 2, takes: ['pointer'], gives: 'text' },
  /** level, log id, &env */
  CreateEnv: { index: 3, takes: ['int', 'text', 'pointer'], gives: 'status' },
  /** env, model, its bytes, options, &session */
  CreateSessionFromArray: { index: 8, takes: ['pointer', 'pointer', 'size', 'pointer', 'pointer'], gives: 'status' },
  /** session, run options, input names, inputs, how many, output names, how many, outputs */
  Run: { index: 9, takes: ['pointer', 'pointer', 'pointer', 'pointer', 'size', 'pointer', 'size', 'pointer'], gives: 'status' },
  CreateSessionOptions: { index: 10, takes: ['pointer'], gives: 'status' },
  /** options, prefix of the file */
  EnableProfiling: { index: 14, takes: ['pointer', 'path'], gives: 'status' },
  DisableMemPattern: { index: 17, takes: ['pointer'], gives: 'status' },
  EnableCpuMemArena: { index: 18, takes: ['pointer'], gives: 'status' },
  /** options, level: 0 verbose … 4 fatal */
  SetSessionLogSeverityLevel: { index: 22, takes: ['pointer', 'int'], gives: 'status' },
  /** options, level: 0 none, 1 basic, 2 extended, 99 all */
  SetSessionGraphOptimizationLevel: { index: 23, takes: ['pointer', 'int'], gives: 'status' },
  SetIntraOpNumThreads: { index: 24, takes: ['pointer', 'int'], gives: 'status' },
  SessionGetInputCount: { index: 30, takes: ['pointer', 'pointer'], gives: 'status' },
  SessionGetOutputCount: { index: 31, takes: ['pointer', 'pointer'], gives: 'status' },
  /** memory info, data, its bytes, sizes (int64), how many, element type, &value */
  CreateTensorWithDataAsOrtValue: { index: 49, takes: ['pointer', 'pointer', 'size', 'pointer', 'size', 'int', 'pointer'], gives: 'status' },
  /** allocator type, memory type, &memory info */
  CreateCpuMemoryInfo: { index: 69, takes: ['int', 'int', 'pointer'], gives: 'status' },
  AllocatorFree: { index: 76, takes: ['pointer', 'pointer'], gives: 'status' },
  GetAllocatorWithDefaultOptions: { index: 78, takes: ['pointer'], gives: 'status' },
  ReleaseEnv: { index: 92, takes: ['pointer'], gives: 'none' },
  ReleaseStatus: { index: 93, takes: ['pointer'], gives: 'none' },
  ReleaseMemoryInfo: { index: 94, takes: ['pointer'], gives: 'none' },
  ReleaseSession: { index: 95, takes: ['pointer'], gives: 'none' },
  ReleaseValue: { index: 96, takes: ['pointer'], gives: 'none' },
  ReleaseSessionOptions: { index: 100, takes: ['pointer'], gives: 'none' },
  /** session, allocator, &text, which is to be freed with the allocator */
  SessionEndProfiling: { index: 110, takes: ['pointer', 'pointer', 'pointer'], gives: 'status' },
  /** &names, &how many (int) */
  GetAvailableProviders: { index: 125, takes: ['pointer', 'pointer'], gives: 'status' },
  ReleaseAvailableProviders: { index: 126, takes: ['pointer', 'int'], gives: 'status' },
  /** options, key, value */
  AddSessionConfigEntry: { index: 130, takes: ['pointer', 'text', 'text'], gives: 'status' },
  /** session, memory info, &allocator */
  CreateAllocator: { index: 131, takes: ['pointer', 'pointer', 'pointer'], gives: 'status' },
  ReleaseAllocator: { index: 132, takes: ['pointer'], gives: 'none' },
  /** options, name, value */
  AddInitializer: { index: 150, takes: ['pointer', 'text', 'pointer'], gives: 'status' },
  /** options, CUDA options */
  SessionOptionsAppendExecutionProvider_CUDA_V2: { index: 204, takes: ['pointer', 'pointer'], gives: 'status' },
  CreateCUDAProviderOptions: { index: 205, takes: ['pointer'], gives: 'status' },
  ReleaseCUDAProviderOptions: { index: 208, takes: ['pointer'], gives: 'none' },
  /** options, names, values, how many */
  AddExternalInitializers: { index: 210, takes: ['pointer', 'pointer', 'pointer', 'size'], gives: 'status' },
  /** pairs, key */
  GetKeyValue: { index: 297, takes: ['pointer', 'text'], gives: 'text' },
  ReleaseKeyValuePairs: { index: 300, takes: ['pointer'], gives: 'none' },
  /** allocator, &pairs */
  AllocatorGetStats: { index: 319, takes: ['pointer', 'pointer'], gives: 'status' },
} as const satisfies { readonly [name: string]: Row };

export type Name = keyof typeof table;

type Taken<T extends readonly (keyof Arguments)[]> = { readonly [I in keyof T]: Arguments[T[I]] };

/** The C function of a row, in TypeScript. */
export type Call<N extends Name> = (...args: Taken<(typeof table)[N]['takes']>) => Results[(typeof table)[N]['gives']];
export type Functions = { readonly [N in Name]: Call<N> };
