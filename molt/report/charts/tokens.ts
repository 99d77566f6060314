/**
 * The latent tokens: how alike they are, and how much each counts in the fusion (the paper's Figures 5a and 5b).
 * idea:  tokens stand layer by layer with a gap between the layers, along the same axis in both charts.
 */
import { distinct } from '../numbers.ts';
import type { CosineMapRecord, FusionRecord } from '../record.ts';
import type { Chart } from '../tools.ts';
import { framed, ink } from './theme.ts';

const side = 236;
const gap = 0.45;

/** Where the i-th token begins, `each` tokens a layer. */
const place = (i: number, each: number): number => i + Math.floor(i / each) * gap;
const extent = (size: number, each: number): number => size + (size / each - 1) * gap;
const layerLabels = (layers: readonly string[], each: number) => layers.map((text, l) => ({ text, at: place(l * each, each) + each / 2 }));

export const cosineMap = ({ label, modality, size, layers, values, torValue }: CosineMapRecord): Chart => {
  const each = Math.max(1, size / layers.length);
  const scale = { domain: [0, extent(size, each)], nice: false };
  const cells = values.map((value, i) => {
    const [x, y] = [place(i % size, each), place(Math.floor(i / size), each)];
    return { x, x2: x + 0.94, y, y2: y + 0.94, shade: Math.min(1, Math.abs(value)), colour: value < 0 ? ink.warm : ink.accent };
  });
  const others = values.filter((_, i) => Math.floor(i / size) !== i % size).map(Math.abs);
  const alike = others.length === 0 ? 0 : others.reduce((a, b) => a + b, 0) / others.length;
  return {
    alt: `Cosines of ${size} ${modality} latent tokens ${label}: the mean size off the diagonal is ${alike.toFixed(2)}.`,
    spec: {
      ...framed(46, 8, 24, 2),
      title: { text: `${modality}, ${label}`, subtitle: `mean |cos| off the diagonal ${alike.toFixed(2)}, TOR ${torValue.toFixed(1)}` },
      width: side,
      height: side,
      data: { values: cells },
      layer: [
        { mark: { type: 'rect', fill: ink.line, fillOpacity: 0.35 }, encoding: { x: { field: 'x', type: 'quantitative', scale, axis: null }, x2: { field: 'x2' }, y: { field: 'y', type: 'quantitative', scale: { ...scale, reverse: true }, axis: null }, y2: { field: 'y2' } } },
        { mark: 'rect', encoding: { x: { field: 'x', type: 'quantitative' }, x2: { field: 'x2' }, y: { field: 'y', type: 'quantitative' }, y2: { field: 'y2' }, fill: { field: 'colour', type: 'nominal', scale: null }, fillOpacity: { field: 'shade', type: 'quantitative', scale: null } } },
        { data: { values: layerLabels(layers, each) }, mark: { type: 'text', baseline: 'top', color: ink.soft }, encoding: { x: { field: 'at', type: 'quantitative' }, y: { value: side + 8 }, text: { field: 'text' } } },
      ],
    },
  };
};

export const fusionChart = (rows: readonly FusionRecord[], most: number): Chart => {
  const layers = distinct(rows.map(({ layer }) => layer));
  const each = Math.max(1, rows.length / layers.length);
  const scale = { domain: [0, extent(rows.length, each)], nice: false };
  const { label = 'with TOR', modality = 'visual' } = rows[0] ?? {};
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  return {
    alt: `Mean fusion weights of ${rows.length} ${modality} latent tokens ${label}: from ${Math.min(...rows.map(({ weight }) => weight)).toFixed(3)} to ${Math.max(...rows.map(({ weight }) => weight)).toFixed(3)}.`,
    spec: {
      ...framed(30, 8, 24, 34),
      title: { text: `${modality}, ${label}` },
      width: side - 32,
      height: 88,
      data: { values: rows.map(({ weight }, i) => ({ x: place(i, each), x2: place(i, each) + 0.86, weight })) },
      layer: [
        { mark: { type: 'rect', color: ink.accent, opacity: 0.75 }, encoding: { x: { field: 'x', type: 'quantitative', scale, axis: null }, x2: { field: 'x2' }, y: { field: 'weight', type: 'quantitative', scale: { domain: [0, most * 1.05], nice: false }, axis: { title: null, tickCount: 3 } }, y2: { datum: 0 } } },
        { data: { values: [{ y: total / rows.length }] }, mark: { type: 'rule', strokeDash: [3, 3], color: ink.soft }, encoding: { y: { field: 'y', type: 'quantitative' } } },
        { data: { values: layerLabels(layers, each) }, mark: { type: 'text', baseline: 'top', color: ink.soft }, encoding: { x: { field: 'at', type: 'quantitative' }, y: { value: 96 }, text: { field: 'text' } } },
      ],
    },
  };
};
