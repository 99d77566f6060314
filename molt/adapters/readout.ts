/**
 * Readout: from both trunks' last tokens to one vector a stream.
 * source: LAVisH takes the mean of the normed tokens of each stream; DG-SCT and AVMoE weigh the visual stream's normed tokens and
 *         HTS-AT's raw ones, by the last adapters' attention where they make one, evenly else (released code)
 */
import type { Dim, Tensor } from '../../shapes/index.ts';
import { einsum, reduce } from '../../dsl/index.ts';
import type { Row, Tokens } from '../backbones/grid.ts';
import { type Both, both } from '../modality.ts';
import type { JointOutput } from './joint.ts';

/** One vector a stream, of channels that the types do not know. */
export type Vectors<B extends Dim> = Both<Tensor<[B, 'channels']>>;

const read = <B extends Dim>(tokens: Tokens<B>, attention: Row<B> | undefined): Tensor<[B, 'channels']> =>
  attention === undefined ? reduce('mean', 'b n d -> b d')(tokens) : einsum('b n, b n d -> b d')(attention, tokens);

/** `shared`: both streams ran through one Swin, whose final norm both take. */
export const readout = <B extends Dim>({ tokens, normed, attention }: JointOutput<B>, shared: boolean): Vectors<B> =>
  both(read(normed.visual, attention.visual), read(shared ? normed.audio : tokens.audio, attention.audio));
