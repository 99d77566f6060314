/**
 * What is exported of a variant with batch norms: inference reads given statistics, a training step tells those of its batch.
 */
import { expect, test } from 'vitest';
import { closeGraph, is, type Node } from '../../../dsl/index.ts';
import { gradientJob, inferenceJob } from '../../../molt/export/job.ts';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import { must } from '../../dsl/onnx/cases.ts';

const file = { schemaVersion: 1, name: 'normed', backbones: { visual: 'swinv2-tiny64', audio: 'htsat-tiny64' }, adapter: { kind: 'lavish', tokens: 2, reduction: 2, groups: 2 }, task: { kind: 'ave', classes: 2 } };
const variant = must(decodeVariant('normed.json', file));
const readBy = (roots: Iterable<Node>): ReadonlySet<string> => new Set(closeGraph([...roots]).nodes.flatMap((n) => (is('parameter', n) ? [n.params.name] : [])));

test('statistics are inputs of inference, and outputs of a training step', () => {
  const [inference, step] = [must(inferenceJob(variant)), must(gradientJob(variant))];
  const buffers = [...inference.declared.values()].flatMap((d) => (d.buffer === true ? [d.name] : []));
  expect(buffers.filter((name) => /^adapters\.\d+\.(visual|audio)\.(first|second)\.bottleneck\.norm[12]\.(mean|variance)$/.test(name))).toEqual(buffers);
  const shown = readBy(inference.outputs(1).values());
  expect(buffers.filter((name) => shown.has(name))).toEqual(buffers);
  const outputs = step.outputs(2);
  expect([...outputs.keys()].filter((name) => name.startsWith('statistics.')).toSorted()).toEqual(buffers.map((name) => `statistics.${name}`).toSorted());
  const read = readBy(outputs.values());
  expect(buffers.filter((name) => read.has(name))).toEqual([]);
});
