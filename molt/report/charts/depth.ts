/**
 * How much each block of a backbone changes its tokens: the cosine of before and after, block by block (the paper's Figure 4).
 */
import type { BackboneRecord, Modality } from '../record.ts';
import type { Chart } from '../tools.ts';
import { framed, ink, labelRoom } from './theme.ts';

/** Blocks from top to bottom; filled dots are the ones that MoLT reads. `least` is where the axis begins, the same for both backbones. */
export const depthChart = (modality: Modality, { name, cosine }: Pick<BackboneRecord, 'name' | 'cosine'>, least: number): Chart => {
  const layers = cosine.map(({ layer }) => layer);
  return {
    alt: `Cosine of input and output tokens by block, ${modality} backbone: ${cosine.map((one) => `${one.layer} ${one.cosine.toFixed(2)}${one.adapted ? ' (adapted)' : ''}`).join('; ')}.`,
    spec: {
      ...framed(46, 34, 42, labelRoom(layers)),
      title: { text: modality, subtitle: name },
      width: 190,
      height: Math.max(60, cosine.length * 22),
      data: { values: cosine.map((one) => ({ ...one, from: least, text: one.cosine.toFixed(2), fill: one.adapted ? ink.accent : 'var(--paper)' })) },
      encoding: { y: { field: 'layer', type: 'nominal', sort: [...layers], axis: { title: null, labelLimit: 160 } } },
      layer: [
        { mark: { type: 'rule', color: ink.accent, opacity: 0.4 }, encoding: { x: { field: 'from', type: 'quantitative', scale: { domain: [least, 1], nice: false, zero: false }, axis: { title: 'cosine', tickCount: 4 } }, x2: { field: 'cosine' } } },
        { mark: { type: 'point', size: 46, stroke: ink.accent, strokeWidth: 1.5, filled: true }, encoding: { x: { field: 'cosine', type: 'quantitative' }, fill: { field: 'fill', type: 'nominal', scale: null } } },
        { mark: { type: 'text', align: 'left', dx: 9, fontSize: 10, color: ink.soft }, encoding: { x: { field: 'cosine', type: 'quantitative' }, text: { field: 'text' } } },
      ],
    },
  };
};
