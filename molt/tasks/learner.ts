/**
 * Learner: a model with a task, as graphs: what training minimises and what evaluation reads, for any batch size.
 * idea:  the training loop knows nothing of models or tasks, only this record.
 */
import type { Declared, Node } from '../../dsl/index.ts';

/** One batch of training: scalars. */
export interface TrainBatch {
  readonly loss: Node;
  /** the task's part of the loss */
  readonly task: Node;
  /** the regulariser's part of the loss, weighted; 0 where there is none */
  readonly tor: Node;
}

export interface Learner {
  readonly declared: ReadonlyMap<string, Declared>;
  /** reads the inputs of the features and `labels` [B] */
  readonly train: (batch: number) => TrainBatch;
  /** by name: `logits` [B, classes] and whatever else the model can show; reads the inputs of the features */
  readonly infer: (batch: number) => ReadonlyMap<string, Node>;
}
