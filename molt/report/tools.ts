/**
 * The libraries that draw: vega and vega-lite for charts, pngjs for pictures, loaded when a report is written.
 * idea:  they are needed by nothing else, so a program that writes no report starts without them; a missing one is named with the
 *        command that installs all three.
 * laws:  test/molt/report/tools.test.ts — the versions are those of package.json.
 * source: https://vega.github.io/vega/usage/ (server-side SVG)
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as Vega from 'vega';
import type * as VegaLite from 'vega-lite';
import { fault, faultOf, type Fault } from '../../shapes/fault.ts';
import { pngDataUri, type Paint, type PngModule } from './png.ts';

/** A chart as data: what vega-lite draws, and what it says to those who do not see it. */
export interface Chart {
  readonly spec: VegaLite.TopLevelSpec;
  readonly alt: string;
}

export interface Tools {
  /** A chart as an SVG document. errors: Defect if vega refuses the chart. */
  readonly draw: (chart: Chart) => TE.TaskEither<Fault, string>;
  readonly paint: Paint;
}

/** The exact versions that the report is written with. */
export const toolVersions = { vega: '6.4.0', 'vega-lite': '6.4.3', pngjs: '7.0.0' } as const satisfies { readonly [name: string]: string };

export const toolsInstallCommand = `npm install --save-dev ${Object.entries(toolVersions).map(([name, version]) => `${name}@${version}`).join(' ')}`;

/** How each library is loaded. */
export interface Importers {
  readonly vega: () => Promise<Pick<typeof Vega, 'View' | 'parse' | 'logger' | 'None'>>;
  readonly 'vega-lite': () => Promise<Pick<typeof VegaLite, 'compile'>>;
  readonly pngjs: () => Promise<{ readonly PNG: PngModule }>;
}
export const importers: Importers = { vega: () => import('vega'), 'vega-lite': () => import('vega-lite'), pngjs: () => import('pngjs') };

const isMissing = (thrown: unknown): boolean => thrown instanceof Error && 'code' in thrown && (thrown.code === 'ERR_MODULE_NOT_FOUND' || thrown.code === 'MODULE_NOT_FOUND');

const load = <M>(name: string, importer: () => Promise<M>): TE.TaskEither<Fault, M> =>
  TE.tryCatch(importer, (thrown) =>
    isMissing(thrown) ? fault('Unsupported', 'the report', [`${name} is not installed`], 'the libraries that draw it', toolsInstallCommand) : faultOf(`the report: ${name}`, thrown));

/**
 * All three libraries.
 * errors:  Unsupported with the one command that installs them.
 */
export const loadTools = (from: Importers = importers): TE.TaskEither<Fault, Tools> =>
  pipe(
    TE.Do,
    TE.apS('vega', load('vega', from.vega)),
    TE.apS('lite', load('vega-lite', from['vega-lite'])),
    TE.apS('pngjs', load('pngjs', from.pngjs)),
    TE.map(({ vega, lite, pngjs }): Tools => ({
      draw: ({ spec, alt }) =>
        TE.tryCatch(
          () => {
            const view = new vega.View(vega.parse(lite.compile(spec, { logger: vega.logger(vega.None) }).spec), { renderer: 'none' });
            return view.toSVG().finally(() => view.finalize());
          },
          (thrown) => faultOf(`the report: ${alt}`, thrown),
        ),
      paint: pngDataUri(pngjs.PNG),
    })),
  );
