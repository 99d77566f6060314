/**
 * Suites: methods that are compared with each other, and the settings that all of them share.
 */
import type { RivalsRecord } from '../report/record.ts';
import { controls, type Methods } from './methods.ts';
import { rivals, rule } from './rivals.ts';
import { type DemoSettings, fullSettings, quickRivalSettings, quickSettings, rivalSettings } from './settings.ts';

export interface Suite {
  readonly title: string;
  readonly methods: Methods;
  readonly full: DemoSettings;
  /** for a first look */
  readonly quick: DemoSettings;
  /** the method that the report is about, and the one that it has to beat */
  readonly focus: string;
  readonly control: string;
  /** what the report says of published results */
  readonly rivals?: RivalsRecord;
}

export const suites = {
  controls: { title: 'MoLT on the embedded recordings and artwork', methods: controls, full: fullSettings, quick: quickSettings, focus: 'molt', control: 'pooled' },
  rivals: {
    title: 'MoLT and its rivals on the embedded recordings and artwork', methods: rivals, full: rivalSettings, quick: quickRivalSettings, focus: 'molt', control: 'none',
    rivals: {
      rule,
      published: [{ method: 'lavish', accuracy: 78.6 }, { method: 'dg-sct', accuracy: 82.2 }, { method: 'avmoe-1+1', accuracy: 82.6 }, { method: 'mettle', accuracy: 83.3 }, { method: 'molt', accuracy: 83.5 }],
      source: 'AVE with Swin-V2-L and HTS-AT: arXiv 2512.00115, Table 3, whose authors’ own run of Mettle gives 81.5',
    },
  },
} as const satisfies { readonly [name: string]: Suite };
