/**
 * Two frozen trunks with adapters inside against PyTorch: test/golden/inside_reference.py. Both places of every pair, both directions.
 */
import { nodes, type Node, unwrap } from '../../../dsl/index.ts';
import { balanceLoss, type InsertedAdapter, inside, readout, type Trunks } from '../../../molt/adapters/index.ts';
import { type GoldenCase, testGoldens } from '../goldens.ts';

const swin = { kind: 'swinv2', image: 8, patch: 2, channels: 8, depths: [1, 3], heads: [1, 2], window: 2 } as const;
const short = { ...swin, depths: [1, 1] } as const;
const htsat = { kind: 'htsat', spectrogram: 8, mels: 4, patch: 2, channels: 4, depths: [1, 1], heads: [1, 2], window: 2 } as const;
const options = { tokens: 3, reduction: 2, groups: 2, batchNorm: false, before: true, gate: 'after', start: 'zeros' } as const;

const power = (x: Node): Node => nodes.scale(nodes.sumAxes(nodes.map('square', x), x.sizes.map((_, axis) => axis)), 1 / x.sizes.reduce((a, size) => a * size, 1));
const caseOf = (adapter: InsertedAdapter, trunks: Trunks, balance = 0) => (): GoldenCase => {
  const made = inside(adapter, trunks);
  const { output, routers } = made.run(2);
  const vectors = readout(output, trunks.shared);
  const outputs = [output.normed.visual, output.normed.audio, vectors.visual, vectors.audio].map((x) => unwrap(x));
  const objective = outputs.map(power).reduce((a, x) => nodes.add(a, x));
  const even = balance === 0 ? undefined : balanceLoss(balance, [...routers.values()]);
  const shown = even === undefined ? [] : [...routers].map(([name, x]): [string, Node] => [`router.${name}`, unwrap(x)]);
  return { declared: made.declared, outputs: new Map([...outputs.map((x, i): [string, Node] => [String(i), x]), ...shown]), objective: even === undefined ? objective : nodes.add(objective, unwrap(even)) };
};

testGoldens('inside', {
  'lavish-one': caseOf({ kind: 'lavish', ...options }, { visual: short, audio: short, shared: true }),
  'lavish-two': caseOf({ kind: 'lavish', ...options }, { visual: short, audio: htsat, shared: false }),
  'dg-sct-two': caseOf({ kind: 'dg-sct', ...options, channel: 0.3, spatial: 0.05 }, { visual: swin, audio: htsat, shared: false }),
  'avmoe-two-skip': caseOf({ kind: 'avmoe', ...options, cross: 1, own: 1, self: 'none', skip: [1] }, { visual: short, audio: htsat, shared: false }),
  'lavish-visual-gates': caseOf({ kind: 'lavish', ...options, gate: 'visual-after' }, { visual: short, audio: htsat, shared: false }),
  'avmoe-balance': caseOf({ kind: 'avmoe', ...options, cross: 2, own: 2, self: 'tokens', skip: [1], balance: 0.01 }, { visual: short, audio: htsat, shared: false }, 0.01),
}, 1e-4); // tables of the trunks are float32
