/**
 * Question answering and segmentation as tasks of every kind of adapter: published counts at full size, and values, gradients and learning at a
 * tiny one.
 */
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { closeGraph, countDeclared, declaredOf, elements, initialise, input, inputIndices, instantiate, is, type Node, random, unwrap, type Value } from '../../../dsl/index.ts';
import { lawsOn } from '../../../molt/cli/check/laws.ts';
import { smokeTraining } from '../../../molt/cli/check/smoke.ts';
import { avqa, lavishAvqa } from '../../../molt/heads/avqa.ts';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import { paperRows, rowVariant } from '../../../molt/variants/paper-tables.ts';
import { shrunk } from '../../../molt/variants/shrunk.ts';
import { systemOf, wholeSystem } from '../../../molt/variants/system.ts';
import { publishedFrozen } from '../../../molt/variants/trunks.ts';
import { isParallel, type Variant } from '../../../molt/variants/variant.ts';
import { wholeOf } from '../../../molt/variants/whole.ts';
import { dim, type Fault, printFault } from '../../../shapes/index.ts';

const orFail = <A>(made: Either<Fault, A>): A => {
  if (isLeft(made)) throw new Error(printFault(made.left));
  return made.right;
};
const htsat = { visual: 'swinv2-large-w12-192', audio: 'htsat' };
const shared = { visual: 'swinv2-large-w12-192', shared: true };
const variantOf = (adapter: object, task: object, backbones: object = htsat): Variant => orFail(decodeVariant('v.json', { schemaVersion: 1, name: 'v', backbones, adapter, task }));

/** Trained weights of the adapter and of the head. */
const counts = (variant: Variant): readonly [number, number] => {
  const { declared } = orFail(wholeOf(variant));
  const head = countDeclared([...declared.values()].filter(({ name }) => name.startsWith('head.'))).trainable;
  return [countDeclared(declared.values()).trainable - head, head];
};

test.each([
  ['LAVisH, answers, one Swin', { kind: 'lavish', setting: 'lavish-avqa-shared' }, { kind: 'avqa', head: 'lavish' }, shared, 8_835_264, 12_182_188],
  ['DG-SCT, answers', { kind: 'dg-sct', setting: 'dg-sct-avqa' }, { kind: 'avqa' }, htsat, 186_336_528, 70_415_532],
  ['AVMoE, answers', { kind: 'avmoe', setting: 'avmoe-avqa' }, { kind: 'avqa' }, htsat, 109_841_952, 70_415_532],
  ['nothing, answers, without layers that nothing reads', { kind: 'none' }, { kind: 'avqa', head: 'used' }, htsat, 0, 66_870_444],
  ['LAVisH, masks, one Swin', { kind: 'lavish', setting: 'lavish-avs-shared' }, { kind: 'avs', head: 'lavish' }, shared, 17_003_712, 21_168_961],
  ['DG-SCT, masks of one source', { kind: 'dg-sct', setting: 'dg-sct-s4' }, { kind: 'avs' }, htsat, 188_426_256, 54_183_753],
  ['DG-SCT, masks of several', { kind: 'dg-sct', setting: 'dg-sct-ms3' }, { kind: 'avs', setting: 'ms3' }, htsat, 196_513_296, 54_183_753],
  ['AVMoE, masks of several', { kind: 'avmoe', setting: 'avmoe-ms3' }, { kind: 'avs', setting: 'ms3' }, htsat, 111_142_016, 54_183_753],
  ['MoLT, masks: the decoder and four injections', { kind: 'molt', tokens: 4 }, { kind: 'avs' }, htsat, 114_209_674, 54_183_753 + 4 * 852_993],
  ['Mettle, masks: tokens of the last layer, taken back into three stages', { kind: 'mettle', width: { visual: 192, audio: 192 } }, { kind: 'avs', head: 'lavish' }, htsat, 7_987_235, 21_168_961 - 768 * 128],
])('%s', (_, adapter, task, backbones, trained, head) => {
  expect(counts(variantOf(adapter, task, backbones))).toEqual([trained, head]);
});

test('what the released scripts count, to the last digit', () => {
  const row = (table: 1 | 2, method: string, sound: string) => paperRows.filter((r) => r.table === table && r.method === method && r.sound === sound).flatMap((r) => {
    const variant = orFail(rowVariant(r));
    const [adapter, head] = counts(variant);
    const more = (of: 'total' | 'trained'): number => (r.besides ?? []).reduce((sum, b) => sum + b[of], 0);
    const total = adapter + head + more('total') + (variant.backbones === undefined ? 0 : publishedFrozen(variant.backbones).total);
    return [total, Math.round((1e4 * (adapter + head + more('trained'))) / total) / 100];
  });
  expect(row(1, 'LAVisH', 'shared')).toEqual([249_790_001, 8.45]);
  expect(row(2, 'DG-SCT', 'HTS-AT')).toEqual([594_766_133, 61.54]);
});

test("every row has a variant or says why not, and MoLT's share of AVQA is the printed one", () => {
  expect(paperRows.filter((r) => r.table !== 4 && r.note === undefined)).toEqual([]);
  expect(paperRows.filter((r) => r.file === undefined).map((r) => `${r.table} ${r.method} ${r.sound}`)).toEqual(['3 AVMoE shared']);
  const [molt, head] = counts(variantOf({ kind: 'molt' }, { kind: 'avqa', head: 'used' }));
  expect(Math.round((1000 * molt) / (molt + head + 260_097_692)) / 10).toBe(25.9);
});

/** Random inputs of whatever a graph reads. */
const inputsOf = (roots: readonly Node[]): ReadonlyMap<string, Value> =>
  new Map(closeGraph(roots).nodes.flatMap((node): readonly (readonly [string, Value])[] => {
    if (!is('input', node)) return [];
    const { name, below = 2 } = node.params;
    const draw = random.uniform(random.named(random.key(5), name), elements(node.sizes));
    const whole = (most: number) => (u: number): number => Math.floor(u * most);
    return [[name, node.dtype === 'f32' ? { sizes: node.sizes, dtype: 'f32', data: Float32Array.from(draw) } : node.dtype === 'i32' ? { sizes: node.sizes, dtype: 'i32', data: Int32Array.from(draw, whole(below)) } : { sizes: node.sizes, dtype: 'bool', data: Uint8Array.from(draw, whole(2)) }]];
  }));

const adapters = {
  molt: [{ kind: 'molt' }, htsat], mettle: [{ kind: 'mettle' }, htsat], none: [{ kind: 'none' }, htsat], 'norm-only': [{ kind: 'norm-only' }, htsat],
  lavish: [{ kind: 'lavish', setting: 'lavish-avqa-shared' }, shared], 'dg-sct': [{ kind: 'dg-sct', setting: 'dg-sct-s4' }, htsat], avmoe: [{ kind: 'avmoe', setting: 'avmoe-avqa' }, htsat],
} as const;
const tasks = { answers: { kind: 'avqa' }, 'LAVisH answers': { kind: 'avqa', head: 'lavish' }, s4: { kind: 'avs', head: 'lavish' }, ms3: { kind: 'avs', setting: 'ms3', head: 'lavish' } } as const;
/** Each kind with each task, tiny; what differs by a loss or by weights alone once. */
const once: { readonly [task: string]: string } = { 'LAVisH answers': 'lavish', ms3: 'none' };
const tiny = Object.entries(adapters).flatMap(([kind, [adapter, backbones]]) => Object.entries(tasks).flatMap(([task, said]) =>
  ((once[task] ?? kind) === kind ? [[`${kind}, ${task}`, shrunk(variantOf(adapter, said, backbones))] as const] : [])));

const read = { avqa: ['answer', 'match'], avs: ['logits'] } as const;

test.each(tiny)('%s: finite values, and a gradient for every trained weight that is read', (_, variant) => {
  const { task } = variant;
  if (task.kind !== 'avqa' && task.kind !== 'avs') throw new Error('another task');
  const { declared, run } = orFail(wholeOf(variant));
  // one clip: the trunks with adapters inside take seconds in double precision
  const clips = isParallel(variant) ? 2 : 1;
  const made = run(clips);
  const outputs = read[task.kind].flatMap((name) => made.outputs.get(name) ?? []);
  expect(outputs.map(({ sizes }) => sizes)).toEqual(task.kind === 'avqa' ? [[clips, 3], [clips, task.segments, 2]] : [[clips, task.segments, 32, 32]]);
  const system = orFail(systemOf(variant, clips));
  const trained = system.declared.filter((d) => d.trainable);
  const parameters = new Map([...initialise(declared, random.key(1))].map(([name, value]): [string, Value] => [name, name.endsWith('.variance') ? value : { ...value, data: Float32Array.from(value.data, (x, i) => x + 0.1 * Math.sin(i + name.length)) }]));
  const values = orFail(evaluate([system.loss, ...outputs, ...system.gradients], { inputs: inputsOf([system.loss, ...outputs]), parameters }));
  for (const value of values) expect(value.data.every(Number.isFinite)).toBe(true);
  const reached = closeGraph([system.loss]).nodes.flatMap((node) => (is('parameter', node) ? [node.params.name] : []));
  const still = trained.filter(({ name }, i) => reached.includes(name) && (values[1 + outputs.length + i]?.data.every((g) => g === 0) ?? true));
  // one meta-token or weight behind a ReLU may rest; whole parts must not
  expect(still.length).toBeLessThan(trained.length / 4);
});

test.each([['molt', 'answers'], ['mettle', 's4']] as const)('%s, %s: a few steps lower the loss', async (kind, task) => {
  const [adapter, backbones] = adapters[kind];
  const { first, last } = orFail(await smokeTraining(variantOf(adapter, tasks[task], backbones), 2)());
  expect(last).toBeLessThan(first);
});

test.each([['molt', 'answers'], ['mettle', 's4']] as const)('%s, %s: the laws hold', async (kind, task) => {
  const [adapter, backbones] = adapters[kind];
  const small = shrunk(variantOf(adapter, tasks[task], backbones));
  // two frames: an order of clips and frames that is mixed up would show
  const variant: Variant = small.task.kind === 'avs' ? { ...small, task: { ...small.task, segments: 2 } } : small;
  const { held, broken } = orFail(await lawsOn(variant)());
  expect(broken.map(({ id, counter }) => [id, ...counter])).toEqual([]);
  expect(held).toBe(kind === 'molt' ? 5 : 4);
});

test('with its trunks in front a variant reads pictures and sounds, and keeps nothing for the trunks', () => {
  const of = (variant: Variant): readonly string[] => {
    const { loss, outputs } = orFail(isParallel(variant) ? wholeSystem(variant, 1) : systemOf(variant, 1));
    return closeGraph([loss, ...outputs]).nodes.flatMap((node) => (is('input', node) ? [node.params.name] : [])).toSorted();
  };
  const full = (adapter: object, task: object): Variant => orFail(decodeVariant('v', { schemaVersion: 1, name: 'v', backbones: { visual: 'swinv2-mini64', audio: 'htsat-mini64' }, adapter, task }));
  for (const adapter of [{ kind: 'molt' }, { kind: 'mettle' }, { kind: 'none' }, { kind: 'norm-only' }, { kind: 'dg-sct', reduction: 2, groups: 2 }]) {
    expect(of(full(adapter, { kind: 'avqa' }))).toEqual(['answer', 'audio.logmel', 'other.pixels', 'question', 'visual.pixels']);
    expect(of(full({ ...adapter, ...(adapter.kind === 'mettle' ? { heads: 4 } : {}) }, { kind: 'avs', size: 32 }))).toEqual(['audio.logmel', 'mask', 'visual.pixels']);
  }
});

test('at the start tokens that are put back change no mask', () => {
  const variant = shrunk(variantOf({ kind: 'molt' }, { kind: 'avs', head: 'lavish' }));
  const { declared, run } = orFail(wholeOf(variant));
  const roots = [...run(1).outputs].flatMap(([name, node]) => (name === 'logits' ? [node] : []));
  const start = initialise(declared, random.key(2));
  const masks = (change: (name: string) => number): readonly number[] => {
    const parameters = new Map([...start].map(([name, value]): [string, Value] => [name, { ...value, data: Float32Array.from(value.data, (x) => x + change(name)) }]));
    return [...(orFail(evaluate(roots, { inputs: inputsOf(roots), parameters }))[0]?.data ?? [])];
  };
  const plain = masks(() => 0);
  const turned = (name: string): number => (name.endsWith('.query') || name.startsWith('head.inject.0.visual') ? 0.3 : 0);
  expect(masks(turned)).not.toEqual([]);
  expect(masks((name) => (name.startsWith('head.inject') && !name.endsWith('.open') ? turned(name) : 0))).toEqual(plain);
  expect(masks((name) => (name.endsWith('.open') ? 1 : 0))).not.toEqual(plain);
});

test("LAVisH's head is the released one behind a linear map: with the identity for a map both say the same", () => {
  const sizes = { words: dim(5), a: dim(4), d: dim(8), h: dim(2), k: dim(4), c: dim(3), x: dim(6), y: dim(5), z: dim(4) } as const;
  const [b, t, n] = [dim(2), dim(3), dim(5)];
  const asked = { question: inputIndices('question', sizes.words, b, dim(4)), visual: input('visual', b, t, n, sizes.d), other: input('other', b, t, n, sizes.d), audio: input('audio', b, t, sizes.a) };
  const heads = [avqa(sizes), lavishAvqa(sizes.d, sizes)] as const;
  const roots = heads.flatMap((head) => { const { answer, match, mismatch } = instantiate(head)(asked); return [unwrap(answer), unwrap(match), unwrap(mismatch)]; });
  const identity = Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : 0));
  const parameters = new Map<string, Value>([...initialise(declaredOf(heads[1]), random.key(4)), ...initialise(declaredOf(heads[0]), random.key(3)), ['look.weight', { sizes: [8, 8], dtype: 'f32', data: identity }], ['look.bias', { sizes: [8], dtype: 'f32', data: new Float32Array(8) }]]);
  const [answer, match, mismatch, ...others] = orFail(evaluate(roots, { inputs: inputsOf(roots), parameters }));
  expect(others.map(({ data }) => [...data])).toEqual([answer, match, mismatch].map((value) => [...(value?.data ?? [])]));
});

const told = (task: object, adapter: object = { kind: 'none' }, more: object = { backbones: htsat }): readonly string[] => {
  const made = decodeVariant('v.json', { schemaVersion: 1, name: 'v', ...more, adapter, task });
  return made._tag === 'Left' ? [made.left.where, ...made.left.given, made.left.needed, made.left.hint ?? ''] : [];
};

test.each([
  ['a misspelt option', told({ kind: 'avqa', anwsers: 3 }), /anwsers/, /did you mean 'answers'/],
  ['an unknown head', told({ kind: 'avs', head: 'lavsh' }), /task\.head/, /did you mean 'lavish'/],
  ['masks of a size that the decoder cannot make', told({ kind: 'avs', size: 100 }), /task\.size/, /divisible by 32/],
  ['channels that the heads do not divide', told({ kind: 'avqa', hidden: 6 }), /task\.hidden/, /divisible by the 4 heads/],
  ['a trunk of three stages', told({ kind: 'avs' }, { kind: 'none' }, { backbones: { visual: 'swinv2-tiny64', audio: 'htsat-tiny64' } }), /backbones\.visual/, /4 stages/],
  ['features that are no picture', told({ kind: 'avs' }, { kind: 'none' }, { features: { visual: [{ tokens: 35, channels: 64 }], audio: [{ tokens: 4, channels: 8 }] } }), /features\.visual\[0\]\.tokens/, /square/],
  ['heads that do not fit every stage', told({ kind: 'avs' }, { kind: 'mettle', heads: 128 }), /adapter\.heads/, /every stage/],
])('%s is told at its place, with what helps', (_, lines, place, help) => {
  expect(lines.join('\n')).toMatch(place);
  expect(lines.join('\n')).toMatch(help);
});

test('where only the norms train, the leaves of the graph say so as the declared weights do', () => {
  const { declared, run } = orFail(wholeOf(shrunk(variantOf({ kind: 'norm-only' }, { kind: 'avqa' }))));
  const { loss } = run(1);
  const leaves = new Map(closeGraph([loss]).nodes.flatMap((node) => (is('parameter', node) ? [[node.params.name, node.params.trainable] as const] : [])));
  const trunks = [...declared.values()].filter(({ name }) => !name.startsWith('head.'));
  expect(trunks.length).toBeGreaterThan(50);
  for (const { name, trainable } of trunks) {
    expect([name, trainable]).toEqual([name, /\.(norm\d?|bn0)\.(weight|bias)$/.test(name)]);
    expect([name, leaves.get(name) ?? trainable]).toEqual([name, trainable]);
  }
});
