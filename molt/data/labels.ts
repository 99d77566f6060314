/**
 * The classes of the embedded audio-visual event set and the names of its splits.
 * idea:    a one-second segment is labelled with an instrument only where that instrument is both seen and heard; any other second is background.
 * source:  the AVE task (Tian et al. 2018, arXiv:1803.08842), with 7 composed classes in place of its 28 recorded ones.
 */

/** The seven instruments, in label order 0…6. */
export const instruments = ['violin', 'guitar', 'trumpet', 'saxophone', 'piano', 'drum', 'flute'] as const;
export type Instrument = (typeof instruments)[number];

/** Label of a second in which no instrument is both seen and heard. */
export const background = 7;

/** Names of the labels 0…7. */
export const aveClasses = [...instruments, 'background'] as const;

/** Number of one-second segments in a clip. */
export const segments = 10;

export const splits = ['train', 'val', 'test'] as const;
export type Split = (typeof splits)[number];

export const labelOf = (instrument: Instrument): number => instruments.indexOf(instrument);

/** A record with one entry per instrument; the type system sees every name. */
export const perInstrument = <A>(make: (instrument: Instrument) => A): { readonly [I in Instrument]: A } => ({
  violin: make('violin'), guitar: make('guitar'), trumpet: make('trumpet'), saxophone: make('saxophone'), piano: make('piano'), drum: make('drum'), flute: make('flute'),
});
