/**
 * Record: what the demo measured, in the form that the report reads.
 */
import { random, type Value } from '../../dsl/index.ts';
import type { AveSplit } from '../data/ave.ts';
import { credits } from '../data/credits.ts';
import { aveClasses, background } from '../data/labels.ts';
import { type ModalityName, modalities } from '../modality.ts';
import type { CosineMapRecord, DemoRecord, FusionRecord, MethodRecord, RouterRecord, StripRecord, TrainingRecord } from '../report/record.ts';
import { mean, median, populationDeviation } from '../statistics.ts';
import { accuracy, greatestOf } from '../train/infer.ts';
import type { MoltVariant } from '../variants/variant.ts';
import type { Extracted } from './features.ts';
import type { TrainedJob } from './jobs.ts';
import { bootstrap, columnMeans, confusionOf, meanCosines } from './statistics.ts';
import type { Suite } from './suites.ts';

export interface TrunkFacts {
  readonly name: string;
  readonly parameters: number;
  readonly pretrainAccuracy: number;
}
/** One method over all seeds. */
export interface MethodResult {
  readonly name: string;
  readonly label: string;
  readonly training: TrainingRecord;
  readonly trainableParameters: number;
  readonly savedBytesPerSample: number;
  /** in the order of the seeds */
  readonly runs: readonly TrainedJob[];
}
export interface Measured {
  readonly suite: Suite;
  /** clips that were trained on */
  readonly learned: number;
  readonly seeds: readonly number[];
  readonly variant: MoltVariant;
  readonly splits: { readonly train: AveSplit; readonly val: AveSplit; readonly test: AveSplit };
  readonly features: Extracted;
  readonly trunks: { readonly [M in ModalityName]: TrunkFacts };
  readonly results: readonly MethodResult[];
}

/** A record holds numbers: 0 for the mean of nothing. */
const known = (x: number): number => (Number.isFinite(x) ? x : 0);
const nothing: Value = { sizes: [0, 1], dtype: 'f32', data: new Float32Array() };
const shown = (run: TrainedJob | undefined, name: string): Value => run?.test.get(name) ?? nothing;
const predictions = (result: MethodResult | undefined): readonly Int32Array[] => (result?.runs ?? []).map((r) => greatestOf(shown(r, 'logits')));
const labelsOf = (split: AveSplit): Int32Array => Int32Array.from(split.labels);
const layerNames = (variant: MoltVariant): readonly string[] => variant.features.visual.map((_, l) => `late pair ${l + 1}`);

const methodRecord = (result: MethodResult, suite: Suite, seeds: readonly number[], labels: Int32Array): MethodRecord => ({
  name: result.name,
  label: result.label,
  trainableParameters: result.trainableParameters,
  savedBytesPerSample: result.savedBytesPerSample,
  secondsPerEpoch: known(median(result.runs.flatMap((r) => r.curve.map((e) => e.seconds)))),
  ...(suite.rivals === undefined ? {} : { training: result.training }),
  runs: result.runs.map((r, i) => ({
    seed: seeds[i] ?? i,
    testAccuracy: accuracy(greatestOf(shown(r, 'logits')), labels),
    valAccuracy: r.curve.at(-1)?.validation ?? 0,
    curve: r.curve.map((e) => ({ epoch: e.epoch, trainLoss: e.loss, ...(e.tor === 0 ? {} : { torLoss: e.tor }), valAccuracy: e.validation })),
  })),
});

const experts = (variant: MoltVariant): readonly string[] => [...Array.from({ length: variant.adapter.uda }, (_, i) => `uni ${i + 1}`), ...Array.from({ length: variant.adapter.cda }, (_, i) => `cross ${i + 1}`)];

const routerRecords = (variant: MoltVariant, run: TrainedJob | undefined, labels: Int32Array): readonly RouterRecord[] =>
  layerNames(variant).flatMap((layer, l) => {
    const { data } = shown(run, `router.${l}`);
    const names = experts(variant);
    const column = (e: number, keep: (i: number) => boolean): readonly number[] => Array.from(labels.keys()).filter(keep).map((i) => data[i * names.length + e] ?? 0);
    return names.map((expert, e): RouterRecord => ({
      layer, expert, mean: known(mean(column(e, () => true))), std: known(populationDeviation(column(e, () => true))),
      byClass: aveClasses.map((name, k) => ({ class: name, mean: known(mean(column(e, (i) => labels[i] === k))) })),
    }));
  });

const regularisations = [['molt', 'with TOR'], ['no-tor', 'without TOR']] as const;
/** The first run of those that were trained. */
const trained = ({ results }: Measured) => regularisations.flatMap(([name, label]) => results.filter((r) => r.name === name).map((r) => ({ label, run: r.runs[0] })));

const fusionRecords = (measured: Measured): readonly FusionRecord[] =>
  trained(measured).flatMap(({ run, label }) => modalities.flatMap((modality) => {
    const z = measured.variant.adapter.tokens;
    const layers = layerNames(measured.variant);
    return columnMeans(shown(run, `weights.${modality}`)).map((weight, i): FusionRecord => ({ label, modality, layer: layers[Math.floor(i / z)] ?? '', token: (i % z) + 1, weight }));
  }));

const cosineRecords = (measured: Measured): readonly CosineMapRecord[] =>
  trained(measured).flatMap(({ run, label }) => modalities.map((modality): CosineMapRecord => {
    const tokens = shown(run, `tokens.${modality}`);
    return { label, modality, size: tokens.sizes[1] ?? 0, layers: layerNames(measured.variant), values: meanCosines(tokens), torValue: known(mean(shown(run, `tor.${modality}`).data)) };
  }));

const segment = 10;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

const strip = (split: AveSplit, predicted: Int32Array, clip: number): StripRecord => {
  const story = split.stories[clip];
  const part = (bytes: Uint8Array): Uint8Array => bytes.subarray((clip * bytes.length) / split.clips, ((clip + 1) * bytes.length) / split.clips);
  const named = (labels: ArrayLike<number>): readonly string[] => Array.from({ length: segment }, (_, t) => aveClasses[labels[clip * segment + t] ?? background] ?? '');
  const active = (xs: readonly boolean[] | undefined): boolean => xs?.some(Boolean) === true;
  const decoys = [
    ...(active(story?.decoyHeard.active) ? [`a ${story?.decoyHeard.instrument ?? ''} is heard elsewhere`] : []),
    ...(active(story?.decoySeen.active) ? [`a ${story?.decoySeen.instrument ?? ''} is seen elsewhere`] : []),
  ];
  return {
    clip: `test clip ${clip}`, event: story?.event ?? '',
    frames: { side: 64, bytes: base64(part(split.frames)) },
    spectrogram: { columns: 64, bands: 64, bytes: base64(part(split.mel)) },
    truth: named(split.labels), prediction: named(predicted),
    heard: story?.heard ?? [], seen: story?.seen ?? [],
    ...(decoys.length === 0 ? {} : { note: decoys.join('; ') }),
  };
};

const backgroundShare = (split: AveSplit): number => known(mean(Array.from(split.labels, (l) => (l === background ? 1 : 0))));

/** Clips of different events, the first of each, in the order of the events. */
const stripClips = (split: AveSplit): readonly number[] => Array.from({ length: Math.min(6, split.clips) }, (_, i) => i);

export const recordOf = (measured: Measured): DemoRecord => {
  const { suite, seeds, splits, results, variant } = measured;
  const labels = labelsOf(splits.test);
  const molt = results.find((r) => r.name === 'molt');
  const first = predictions(molt)[0] ?? new Int32Array(labels.length);
  const perClip = (result: MethodResult): readonly number[] => {
    const all = predictions(result);
    return Array.from({ length: splits.test.clips }, (_, c) => known(mean(all.map((p) => accuracy(p.subarray(c * segment, (c + 1) * segment), labels.subarray(c * segment, (c + 1) * segment))))));
  };
  const trunk = (m: ModalityName) => ({
    ...measured.trunks[m],
    cosine: measured.features.cosines[m].map(({ stage, block, cosine }, i, all) => ({ layer: `${stage}.${block}`, cosine, adapted: i >= all.length - variant.features[m].length })),
  });
  return {
    title: suite.title,
    focus: suite.focus, control: suite.control, seeds, classNames: aveClasses,
    data: {
      clips: { train: measured.learned, val: splits.val.clips, test: splits.test.clips }, segments: segment,
      backgroundShare: { train: backgroundShare(splits.train), val: backgroundShare(splits.val), test: backgroundShare(splits.test) },
      note: 'Composed, AVE-like data: recordings of instruments over pictures of instruments. The test split has drawing styles, notes and ambience that training never saw. Not comparable with published AVE numbers.',
    },
    backbones: { visual: trunk('visual'), audio: trunk('audio') },
    methods: results.map((r) => methodRecord(r, suite, seeds, labels)),
    ...(suite.rivals === undefined ? {} : { rivals: suite.rivals }),
    confusion: { method: 'molt', classes: aveClasses, matrix: confusionOf(aveClasses.length, labels, predictions(molt)) },
    intervals: { over: 'test clips', level: 0.95, methods: results.map((r) => ({ method: r.name, ...bootstrap(perClip(r), 0.95, random.named(random.key(seeds[0] ?? 0), 'bootstrap')) })) },
    router: routerRecords(variant, molt?.runs[0], labels),
    fusion: fusionRecords(measured),
    cosineMaps: cosineRecords(measured),
    stripsOf: `MoLT, seed ${seeds[0] ?? 0}`,
    strips: stripClips(splits.test).map((clip) => strip(splits.test, first, clip)),
    credits,
    notes: [
      'Accuracy is the share of one-second segments of the test split whose label (seven events, or background) is right, after the last epoch; nothing was selected on the test split.',
      'The intervals are over test clips only. There are few recordings of some instruments in the test split (trumpet, flute and violin: three or four each), so segments are far from independent.',
      ...(suite.rivals === undefined ? ['Per-token scores of the adapters without cross-modal attention, with averaged fusion and without TOR come from the same features, seeds and schedule as MoLT.'] : []),
    ],
  };
};
