/** Variants as systems of graphs: on stored features, and with their trunks in front. */
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { asWritten, costOf, countParameters, elements, grad, is, type Node, nodes, parameterNode, planOf, savedIn, substitute } from '../../../dsl/index.ts';
import { backboneConfigs } from '../../../molt/backbones/config.ts';
import { featuresOf, positions } from '../../../molt/variants/backbones.ts';
import { paperVariants } from '../../../molt/variants/paper.ts';
import { adapterSystem, systemCost, trunkSystem, wholeSystem } from '../../../molt/variants/system.ts';
import { pairedBlocks } from '../../../molt/backbones/pairs.ts';
import type { MoltVariant } from '../../../molt/variants/variant.ts';
import { type Fault, printFault } from '../../../shapes/index.ts';

const orFail = <A>(made: Either<Fault, A>): A => {
  if (isLeft(made)) throw new Error(printFault(made.left));
  return made.right;
};
const late = (): MoltVariant => {
  const [, second] = paperVariants;
  if (second === undefined) throw new Error('no variant');
  return second.variant;
};

test('twelve layer pairs of the published trunks', () => {
  const pairs = pairedBlocks(backboneConfigs['swinv2-large-w12-192'], backboneConfigs.htsat);
  expect(pairs.map(({ visual, audio }) => `${visual.stage}.${visual.block}-${audio.stage}.${audio.block}`)).toEqual([
    '0.0-0.0', '0.1-0.1', '1.0-1.0', '1.1-1.1', '2.2-2.0', '2.5-2.1', '2.8-2.2', '2.11-2.3', '2.14-2.4', '2.17-2.5', '3.0-3.0', '3.1-3.1',
  ]);
});

test('the published trunks have the published numbers of weights, and save nothing while they are frozen', () => {
  for (const [name, weights, statistics] of [['swinv2-large-w12-192', 195_202_932, 0], ['htsat', 27_534_488, 128]] as const) {
    const system = trunkSystem(backboneConfigs[name], 1);
    const cost = systemCost(system);
    expect(cost.parameters).toEqual({ total: weights + statistics, trainable: 0, frozen: weights + statistics });
    expect(countParameters(system.outputs)).toEqual(cost.parameters);
    expect(cost.saved).toEqual({ total: 0, constant: 0, features: 0, frozen: 0, trained: 0 });
    expect(cost.peak.inference).toBeLessThan(cost.state.weights + 1e8);
  }
});

test('with its trunks in front a variant keeps nothing of them but the tokens that it reads', () => {
  const variant = late();
  const [apart, whole] = [orFail(adapterSystem(variant, 2)), orFail(wholeSystem(variant, 2))];
  const saved = (system: typeof whole) => savedIn(planOf([system.loss, ...system.gradients], { forward: 1 }), 1);
  const bytes = (values: ReturnType<typeof saved>) => values.reduce((sum, v) => sum + v.bytes, 0);
  const tokens = 2 * 4 * [...variant.features.visual, ...variant.features.audio].reduce((sum, f) => sum + f.tokens * f.channels, 0);
  const all = saved(whole);
  expect(all.filter(({ part }) => part === 'frozen')).toEqual([]);
  const fromTrunks = all.filter(({ block }) => block.startsWith('visual.') || block.startsWith('audio.'));
  expect(bytes(fromTrunks)).toBe(tokens);
  expect(fromTrunks.every(({ part, node }) => part === 'features' && elements(node.sizes) > 0)).toBe(true);
  expect(bytes(all) - tokens).toBe(bytes(saved(apart)));
});

test('gradients that flow through a frozen trunk have their price in frozen bytes', () => {
  for (const name of ['swinv2-tiny64', 'htsat-tiny64'] as const) {
    const trunk = trunkSystem(backboneConfigs[name], 2);
    const prompts = new Map<string, Node>();
    // a trained prompt on the frames themselves: all of the trunk lies between it and the loss
    const [loss] = substitute([trunk.loss], (leaf) => {
      if (!is('input', leaf)) return undefined;
      prompts.set('prompt', parameterNode('prompt', leaf.sizes));
      return nodes.add(leaf, parameterNode('prompt', leaf.sizes));
    });
    if (loss === undefined) throw new Error('no loss');
    const found = grad(loss, [...prompts.values()]);
    const { saved } = costOf({ batch: 2, outputs: trunk.outputs, training: { forward: [found.loss], gradients: found.gradients } });
    const whole = systemCost(trunkSystem(backboneConfigs[name], 2, true)).saved.total;
    expect([saved.trained, saved.features]).toEqual([0, 0]);
    expect(saved.frozen).toBeGreaterThan(whole / 2);
    expect(saved.constant).toBeLessThan(saved.frozen / 10);
  }
});

test('planning asks for less than the equations as they are written', () => {
  const system = orFail(adapterSystem(late(), 8));
  const [planned, written] = [systemCost(system), systemCost(system, asWritten)];
  expect(written.multiplyAdds.planned).toEqual(written.multiplyAdds.printed);
  expect(written.multiplyAdds.printed).toEqual(planned.multiplyAdds.printed);
  for (const pass of ['inference', 'forward', 'backward'] as const) expect(planned.multiplyAdds.planned[pass]).toBeLessThan(written.multiplyAdds.planned[pass]);
  expect(planned.saved.total).toBeLessThan(written.saved.total);
});

test('every position builds, and a task has its own loss', () => {
  const backbones = { visual: 'swinv2-large-w12-192', audio: 'htsat', position: positions } as const;
  const variant: MoltVariant = { ...late(), backbones, features: featuresOf(backbones), adapter: { ...late().adapter, width: { visual: 192, audio: 96 } }, task: { kind: 'ave', classes: 28, segments: 10, head: 'linear', hidden: 0 } };
  const system = orFail(wholeSystem(variant, 1));
  const heads = system.declared.filter(({ name }) => name.startsWith('head.'));
  expect(heads.map(({ sizes }) => sizes)).toEqual([[1536 + 768, 29], [29]]);
  expect(system.gradients).toHaveLength(system.declared.filter(({ trainable }) => trainable).length);
});
