/**
 * Media: videos, sounds and pictures as numbers, with every damage a fault that names the file.
 * idea:  ffmpeg as a child process for what moves and sounds, sharp for what stands still; the rest of molt sees neither.
 */
export { type Watch } from './child.ts';
export { digestOf } from './digest.ts';
export { type Ffmpeg, findFfmpeg } from './ffmpeg.ts';
export { folderFrames, naturally } from './folder.ts';
export { eachFrame, type FrameOptions } from './frames.ts';
export { inside } from './inside.ts';
export { mostPixels, type Picture } from './picture.ts';
export { sound, type SoundOptions } from './sound.ts';
export { still, type StillPorts } from './still.ts';
