/**
 * Learner: a model with a task, as graphs: what training minimises and what evaluation reads, for any batch size.
 * idea:  the training loop knows nothing of models or tasks, only this record.
 */
import type { Declared, Node, Value } from '../../dsl/index.ts';

/** One batch of training: scalars. */
export interface TrainBatch {
  readonly loss: Node;
  /** the task's part of the loss */
  readonly task: Node;
  /** the regulariser's part of the loss, weighted; 0 where there is none */
  readonly tor: Node;
}

/** How outputs become answers. */
export interface Answers {
  /** outputs of `infer` that are read */
  readonly reads: readonly string[];
  /** a label for every segment of all samples, from these outputs [samples, …] */
  readonly labels: (outputs: ReadonlyMap<string, Value>) => Int32Array;
}

export interface Learner {
  readonly declared: ReadonlyMap<string, Declared>;
  /** reads the inputs of B samples, and `labels` [B · segments], or `foreground` [B, T] and `event` [B] */
  readonly train: (batch: number) => TrainBatch;
  /** by name: `logits` [B, classes] and whatever else the model can show; reads the inputs of the features */
  readonly infer: (batch: number) => ReadonlyMap<string, Node>;
  /** what inference reads as statistics of batch norms, of one batch of training: the moments, by the names of their leaves; absent where there are none */
  readonly moments?: (batch: number) => ReadonlyMap<string, Node>;
  /** absent: the greatest of `logits` */
  readonly answers?: Answers;
  /** values that training does not make, the trunks': weights that are trained start there, the others stay with every compiled program */
  readonly given?: ReadonlyMap<string, Value>;
}
