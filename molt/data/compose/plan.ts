/**
 * The plan of a clip: what is heard and what is seen in each second.
 * idea:    the event's instrument is audible in one interval and visible in another; elsewhere another instrument may be heard and a third one seen,
 *          so that neither modality alone gives the label.
 * laws:    test/molt/data/compose — label = event exactly where heard and seen; the decoys never coincide with the event in their own modality.
 */
import { background, instruments, labelOf, segments } from '../labels.ts';
import type { Instrument } from '../labels.ts';
import type { Random } from './random.ts';

/** Per second, whether something is there. */
export type Activity = readonly boolean[];

export interface ClipPlan {
  readonly event: Instrument;
  readonly heard: Activity;
  readonly seen: Activity;
  readonly decoyHeard: { readonly instrument: Instrument; readonly active: Activity };
  readonly decoySeen: { readonly instrument: Instrument; readonly active: Activity };
}

const interval = (source: Random, shortest: number, longest: number): Activity => {
  const length = source.integer(shortest, longest + 1);
  const start = source.integer(0, segments - length + 1);
  return Array.from({ length: segments }, (_, t) => t >= start && t < start + length);
};

const everywhere: Activity = Array.from({ length: segments }, () => true);

/** Two of eight clips have the event throughout; in the others it is heard 3–9 s and seen 3–10 s, both for 2–9 s. */
const presence = (source: Random): { readonly heard: Activity; readonly seen: Activity } => {
  if (source.chance(0.25)) return { heard: everywhere, seen: everywhere };
  for (;;) {
    const [heard, seen] = [interval(source, 3, 9), interval(source, 3, 10)];
    const both = heard.filter((on, t) => on && seen[t] === true).length;
    if (both >= 2 && both < segments) return { heard, seen };
  }
};

const never: Activity = Array.from({ length: segments }, () => false);
const opposite = (activity: Activity): Activity => activity.map((on) => !on);

/** A plan for a given event; each decoy is used in 60 % of clips. */
export const planClip = (source: Random, event: Instrument): ClipPlan => {
  const { heard, seen } = presence(source);
  const second = source.pick(instruments.filter((instrument) => instrument !== event));
  const third = source.pick(instruments.filter((instrument) => instrument !== event && instrument !== second));
  return {
    event, heard, seen,
    decoyHeard: { instrument: second, active: source.chance(0.6) ? opposite(heard) : never },
    decoySeen: { instrument: third, active: source.chance(0.6) ? opposite(seen) : never },
  };
};

/** Labels of the ten seconds: the event where it is both heard and seen, else background. */
export const labelsOf = ({ event, heard, seen }: ClipPlan): Uint8Array => Uint8Array.from(heard, (on, t) => (on && seen[t] === true ? labelOf(event) : background));
