/**
 * Layouts: under which names, and in how many pieces, published files hold the weights of a trunk.
 * idea:   a layout is data: rules that turn a name of ours into the file's, where mergings stand, what may be ignored. Reading a file and
 *         writing one use the same rules, so nothing can be read that could not be written.
 * laws:   test/molt/weights/layouts.test.ts: weights written in any layout are read back equal, for drawn configurations
 * not:    the classifiers and front ends of published files, and buffers that follow from the configuration: they are ignored.
 * source: timm 1.0 and 0.6 (swin_transformer_v2.py), transformers 5 (Swinv2Model, ClapAudioModel), the release of HTS-AT (htsat.py)
 */
import { elements, type Sizes, type Value } from '../../dsl/index.ts';
import type { BackboneConfig } from '../backbones/config.ts';

export interface Layout {
  readonly kind: BackboneConfig['kind'];
  /** whose it is, in words */
  readonly about: string;
  /** a name that only this family of layouts has; the first group is what stands before the trunk's names (`model.`, `swinv2.`, …) */
  readonly mark: RegExp;
  /** applied to our names one after the other; `{qkv}` in the result stands for the three thirds, kept apart in the file */
  readonly renames: readonly (readonly [RegExp, string])[];
  /** where the merging between two stages stands: as in our names, or one stage earlier (at the end of a stage, not at the start of the next) */
  readonly merging: 0 | -1;
  /** names under the prefix that are not read */
  readonly ignored: RegExp;
}

const buffers = String.raw`(?:^|\.)(?:k_bias|relative_coords_table|relative_position_index|attn_mask|num_batches_tracked)$`;

/** What transformers calls the parts of a block of either generation. */
const transformersBlock = [
  [/\.attn\.qkv\./, '.attention.self.{qkv}.'], [/\.attn\.proj\./, '.attention.output.dense.'],
  [/\.norm1\./, '.layernorm_before.'], [/\.norm2\./, '.layernorm_after.'],
  [/\.mlp\.fc1\./, '.intermediate.dense.'], [/\.mlp\.fc2\./, '.output.dense.'],
] as const;

const timmMark = /^((?:.*\.)?)layers\.\d+\.blocks\.\d+\.attn\.(?:logit_scale|q_bias|v_bias|cpb_mlp\..+)$/;
const timmIgnored = new RegExp(String.raw`${buffers}|^head\.`);

/** The layouts that are read. Ours are `timm` for Swin-V2 and `htsat` for HTS-AT. */
export const layouts = {
  timm: { kind: 'swinv2', about: "Swin-V2 in timm's names (1.x)", mark: timmMark, renames: [], merging: 0, ignored: timmIgnored },
  'timm-older': { kind: 'swinv2', about: "Swin-V2 in the names of its release and of timm's 0.x", mark: timmMark, renames: [], merging: -1, ignored: timmIgnored },
  'transformers-swinv2': {
    kind: 'swinv2', about: "Swin-V2 in transformers' names (Swinv2Model)",
    mark: /^((?:.*\.)?)encoder\.layers\.\d+\.blocks\.\d+\.attention\.self\.(?:logit_scale|continuous_position_bias_mlp\..+)$/,
    renames: [
      [/^patch_embed\.proj\./, 'embeddings.patch_embeddings.projection.'], [/^patch_embed\.norm\./, 'embeddings.norm.'], [/^norm\./, 'layernorm.'], [/^layers\./, 'encoder.layers.'],
      [/\.attn\.q_bias$/, '.attention.self.query.bias'], [/\.attn\.v_bias$/, '.attention.self.value.bias'],
      [/\.attn\.logit_scale$/, '.attention.self.logit_scale'], [/\.attn\.cpb_mlp\./, '.attention.self.continuous_position_bias_mlp.'],
      ...transformersBlock,
    ],
    merging: -1, ignored: new RegExp(String.raw`${buffers}|^embeddings\.mask_token$|^(?:classifier|pooler)\.`),
  },
  htsat: {
    kind: 'htsat', about: 'HTS-AT in the names of its release', mark: /^((?:.*\.)?)bn0\.(?:weight|bias|running_mean|running_var)$/, renames: [], merging: 0,
    ignored: new RegExp(String.raw`${buffers}|^(?:head|tscam_conv|spectrogram_extractor|logmel_extractor)\.|^(?:patch_embed\.)?(?:fusion_model|mel_conv)`),
  },
  'transformers-clap': {
    kind: 'htsat', about: "HTS-AT in transformers' names (ClapAudioModel)", mark: /^((?:.*\.)?)batch_norm\.(?:weight|bias|running_mean|running_var)$/,
    renames: [[/^bn0\./, 'batch_norm.'], [/\.attn\.relative_position_bias_table$/, '.attention.self.relative_position_bias_table'], ...transformersBlock],
    merging: 0, ignored: new RegExp(String.raw`${buffers}|^patch_embed\.(?:fusion_model|mel_conv2d)\.`),
  },
} as const satisfies { readonly [name: string]: Layout };

export type LayoutName = keyof typeof layouts;

/** All layouts, in the order in which they are tried. */
export const layoutNames: readonly LayoutName[] = ['timm', 'timm-older', 'transformers-swinv2', 'htsat', 'transformers-clap'];

/** One tensor of a file that holds a weight of ours, or a part of its rows. */
export interface Part {
  readonly name: string;
  readonly sizes: Sizes;
}

const movedMerging = (name: string, by: number): string => name.replace(/^layers\.(\d+)\.downsample\./, (_, stage: string) => `layers.${Number(stage) + by}.downsample.`);

/** Where a layout holds a weight of ours: its parts, one after the other along the first axis. */
export const partsOf = ({ renames, merging }: Layout, name: string, sizes: Sizes): readonly Part[] => {
  const renamed = renames.reduce<string>((text, [from, to]) => text.replace(from, to), movedMerging(name, merging));
  const [rows = 0, ...rest] = sizes;
  return renamed.includes('{qkv}') ? ['query', 'key', 'value'].map((third) => ({ name: renamed.replace('{qkv}', third), sizes: [rows / 3, ...rest] })) : [{ name: renamed, sizes }];
};

/** Weights of ours as a layout holds them, under a prefix if one is given: what `loadWeights` reads back. The data are views of the given ones. */
export const storedAs = (layout: Layout, weights: ReadonlyMap<string, Value>, prefix = ''): ReadonlyMap<string, Value> =>
  new Map(
    [...weights].flatMap(([name, { sizes, dtype, data }]) =>
      partsOf(layout, name, sizes).map((part, i): [string, Value] => {
        const count = elements(part.sizes);
        return [prefix + part.name, { sizes: part.sizes, dtype, data: data.subarray(i * count, (i + 1) * count) }];
      }),
    ),
  );
