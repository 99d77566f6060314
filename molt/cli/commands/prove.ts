/**
 * `molt prove`: runs the laws that a module claims of its blocks, and says what breaks them, as small as it gets.
 * idea:  the claims run themselves (proofs/claims/claim.ts); here they are found, named, filtered and shown. The laws come with the
 *        user's module, so that the command line starts without them.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Claimed, type Finding, isClaimed, type Proof } from '../../../proofs/claims/claimed.ts';
import { exitCodes, fault, type Fault, printFault } from '../../../shapes/fault.ts';
import { didYouMean } from '../../../shapes/nearest.ts';
import { type Exports, loadModule } from '../../prove/load.ts';
import { command, optionalText } from '../command.ts';
import { choice, integer, orElse } from '../flags.ts';
import { aligned } from '../table.ts';

interface Named {
  readonly name: string;
  readonly claimed: Claimed;
}
interface Proved extends Proof {
  readonly module: string;
  readonly name: string;
  /** nothing could be tried: the claim says what its block does not have, or the block cannot be built */
  readonly fault?: Fault;
}
interface Options {
  readonly seed: number;
  readonly runs: number;
  readonly path: string | undefined;
  /** `name.law` */
  readonly law: string | undefined;
}

/** The claims that a module exports, by their names. */
const claimsIn = (module: string, exports: Exports): Either<Fault, readonly Named[]> => {
  const found = Object.entries(exports).flatMap(([name, value]) => (isClaimed(value) ? [{ name, claimed: value }] : []));
  if (found.length > 0) return right(found);
  const names = Object.keys(exports);
  return left(fault('Decode', module, names.length === 0 ? ['a module that exports nothing'] : [`exports ${names.join(', ')}`], "an export made by claim(block, { inputs: ['b n 3'] }) of molt/proofs", 'molt prove --help'));
};

const lawOf = (name: string, law: string | undefined): string | undefined => law?.slice(name.length + 1);

const proved = (module: string, { law, path, seed, runs }: Options) => ({ name, claimed }: Named): TE.TaskEither<Fault, Proved> => async () => {
  const only = lawOf(name, law);
  const proof = await claimed.prove({ seed, runs, ...(path === undefined ? {} : { path }), ...(only === undefined ? {} : { law: only }) })();
  return right(isLeft(proof) ? { module, name, findings: [], skipped: [], fault: { ...proof.left, where: `${module} ${name}: ${proof.left.where}` } } : { module, name, ...proof.right });
};

/** The claims that `--law` leaves. */
const chosen = (module: string, law: string | undefined) => (all: readonly Named[]): Either<Fault, readonly Named[]> => {
  const kept = all.filter(({ name }) => law === undefined || law.startsWith(`${name}.`));
  return kept.length > 0 ? right(kept) : left(fault('Usage', 'molt prove', [`--law ${law}`], `NAME.LAW, with a claim of ${module}: ${all.map(({ name }) => name).join(', ')}${didYouMean((law ?? '').split('.')[0] ?? '', all.map(({ name }) => name))}`));
};

const proofs = (module: string, options: Options): TE.TaskEither<Fault, readonly Proved[]> =>
  pipe(
    loadModule(module),
    TE.chainEitherK((exports) => claimsIn(module, exports)),
    TE.chainEitherK(chosen(module, options.law)),
    TE.chain(TE.traverseSeqArray(proved(module, options))),
    TE.filterOrElse((all) => options.law === undefined || all.some(({ findings, fault: refused }) => findings.length > 0 || refused !== undefined), () => fault('Usage', 'molt prove', [`--law ${options.law}`], `a law that is tried of it; molt prove ${module} lists them`)),
  );

const words = { passed: 'passed', weak: 'weak', failed: 'FAILED' } as const satisfies { readonly [O in Finding['outcome']]: string };

const replay = (module: string, name: string, { law, counterexample }: Finding, runs: number): readonly string[] =>
  counterexample === undefined
    ? []
    : [
        ...counterexample.because.split('\n').map((line, i) => `${i === 0 ? '      because  ' : '               '}${line}`),
        `      smallest ${counterexample.sample}`,
        `      replay   molt prove ${module} --law ${name}.${law} --seed ${counterexample.seed} --runs ${runs} --path ${counterexample.path}`,
      ];

const pageOf = (runs: number) => ({ module, name, findings, skipped, fault: refused }: Proved): string => {
  if (refused !== undefined) return `${module} ${name}\n${printFault(refused).replace(/^/gm, '  ')}`;
  const rows = aligned(['left', 'left', 'left'], [...findings.map(({ law, outcome, statement }) => [`  ${words[outcome]}`, law, statement]), ...skipped.map(({ law, reason }) => ['  not tried', law, reason])]);
  return [
    `${module} ${name}`,
    ...rows.flatMap((row, i) => {
      const finding = findings[i];
      if (finding === undefined) return [row];
      return [row, ...replay(module, name, finding, runs), ...finding.survivors.map((one) => `      would not tell it from: ${one}`)];
    }),
  ].join('\n');
};

const total = (all: readonly Proved[]): string => {
  const count = (outcome: Finding['outcome']): number => all.flatMap(({ findings }) => findings).filter((f) => f.outcome === outcome).length;
  const [failed, weak, refused] = [count('failed'), count('weak'), all.filter((one) => one.fault !== undefined).length];
  return `${count('passed')} passed${weak > 0 ? `, ${weak} weak` : ''}, ${failed} failed, ${refused > 0 ? `${refused} refused, ` : ''}${all.flatMap(({ skipped }) => skipped).length} not tried`;
};

export const prove = command({
  name: 'prove',
  summary: 'run laws on blocks of your own, and show the smallest that breaks one',
  operands: { shown: 'MODULE.ts|.js...', most: Infinity },
  notes: [
    'A module exports claims: claim(block, { inputs: [\'b n 3\'], claims: [{ law: \'invariant\', axis: \'n\' }] }), from molt/proofs.',
    'Tried on every block where they mean something: shapes, batch, gradient, compiled, frozen. weak: the law held, but at these',
    'sizes it would have held for a wrong block as well. TypeScript modules need esbuild installed. Exit code 1 if a law failed, 2 if a claim cannot be tried.',
  ],
  flags: {
    runs: orElse(integer('N', 'samples for each law', 1), 50),
    seed: orElse(integer('S', 'where samples come from; the same gives the same'), 1),
    law: optionalText('NAME.LAW', 'this law of this claim only'),
    path: optionalText('P', 'with --law and --seed: replay one failure'),
    format: orElse(choice(['pretty', 'json'], 'how it is printed'), 'pretty'),
  },
  run: ({ flags, operands }, terminal) => {
    if (operands.length === 0) return TE.left(fault('Usage', 'molt prove', ['no module'], 'molt prove MODULE.ts', 'molt prove --help'));
    if (flags.law !== undefined && operands.length > 1) return TE.left(fault('Usage', 'molt prove', [`--law ${flags.law}`, `${operands.length} modules`], 'one module with --law'));
    if (flags.path !== undefined && flags.law === undefined) return TE.left(fault('Usage', 'molt prove', [`--path ${flags.path}`], '--law beside --path: a path belongs to one law', 'copy the replay line of the failure'));
    return pipe(
      operands,
      TE.traverseSeqArray((module) => proofs(module, flags)),
      TE.map((found) => {
        const all = found.flat();
        const failed = all.some(({ findings }) => findings.some(({ outcome }) => outcome === 'failed'));
        const refused = Math.max(0, ...all.map((one) => (one.fault === undefined ? 0 : exitCodes[one.fault._tag])));
        terminal.out(
          flags.format === 'json'
            ? JSON.stringify({ schemaVersion: 1, seed: flags.seed, runs: flags.runs, ok: !failed && refused === 0, claims: all }, null, 2)
            : [...all.map(pageOf(flags.runs)), total(all)].join('\n\n'),
        );
        return refused > 0 ? refused : failed ? 1 : 0;
      }),
    );
  },
});
