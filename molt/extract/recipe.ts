/**
 * Recipe: how media become the input of one trunk, as data that any thread can be given.
 */
import type { BackboneConfig } from '../backbones/config.ts';
import type { ModalityName } from '../modality.ts';
import type { FrontEndName, SettingName } from '../preprocess/index.ts';

export interface Recipe {
  readonly setting: SettingName;
  readonly config: BackboneConfig;
  readonly modality: ModalityName;
  readonly frontEnd: FrontEndName;
}

/** What all work on media has in common. */
export interface Place {
  /** the data folder: nothing outside it is read */
  readonly root: string;
  /** ends ffmpeg when nobody waits for it any more */
  readonly signal?: AbortSignal;
}
