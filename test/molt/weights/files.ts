/** Weights files in memory: a file system of byte arrays, safetensors in them, and drawn tiny trunks with drawn weights. */
import { isRight } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { elements, encode, type Stored, type Value } from '../../../dsl/index.ts';
import { weightsOf } from '../../../molt/backbones/backbone.ts';
import type { BackboneConfig } from '../../../molt/backbones/config.ts';
import { type Files, nodeFiles } from '../../../molt/io/system.ts';
import { decodeBackbone, type LayoutName } from '../../../molt/weights/index.ts';
import { orFail } from '../backbones/golden.ts';

const refused = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code });

/** Files by path; what lies under a path makes a folder of it. `seen` is told of every range that is read. */
export const memory = (content: ReadonlyMap<string, Uint8Array>, seen: (path: string, bytes: number) => void = () => undefined): Files => {
  const found = (path: string): Uint8Array => {
    const bytes = content.get(path);
    if (bytes !== undefined) return bytes;
    throw refused([...content.keys()].some((name) => name.startsWith(`${path}/`)) ? 'EISDIR' : 'ENOENT', path);
  };
  return {
    ...nodeFiles,
    open: async (path) => {
      const bytes = found(path);
      return {
        append: () => Promise.reject(refused('EROFS', path)), sync: () => Promise.resolve(), close: () => Promise.resolve(), size: () => Promise.resolve(bytes.length),
        readAt: async (into, position) => {
          const part = bytes.subarray(position, position + into.length);
          into.set(part);
          seen(path, part.length);
          return part.length;
        },
      };
    },
    readAll: async (path) => found(path),
    list: async (folder) => [...new Set([...content.keys()].flatMap((name) => (name.startsWith(`${folder}/`) ? name.slice(folder.length + 1).split('/').slice(0, 1) : [])))],
  };
};

/** The bytes of a safetensors file. */
export const tensors = (values: ReadonlyMap<string, Value>, stored?: Stored): Uint8Array => orFail(encode('test', values, new Map([['format', 'pt']]), stored === undefined ? {} : { stored: () => stored }));

export const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

export const value = (...sizes: readonly number[]): Value => ({ sizes, dtype: 'f32', data: new Float32Array(elements(sizes)) });

/** Weights that tell names and places apart, and that two bytes hold exactly. */
export const weightsFor = (config: BackboneConfig): ReadonlyMap<string, Value> =>
  new Map([...weightsOf(config)].map(([name, { sizes }], n) => [name, { sizes, dtype: 'f32', data: Float32Array.from({ length: elements(sizes) }, (_, i) => ((17 * n + i) % 255) / 32 - 4) }]));

const lists = fc.integer({ min: 1, max: 3 }).chain((stages) => fc.record({
  depths: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: stages, maxLength: stages }),
  heads: fc.array(fc.constantFrom(1, 2), { minLength: stages, maxLength: stages }),
}));
const trunk = fc.record({ patch: fc.constantFrom(1, 2), channels: fc.constantFrom(2, 4), window: fc.integer({ min: 1, max: 4 }), grid: fc.constantFrom(1, 2, 4, 8, 12) });
const sensible = (config: BackboneConfig): boolean => isRight(decodeBackbone('drawn', config));

/** Tiny configurations that are accepted. */
export const configs: fc.Arbitrary<BackboneConfig> = fc.oneof(
  fc.tuple(lists, trunk).map(([l, { grid, ...t }]): BackboneConfig => ({ kind: 'swinv2', image: grid * t.patch, ...l, ...t })),
  fc.tuple(lists, trunk, fc.constantFrom(1, 2)).map(([l, { grid, ...t }, chunks]): BackboneConfig => ({ kind: 'htsat', spectrogram: grid * t.patch, mels: (grid * t.patch) / chunks, ...l, ...t })),
).filter(sensible);

/** What published files of a layout hold beside the trunk. */
export const beside = {
  timm: ['head.fc.weight', 'layers.0.blocks.0.attn.k_bias', 'layers.0.blocks.0.attn.relative_position_index'],
  'timm-older': ['head.weight', 'head.bias', 'layers.0.blocks.0.attn_mask', 'layers.0.blocks.0.attn.relative_coords_table', 'layers.0.blocks.0.attn.relative_position_index'],
  'transformers-swinv2': ['encoder.layers.0.blocks.0.attention.self.relative_coords_table', 'embeddings.mask_token', 'classifier.weight'],
  htsat: ['bn0.num_batches_tracked', 'spectrogram_extractor.stft.conv_real.weight', 'logmel_extractor.melW', 'tscam_conv.weight', 'head.bias', 'layers.0.blocks.0.attn_mask'],
  'transformers-clap': ['batch_norm.num_batches_tracked', 'layers.0.blocks.0.attention.self.relative_position_index'],
} as const satisfies { readonly [L in LayoutName]: readonly string[] };

/** What may stand before the names of a layout, and what then stands beside them. */
export const prefixes = {
  timm: ['', 'module.', 'model.'], 'timm-older': ['', 'swin.'], 'transformers-swinv2': ['', 'swinv2.'], htsat: ['', 'sed_model.', 'module.sed_model.'],
  'transformers-clap': ['', 'audio_encoder.', 'audio_model.audio_encoder.'],
} as const satisfies { readonly [L in LayoutName]: readonly string[] };
