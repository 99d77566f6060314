/**
 * MoLT wired wrongly: swapped modalities, heads that do not divide the width, tokens of another number.
 */
import { ca } from '../../../molt/ca.ts';
import { cda, cdaSide } from '../../../molt/cda.ts';
import { tokenMix } from '../../../molt/mix.ts';
import { modality } from '../../../molt/modality.ts';
import { router } from '../../../molt/router.ts';
import { narrowTd, td } from '../../../molt/td.ts';
import { uda } from '../../../molt/uda.ts';
import { input, instantiate } from '../../../dsl/index.ts';
import { dim, refl } from '../../../shapes/index.ts';

const visual = modality(dim(1536), dim(8), dim(192), dim(36));
const audio = modality(dim(768), dim(8), dim(96), dim(64));
const narrow = modality(dim(1536), dim(8), dim(128), dim(36));
const z = dim(4);
const b = dim('B', 2);
const fv = input('fv', b, dim(36), dim(1536));
const fa = input('fa', b, dim(64), dim(768));

// error: Type '1536' is not assignable to type '1024'.
export const heads = td(narrow, refl());
export const fitting = td(visual, refl());
// error: Type '768' is not assignable to type '1536'.
export const otherTd = uda(z, visual.d, narrowTd(audio), tokenMix(z, visual.n));

const v = cdaSide(z, visual.d, narrowTd(visual), ca(visual, audio.d), tokenMix(z, visual.n));
const a = cdaSide(z, audio.d, narrowTd(audio), ca(audio, visual.d), tokenMix(z, audio.n));
export const right = instantiate(cda(v, a))(fv, fa);
// error: Type '36' is not assignable to type '64'.
export const swappedSides = instantiate(cda(a, v))(fv, fa);
// error: Type '64' is not assignable to type '36'.
export const swappedFeatures = instantiate(cda(v, a))(fa, fv);
// error: Type '1536' is not assignable to type '768'.
export const twoVisual = cda(v, v);
// error: Type '8' is not assignable to type '4'.
export const tokens = cda(v, cdaSide(dim(8), audio.d, narrowTd(audio), ca(audio, visual.d), tokenMix(dim(8), audio.n)));
// error: Type '36' is not assignable to type '64'.
export const mixed = instantiate(uda(z, visual.d, narrowTd(visual), tokenMix(z, audio.n)))(fv);
// error: Type '768' is not assignable to type '1536'.
export const routed = instantiate(router(visual.d, audio.d, dim(96), dim(2)))(fa, fv);
