/**
 * Training memory of every rival, predicted: what a step keeps, how it grows with the batch, and the part that passing through frozen
 * trunks costs: at every batch from 1 to 8 on tiny trunks, and at full size.
 */
import { readFileSync } from 'node:fs';
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { asWritten, grad, is, type Node, nodes, parameterNode, savedBytes, substitute } from '../../../dsl/index.ts';
import { type BackboneName, backboneConfigs } from '../../../molt/backbones/config.ts';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import { memoryOf, samplesOf, stepMemory, type StepMemory, wholeMemory } from '../../../molt/variants/memory.ts';
import { bytes, grouped, percent } from '../../../molt/report/numbers.ts';
import { rivals } from '../../../molt/variants/rivals.ts';
import { systemCost, systemOf, trunkSystem } from '../../../molt/variants/system.ts';
import { isParallel, type Variant } from '../../../molt/variants/variant.ts';
import { type Fault, printFault } from '../../../shapes/index.ts';
import { tinyRivals } from './sized.ts';

const orFail = <A>(made: Either<Fault, A>): A => {
  if (isLeft(made)) throw new Error(printFault(made.left));
  return made.right;
};
const full = orFail(rivals());
const rival = (name: string): Variant => {
  const found = full.find((v) => v.name === name);
  if (found === undefined) throw new Error(`no rival ${name}`);
  return found;
};

/** What both trunks keep when nothing but their inputs is trained: gradients pass through all of them, and are wanted nowhere else. */
const promptedTrunks = (names: readonly BackboneName[], batch: number): number =>
  names.reduce((bytes, name) => {
    const prompts: Node[] = [];
    const [loss] = substitute([trunkSystem(backboneConfigs[name], batch).loss], (leaf) => {
      if (!is('input', leaf)) return undefined;
      const prompt = parameterNode('prompt', leaf.sizes);
      prompts.push(prompt);
      return nodes.add(leaf, prompt);
    });
    if (loss === undefined) throw new Error('no loss');
    const found = grad(loss, prompts);
    return bytes + savedBytes([found.loss], found.gradients);
  }, 0);

/** Every batch, and some of the largest graphs. */
const batchesOf = (name: string): readonly number[] => (/^(dg-sct|avmoe)/.test(name) ? [1, 2, 5, 8] : [1, 2, 3, 4, 5, 6, 7, 8]);

describe.each(tinyRivals)('%s on tiny trunks', (name, variant) => {
  const known = new Map<number, StepMemory>();
  const at = (samples: number): StepMemory => {
    const step = known.get(samples) ?? memoryOf(samples, orFail(systemOf(variant, samples)));
    known.set(samples, step);
    return step;
  };

  test('from 1 to 8 samples: in proportion, but for what weights alone make; the parts add up', () => {
    const all = batchesOf(name).map(at);
    const [one, eight] = [all[0], all.at(-1)];
    if (one === undefined || eight === undefined) throw new Error('no steps');
    for (const { batch, saved, passing, share, peak, moment, resident } of all) {
      expect(saved.total).toBe(saved.constant + saved.features + saved.frozen + saved.trained);
      expect(Object.values(moment).reduce((a, b) => a + b, 0)).toBe(peak);
      expect(resident).toBeGreaterThan(peak - moment.weights - 1);
      expect(peak).toBeGreaterThan(saved.total / 2);
      expect(share).toBeCloseTo(saved.total === 0 ? 0 : passing / saved.total, 12);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThan(1);
      // between the ends, within what the order of contractions changes
      const line = one.saved.total + ((eight.saved.total - one.saved.total) * (batch - 1)) / 7;
      expect(Math.abs(saved.total / line - 1), `batch ${batch}`).toBeLessThan(0.1);
    }
    expect(all.every((step, i) => i === 0 || step.saved.total > (all[i - 1]?.saved.total ?? 0))).toBe(true);
  });

  test('passing costs nothing beside the trunks, and inside them no more than a trained input would', () => {
    const { saved, passing } = at(2);
    if (isParallel(variant)) {
      expect([saved.frozen, passing]).toEqual([0, 0]);
      return;
    }
    const all = promptedTrunks(['swinv2-tiny64', 'htsat-tiny64'], 2);
    expect(passing).toBeGreaterThan(all / 2);
    expect(passing).toBeLessThanOrEqual(1.02 * all);
  });
});

test('the figures are those of the cost interpretation', () => {
  for (const [name, variant] of tinyRivals.filter(([one]) => ['molt', 'lavish', 'norm-only'].includes(one))) {
    const system = orFail(systemOf(variant, 2));
    const [memory, cost] = [memoryOf(2, system), systemCost(system, asWritten)];
    expect(memory.saved, name).toEqual(cost.saved);
    expect([memory.peak, memory.resident], name).toEqual([cost.peak.training, cost.resident.training]);
  }
});

const fullSize = new Map<string, StepMemory>();
/** One clip of a rival at full size. */
const clipOf = (name: string): StepMemory => {
  const step = fullSize.get(name) ?? orFail(stepMemory(rival(name), 1));
  fullSize.set(name, step);
  return step;
};

describe('at full size, Swin-V2-L and HTS-AT, one clip of ten segments', () => {
  test.each([
    ['lavish-ave', 0.4, 0.5],
    ['avmoe-ave-1-1', 0.28, 0.4],
    ['norm-only', 0.75, 0.95],
  ])('%s keeps gigabytes, a good part of them only to pass through the trunks', (name, least, most) => {
    const { saved, passing, share, peak, moment, resident } = clipOf(name);
    expect(saved.total).toBeGreaterThan(3e9);
    // the same trunks are passed, whatever stands in them
    expect(passing).toBeGreaterThan(3.3e9);
    expect(passing).toBeLessThan(3.6e9);
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
    expect(peak).toBeGreaterThan(saved.total);
    expect(moment.saved).toBeGreaterThan(0.99 * saved.total);
    expect(resident).toBeGreaterThan(peak);
  });

  test.each(['molt-ave-late', 'mettle-ave', 'none'])('%s: beside the trunks nothing is kept for them', (name) => {
    const { saved, passing, peak } = clipOf(name);
    expect([saved.frozen, passing]).toEqual([0, 0]);
    expect(peak).toBeLessThan(1e9);
  });

  test('MoLT : LAVisH is below 1 : 17, by the peak and with all weights and moments; by the peak with its trunks in the step too', () => {
    const [lavish, molt, whole] = [clipOf('lavish-ave'), clipOf('molt-ave-late'), orFail(wholeMemory(rival('molt-ave-late'), 1))];
    expect(molt.peak / lavish.peak).toBeLessThan(1 / 17);
    expect(molt.resident / lavish.resident).toBeLessThan(1 / 17);
    expect(whole.peak / lavish.peak).toBeLessThan(1 / 17);
    expect([whole.saved.frozen, whole.passing]).toEqual([0, 0]);
  });

  test('eight clips: eight times as much, but for what frozen weights alone make', () => {
    const [one, eight] = [clipOf('lavish-ave'), orFail(stepMemory(rival('lavish-ave'), 8))];
    expect((eight.saved.total - eight.saved.constant) / (one.saved.total - one.saved.constant)).toBeCloseTo(8, 1);
    expect(eight.saved.constant / one.saved.constant).toBeCloseTo(1, 3);
    expect(eight.passing / one.passing).toBeGreaterThan(7);
  });
});

test('where nothing is trained nothing is kept', () => {
  const made = decodeVariant('untrained', { schemaVersion: 1, name: 'untrained', backbones: { visual: 'swinv2-tiny64', audio: 'htsat-tiny64' }, adapter: { kind: 'none' }, task: { kind: 'none' } });
  const { saved, passing, share, peak } = orFail(stepMemory(orFail(made), 3));
  expect([saved.total, passing, share]).toEqual([0, 0, 0]);
  expect(peak).toBeGreaterThan(0);
});

test('a clip is ten segments for every head', () => {
  expect(full.map(({ task }) => samplesOf(task, 2))).toEqual(full.map(() => 2));
  expect(tinyRivals.map(([, { task }]) => samplesOf(task, 2))).toEqual(tinyRivals.map(() => 20));
});

test('docs/variants.md says what is predicted here', () => {
  const guide = readFileSync('docs/variants.md', 'utf8');
  for (const [label, name] of [['MoLT', 'molt-ave-late'], ['Mettle', 'mettle-ave'], ['LAVisH', 'lavish-ave'], ['AVMoE 1+1', 'avmoe-ave-1-1'], ['norm-only', 'norm-only']] as const) {
    const { saved, share, peak, resident } = clipOf(name);
    expect(guide).toContain(`| ${label} | ${bytes(saved.total)} | ${percent(share)} % | ${bytes(peak)} | ${bytes(resident)} |`);
  }
  const [lavish, molt] = [clipOf('lavish-ave'), clipOf('molt-ave-late')];
  expect(guide).toContain(`${grouped(lavish.peak)} / ${grouped(molt.peak)} = ${(lavish.peak / molt.peak).toFixed(1)}`);
});
