/**
 * A made-up record of a demo run, the same every time.
 */
import { base64 } from '../../../molt/report/pictures.ts';
import type { DemoRecord, MethodRecord, Modality, Regularisation, StripRecord } from '../../../molt/report/record.ts';

/** Shares between 0 and 1, by a small congruential generator. */
const noise = (seed: number) => {
  let state = Math.imul(seed + 77, 2654435761) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 8; i++) next();
  return next;
};

export const classNames = ['violin', 'guitar', 'trumpet', 'saxophone', 'piano', 'drum', 'flute', 'background'] as const;
const seeds = [1, 2, 3];
const epochs = Array.from({ length: 12 }, (_, i) => i + 1);

const method = (name: string, label: string, target: number, parameters: number, saved: number, time: number, tor?: number): MethodRecord => ({
  name, label, trainableParameters: parameters, savedBytesPerSample: saved, secondsPerEpoch: time,
  runs: seeds.map((seed) => {
    const next = noise(seed + label.length * 17);
    const wobble = (next() - 0.5) * 0.02;
    return {
      seed,
      testAccuracy: target + wobble,
      valAccuracy: target + 0.02 + wobble,
      curve: epochs.map((epoch) => ({
        epoch,
        trainLoss: 0.35 + 1.7 * Math.exp(-epoch / 4) + 0.05 * next() + (0.8 - target),
        ...(tor === undefined ? {} : { torLoss: tor * Math.exp(-epoch / 5) + next() * 0.3 }),
        valAccuracy: target + 0.02 - 0.35 * Math.exp(-epoch / 3) + 0.02 * next(),
      })),
    };
  }),
});

const layers = ['L1', 'L2'];
const experts = ['uni 1', 'uni 2', 'cross 1', 'cross 2'];
const labels: readonly Regularisation[] = ['with TOR', 'without TOR'];
const modalities: readonly Modality[] = ['visual', 'audio'];

const strip = (n: number, event: (typeof classNames)[number], heard: readonly number[], seen: readonly number[], wrong: readonly number[]): StripRecord => {
  const next = noise(n);
  const side = 64;
  const frames = new Uint8Array(10 * side * side * 3);
  const hue = [next(), next(), next()];
  for (let s = 0; s < 10; s++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const inside = seen.includes(s) && Math.hypot(x - 32 - 8 * Math.sin(s), y - 32) < 18;
        for (let c = 0; c < 3; c++) frames[((s * side + y) * side + x) * 3 + c] = inside ? 230 - 60 * c : Math.floor(60 + 120 * (hue[c] ?? 0) + 30 * next());
      }
  const mel = new Uint8Array(10 * side * side);
  for (let t = 0; t < 640; t++)
    for (let band = 0; band < side; band++) {
      const on = heard.includes(Math.floor(t / side));
      const tone = on && (band - 12) % 9 < 2 && band > 10 ? 150 * Math.exp(-(t % side) / 50) * (1 - band / 90) : 0;
      mel[t * side + band] = Math.floor(40 + 40 * next() + 20 * Math.exp(-band / 20) + tone);
    }
  const truth = Array.from({ length: 10 }, (_, s) => (heard.includes(s) && seen.includes(s) ? event : 'background'));
  return {
    clip: `test/${n}`, event,
    frames: { side, bytes: base64(frames) },
    spectrogram: { columns: side, bands: side, bytes: base64(mel) },
    truth,
    prediction: truth.map((name, s) => (wrong.includes(s) ? (name === 'background' ? event : classNames[(n + s) % 7] ?? 'violin') : name)),
    heard: truth.map((_, s) => heard.includes(s)),
    seen: truth.map((_, s) => seen.includes(s)),
    ...(n % 2 === 0 ? { note: 'a violin is heard as a decoy' } : {}),
  };
};

const from = (a: number, b: number): readonly number[] => Array.from({ length: b - a + 1 }, (_, i) => a + i);

export const synthetic: DemoRecord = {
  title: 'MoLT on composed audio-visual events',
  focus: 'molt',
  control: 'pooled',
  seeds,
  classNames,
  data: {
    clips: { train: 1200, val: 200, test: 200 },
    segments: 10,
    backgroundShare: { train: 0.401, val: 0.404, test: 0.396 },
    note: 'Clips are composed from recordings and drawings by the name of their class. Styles and notes of the test split occur in no other split. The numbers are not comparable with published ones on AVE.',
  },
  backbones: {
    visual: { name: 'Swin-V2, tiny', parameters: 412_345, pretrainAccuracy: 0.613, cosine: [0.31, 0.52, 0.48, 0.71, 0.83, 0.88].map((cosine, i) => ({ layer: `stage ${1 + Math.floor(i / 2)} block ${1 + (i % 2)}`, cosine, adapted: i > 3 })) },
    audio: { name: 'HTS-AT, tiny', parameters: 398_120, pretrainAccuracy: 0.702, cosine: [0.25, 0.61, 0.55, 0.68, 0.79, 0.74].map((cosine, i) => ({ layer: `stage ${1 + Math.floor(i / 2)} block ${1 + (i % 2)}`, cosine, adapted: i > 3 })) },
  },
  methods: [
    method('molt', 'MoLT', 0.712, 48_904, 183_400, 1.42, 30),
    method('pooled', 'Pooled features + linear', 0.644, 1_544, 6_144, 0.11),
    method('uni', 'Uni-modal adapters only', 0.689, 31_204, 120_300, 0.95, 26),
    method('no-tor', 'MoLT without TOR', 0.708, 48_904, 180_100, 1.38),
    method('average', 'MoLT, average fusion', 0.701, 47_300, 178_000, 1.35, 28),
  ],
  confusion: {
    method: 'molt',
    classes: classNames,
    matrix: classNames.map((_, i) => classNames.map((__, j) => (i === j ? (i === 7 ? 1900 : 420 - 30 * i) : (i * 7 + j * 5) % 11 === 0 ? 95 : (i + j) % 3 === 0 ? 0 : 8 + ((i * j) % 13)))),
  },
  intervals: { over: 'test clips', level: 0.95, methods: [{ method: 'molt', low: 0.689, high: 0.736 }, { method: 'pooled', low: 0.618, high: 0.668 }, { method: 'uni', low: 0.66, high: 0.71 }, { method: 'no-tor', low: 0.68, high: 0.73 }, { method: 'average', low: 0.671, high: 0.725 }] },
  router: layers.flatMap((layer, l) => experts.map((expert, e) => ({
    layer, expert, mean: [[0.31, 0.22, 0.28, 0.19], [0.18, 0.2, 0.41, 0.21]][l]?.[e] ?? 0, std: 0.03 + 0.02 * e,
    byClass: classNames.map((name, k) => ({ class: name, mean: 0.15 + 0.1 * Math.abs(Math.sin(k + 3 * e + l)) + (l === 1 && e === 2 ? 0.15 : 0) })),
  }))),
  fusion: labels.flatMap((label) => modalities.flatMap((modality, m) => layers.flatMap((layer, l) => from(1, 8).map((token) => ({ label, modality, layer, token, weight: (label === 'with TOR' ? 0.03 + 0.09 * Math.abs(Math.sin(token * 1.7 + l * 2 + m)) : 0.0625 + 0.002 * Math.sin(token)) }))))),
  cosineMaps: labels.flatMap((label) => modalities.map((modality, m) => {
    const next = noise(m + label.length);
    return {
      label, modality, size: 16, layers, torValue: label === 'with TOR' ? 3.2 : 171.4,
      values: Array.from({ length: 256 }, (_, i) => (i % 17 === 0 ? 1 : label === 'with TOR' ? (next() - 0.5) * 0.3 : 0.75 + 0.2 * next())),
    };
  })),
  stripsOf: 'MoLT, seed 1',
  strips: [
    strip(12, 'guitar', from(2, 8), from(1, 6), [3]),
    strip(47, 'saxophone', from(0, 6), from(0, 9), []),
    strip(88, 'drum', from(4, 9), from(3, 9), [0, 7, 8]),
    strip(131, 'flute', from(1, 5), from(1, 7), [6]),
  ],
  credits: [
    { source: 'tonejs-instruments, violin: VSCO 2 Community Edition, https://github.com/Makefully-Studios/tonejs-instruments', licence: 'samples CC-BY-3.0 (https://creativecommons.org/licenses/by/3.0/), code MIT', use: 'notes of the violin: shortened, resampled' },
    { source: 'OpenMoji, the open-source emoji and icon project, https://openmoji.org (@iconify-json/openmoji)', licence: 'CC-BY-SA-4.0 (https://creativecommons.org/licenses/by-sa/4.0/)', use: 'drawings: rasterised, turned, mirrored' },
  ],
  notes: ['Instruments are paired with sounds by the name of their class only.', 'The pre-training pools share no class with the event set.'],
};
