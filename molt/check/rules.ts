/**
 * Rules: everything a check can find, under ids that stay.
 * idea:  one total table; an id is never used again for something else. Hundreds tell the theme: 0 the file, 1 budgets, 2 laws,
 *        3 training, 4 the lock, 9 ourselves. What is wrong with a file is bad input (exit code 2), what it costs or breaks a failed check (1).
 */

export type Level = 'error' | 'warning';

interface RuleOf {
  /** kebab-case, stable */
  readonly name: string;
  readonly level: Level;
  /** of a run whose worst finding it is; warnings have 0 */
  readonly exit: 0 | 1 | 2 | 3;
  /** one sentence */
  readonly about: string;
  /** what usually helps */
  readonly hint: string;
}

export const rules = {
  MOLT001: { name: 'shape-mismatch', level: 'error', exit: 2, about: 'Parts of the variant do not fit each other.', hint: 'change the size or option named, or the one it is compared with' },
  MOLT002: { name: 'decode', level: 'error', exit: 2, about: 'A value of the file is not what it must be.', hint: 'put a value there as needed says; `molt init` writes a file with every key' },
  MOLT003: { name: 'unknown-key', level: 'error', exit: 2, about: 'A key is not one of a variant file.', hint: 'correct its spelling or remove it; no key is ignored' },
  MOLT004: { name: 'missing-key', level: 'error', exit: 2, about: 'A key that has no default is missing.', hint: 'add the key to the object at this place' },
  MOLT005: { name: 'syntax', level: 'error', exit: 2, about: 'The file is not JSON.', hint: 'look for a missing comma, quote or bracket there; JSON has no comments and no trailing commas' },
  MOLT006: { name: 'duplicate-key', level: 'error', exit: 2, about: 'A key stands twice in one object.', hint: 'keep one of the two: JSON readers would silently take the last' },
  MOLT007: { name: 'unreadable-file', level: 'error', exit: 2, about: 'The file cannot be read.', hint: 'check the path and its permissions' },
  MOLT008: { name: 'unsupported', level: 'error', exit: 2, about: 'The variant is well-formed, but nothing can build it.', hint: 'choose a task or an option that is built' },
  MOLT009: { name: 'module', level: 'error', exit: 2, about: 'The module does not load, or exports no block to check.', hint: 'export one claim(block, { inputs, at }) of molt/proofs, as the default export if there are several; `molt prove FILE` takes the same module' },
  MOLT101: { name: 'trainable-parameters', level: 'error', exit: 1, about: 'More trainable weights than the budget allows.', hint: 'fewer adapters, a smaller width or shared projections; or raise the budget on purpose' },
  MOLT102: { name: 'saved-bytes', level: 'error', exit: 1, about: 'Training keeps more bytes per sample between forward and backward than the budget allows.', hint: 'later positions, fewer layers or latent tokens; adapters inside a trunk make its activations wait; or raise the budget on purpose' },
  MOLT103: { name: 'peak-bytes', level: 'error', exit: 1, about: 'A training step holds more bytes at once than the budget allows.', hint: 'a smaller batch, fewer layers or smaller features; or raise the budget on purpose' },
  MOLT104: { name: 'multiply-adds', level: 'error', exit: 1, about: 'Inference of one sample takes more multiply-adds than the budget allows.', hint: 'fewer adapters or layers, smaller widths; or raise the budget on purpose' },
  MOLT105: { name: 'exported-bytes', level: 'error', exit: 1, about: 'The weights of the exported model take more bytes than the budget allows.', hint: 'fewer or shared projections, smaller widths; or raise the budget on purpose' },
  MOLT200: { name: 'law', level: 'error', exit: 1, about: 'The variant breaks a law, at a small size.', hint: 'replay the sample that is printed; a smaller variant may break it too' },
  MOLT201: { name: 'law-batch', level: 'error', exit: 1, about: 'The result of a sample depends on its neighbours in the batch.', hint: 'look for a norm or a softmax over the batch axis' },
  MOLT202: { name: 'law-compiled', level: 'error', exit: 1, about: 'Planning changes what the model computes.', hint: 'please report it with the variant file: the planner must keep every value' },
  MOLT203: { name: 'law-simplex', level: 'error', exit: 1, about: 'Routing or fusion weights are not ≥ 0 with sum 1.', hint: 'look for a softmax over the wrong axis' },
  MOLT204: { name: 'law-gradient', level: 'error', exit: 1, about: 'Gradients disagree with central differences.', hint: 'look for a stopped gradient or a kink at the sample' },
  MOLT301: { name: 'smoke-training', level: 'error', exit: 1, about: 'A few steps of training at a small size do not lower the loss.', hint: 'allow more steps with --smoke N; if it still does not fall, a gradient is missing or the loss is flat' },
  MOLT401: { name: 'lock-drift', level: 'error', exit: 1, about: 'A figure is not the one that the lock file records.', hint: 'if the change is meant, record it: molt check --update-baseline' },
  MOLT402: { name: 'lock-missing', level: 'warning', exit: 0, about: 'The lock file does not know the variant.', hint: 'record it: molt check --update-baseline' },
  MOLT901: { name: 'defect', level: 'error', exit: 3, about: 'The check itself failed.', hint: 'please report it with the variant file' },
} as const satisfies { readonly [id: `MOLT${number}`]: RuleOf };

export type RuleId = keyof typeof rules;
export type BudgetRule = Extract<RuleId, `MOLT1${string}`>;
export type LawRule = Extract<RuleId, `MOLT2${string}`>;

export const isRuleId = (id: string): id is RuleId => Object.hasOwn(rules, id);

/** Every id, in order. */
export const ruleIds: readonly RuleId[] = Object.keys(rules).filter(isRuleId);

export const ruleOf = (id: RuleId): RuleOf => rules[id];

/** `MOLT102 saved-bytes` */
export const ruleTitle = (id: RuleId): string => `${id} ${rules[id].name}`;
