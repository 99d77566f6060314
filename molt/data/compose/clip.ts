/**
 * A composed clip: ten seconds of sound and ten frames with one label a second.
 * idea:    plan → stems and ambience → log-mel; plan → scene → frames. All from one seed.
 * laws:    test/molt/data/compose — equal seeds give equal bytes.
 * not:     recorded video: results on these clips are never to be compared with published ones.
 */
import { melBytes } from '../audio/logmel.ts';
import { segments } from '../labels.ts';
import type { Instrument } from '../labels.ts';
import { expose } from './canvas.ts';
import type { Drawings, Sounds } from './materials.ts';
import type { Noise } from './noise.ts';
import { labelsOf, planClip } from './plan.ts';
import type { ClipPlan } from './plan.ts';
import type { Random } from './random.ts';
import { groundFor, jittered, painted, places, tintOf } from './scene.ts';
import type { Item } from './scene.ts';
import { ambience, mixed, rmsOf, sampleRate, stem } from './sound.ts';
import type { Playing } from './sound.ts';

/** Everything composition draws from; one value serves all clips of a split. */
export interface Studio {
  readonly sounds: Sounds;
  readonly drawings: Drawings;
  readonly noise: Noise;
  /** waveform → log-mel [64·seconds, 64] */
  readonly frontEnd: (samples: Float32Array) => Float32Array;
  /** rate shift of training notes, ± semitones */
  readonly shift: number;
  /** side of a frame, in pixels */
  readonly side: number;
}

export interface Clip {
  readonly plan: ClipPlan;
  /** [10, side, side, 3] */
  readonly frames: Uint8Array;
  /** [160000] at 16 kHz */
  readonly audio: Float32Array;
  /** [10, 64 frames, 64 bands] as bytes (see melValue) */
  readonly mel: Uint8Array;
  /** [10] */
  readonly labels: Uint8Array;
  /** RMS per second of the event's stem and of the decoy's, before mixing */
  readonly loudness: { readonly event: readonly number[]; readonly decoy: readonly number[] };
  readonly recordings: readonly string[];
  readonly drawings: readonly string[];
}

const playing = {
  violin: 'sustained', trumpet: 'sustained', saxophone: 'sustained', flute: 'sustained', guitar: 'plucked', piano: 'plucked', drum: 'drum',
} as const satisfies { readonly [I in Instrument]: Playing };

const composeSound = (source: Random, studio: Studio, plan: ClipPlan): Pick<Clip, 'audio' | 'loudness' | 'recordings'> => {
  const stemOf = (instrument: Instrument, active: readonly boolean[]): ReturnType<typeof stem> =>
    stem(source, { playing: playing[instrument], recordings: studio.sounds.instruments[instrument], active, gainDb: source.uniform(-5, 3), shift: studio.shift });
  const event = stemOf(plan.event, plan.heard);
  const decoy = stemOf(plan.decoyHeard.instrument, plan.decoyHeard.active);
  const room = source.pick(studio.sounds.ambience);
  const audio = mixed(event.samples, decoy.samples, ambience(source, studio.noise, room, segments * sampleRate, source.uniform(-28, -12)));
  const perSecond = (samples: Float32Array): readonly number[] => Array.from({ length: segments }, (_, t) => rmsOf(samples, t));
  return { audio, loudness: { event: perSecond(event.samples), decoy: perSecond(decoy.samples) }, recordings: [...event.recordings, ...decoy.recordings, room.id] };
};

const composePicture = (source: Random, studio: Studio, plan: ClipPlan): Pick<Clip, 'frames' | 'drawings'> => {
  const { side } = studio;
  const others = source.integer(0, 3);
  const chosen = [
    source.pick(studio.drawings.instruments[plan.event]),
    source.pick(studio.drawings.instruments[plan.decoySeen.instrument]),
    ...Array.from({ length: others }, () => source.pick(source.pick(studio.drawings.distractors))),
  ];
  const spots = places(source, side, chosen.length, 0.32, 0.55);
  const items = chosen.flatMap((drawing, i): readonly Item[] => {
    const place = spots[i];
    return place === undefined ? [] : [{ drawing, place, tint: tintOf(source) }];
  });
  const ground = groundFor(source, side, items);
  const frames = new Uint8Array(segments * side * side * 3);
  for (let t = 0; t < segments; t++) {
    const there = items.filter((_, i) => (i === 0 ? plan.seen[t] === true : i === 1 ? plan.decoySeen.active[t] === true : true));
    expose(source, studio.noise, painted(ground, there.map((item) => jittered(source, side, item))), frames, t * side * side * 3);
  }
  const shown = items.filter((_, i) => i !== 1 || plan.decoySeen.active.includes(true));
  return { frames, drawings: shown.map(({ drawing }) => drawing.id) };
};

/** Composes the clip of a stream for a given event. */
export const composeClip = (source: Random, studio: Studio, event: Instrument): Clip => {
  const plan = planClip(source, event);
  const sound = composeSound(source, studio, plan);
  const picture = composePicture(source, studio, plan);
  return { plan, ...sound, ...picture, mel: melBytes(studio.frontEnd(sound.audio)), labels: labelsOf(plan) };
};
