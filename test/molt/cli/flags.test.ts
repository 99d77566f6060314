/** The parser of flags: types in, values out. */
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { expect, expectTypeOf, test } from 'vitest';
import { choice, integer, orElse, parseFlags, repeated, text, toggle } from '../../../molt/cli/flags.ts';

const table = { out: text('FILE', 'where'), level: orElse(choice(['low', 'high'], 'how much'), 'low'), seed: orElse(integer('N', 'seed', 1), undefined), fast: toggle('hurry') };
const parse = (...argv: readonly string[]) => parseFlags('molt x', 'molt x --out FILE', table, argv);
const complaints = (...argv: readonly string[]): readonly string[] => {
  const parsed = parse(...argv);
  return isLeft(parsed) ? parsed.left.given : [];
};

test('values have the types of their flags', () => {
  const parsed = parse('--out', 'a');
  if (isLeft(parsed)) throw new Error('refused');
  expectTypeOf(parsed.right.flags.level).toEqualTypeOf<'low' | 'high'>();
  expectTypeOf(parsed.right.flags.seed).toEqualTypeOf<number | undefined>();
  expect(parsed.right).toEqual({ flags: { out: 'a', level: 'low', seed: undefined, fast: false }, operands: [] });
});

test.each([
  [['--out=a', '--fast', 'one', '--seed', '7', 'two'], { out: 'a', level: 'low', seed: 7, fast: true }, ['one', 'two']],
  [['--level', 'high', '--out', '-', '--', '--fast'], { out: '-', level: 'high', seed: undefined, fast: false }, ['--fast']],
  [['--out', 'a=b'], { out: 'a=b', level: 'low', seed: undefined, fast: false }, []],
])('%j', (argv, flags, operands) => {
  expect(parse(...argv)).toEqual(right({ flags, operands }));
});

test.each([
  [[], ['--out FILE is missing: where']],
  [['--out'], ['--out lacks its value FILE']],
  [['--out', '--fast'], ['--out lacks its value FILE']],
  [['--out', ''], ['--out : needed a text that is not empty']],
  [['--out', 'a', '--seed', '0'], ['--seed 0: needed an integer of at least 1']],
  [['--out', 'a', '--seed', '1.5'], ['--seed 1.5: needed an integer of at least 1']],
  [['--out', 'a', '--seed', '1e99'], ['--seed 1e99: needed an integer of at least 1']],
  [['--out', 'a', '--level', 'hihg'], ['--level hihg: needed one of low, high (did you mean high?)']],
  [['--out', 'a', '--sed', '3'], ['--sed is not a flag of molt x (did you mean --seed?)']],
  [['--out', 'a', '-q'], ['-q is not a flag of molt x']],
  [['--out', 'a', '--out', 'b'], ['--out is given twice']],
  [['--out', 'a', '--fast=no'], ['--fast takes no value']],
])('%j is refused', (argv, said) => {
  expect(complaints(...argv)).toEqual(said);
});

test('a flag that may be given several times', () => {
  const many = { level: repeated(choice(['low', 'high'], 'how much')), fast: toggle('hurry') };
  const given = (...argv: readonly string[]) => parseFlags('molt x', 'molt x', many, argv);
  const parsed = given('--level', 'low', '--fast', '--level=high', '--level', 'low');
  if (isLeft(parsed)) throw new Error('refused');
  expectTypeOf(parsed.right.flags.level).toEqualTypeOf<readonly ('low' | 'high')[]>();
  expect(parsed.right.flags).toEqual({ level: ['low', 'high', 'low'], fast: true });
  expect(given()).toEqual(right({ flags: { level: [], fast: false }, operands: [] }));
  expect(given('--level', 'low', '--level', 'hihg')).toMatchObject({ left: { given: ['--level hihg: needed one of low, high (did you mean high?)'] } });
  expect(given('--level', 'low', '--level')).toMatchObject({ left: { given: ['--level lacks its value low|high'] } });
});
