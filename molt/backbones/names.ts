/**
 * Names: published checkpoints under the names that the trunks have.
 * idea:  what can be recomputed or belongs to a head is dropped, prefixes go, and Swin-V2's older layout, with each merging at the end
 *        of the stage before, becomes the newer one.
 * not:   the pickled files themselves: they have to be saved as safetensors first.
 * source: timm 0.6 and 1.0 (`swinv2_large_window12_192`), the release of HTS-AT (`HTSAT_AudioSet_Saved_1.ckpt`)
 */
import type { BackboneConfig } from './config.ts';

/** Buffers that follow from the configuration, counters, heads, and HTS-AT's own front end. */
const dropped = /(^|\.)(k_bias|relative_coords_table|relative_position_index|attn_mask|num_batches_tracked)$|^(head|tscam_conv|spectrogram_extractor|logmel_extractor)\./;

/** What may stand before the names of each kind. */
const prefixes = { swinv2: /^(module\.|model\.)/, htsat: /^(module\.)?sed_model\./ } as const satisfies { readonly [K in BackboneConfig['kind']]: RegExp };

const merging = /^layers\.(\d+)\.downsample\./;

/** `layers.0.downsample.*` exists only in the older layout of Swin-V2. */
const isOlder = (names: readonly string[]): boolean => names.some((name) => name.startsWith('layers.0.downsample.'));
const later = (name: string): string => name.replace(merging, (_, stage: string) => `layers.${Number(stage) + 1}.downsample.`);

/** The trunk's part of a checkpoint under its names here; what is already so stays. */
export const publishedNames = <V>(kind: BackboneConfig['kind'], checkpoint: ReadonlyMap<string, V>): ReadonlyMap<string, V> => {
  const trunk = [...checkpoint].map(([name, value]) => [name.replace(prefixes[kind], ''), value] as const).filter(([name]) => !dropped.test(name));
  const older = kind === 'swinv2' && isOlder(trunk.map(([name]) => name));
  return new Map(older ? trunk.map(([name, value]) => [later(name), value] as const) : trunk);
};
