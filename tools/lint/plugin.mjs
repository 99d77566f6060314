/**
 * The house rules that oxlint does not have: arrows, assertions, headers, nominal types, module state.
 * idea:  each rule is a few lines over the syntax tree; what is allowed where is data in arrows.mjs and .oxlintrc.json.
 * source: https://oxc.rs/docs/guide/usage/linter/js-plugins.html (the ESLint rule interface)
 */
import { relative, sep } from 'node:path';
import { mayCompute, refusal } from './arrows.mjs';

const pathOf = (context) => relative(context.cwd, context.filename).split(sep).join('/');
const headerOf = (context) => {
  const first = context.sourceCode.getAllComments()[0];
  const opens = first !== undefined && first.type === 'Block' && first.value.startsWith('*');
  const before = opens ? context.sourceCode.text.slice(0, context.sourceCode.text.indexOf('/**')) : '';
  return opens && /^\s*(#!.*\s*)?$/.test(before) ? first.value : undefined;
};

/** shapes <- dsl <- molt, and proofs beside them: see arrows.mjs. */
const arrows = {
  create: (context) => {
    const file = pathOf(context);
    const check = (source) => {
      if (source === null || source === undefined) return;
      if (source.type !== 'Literal' || typeof source.value !== 'string') {
        if (!mayCompute(file)) context.report({ node: source, message: `${file} may not import a computed name` });
        return;
      }
      const why = refusal(file, source.value);
      if (why !== undefined) context.report({ node: source, message: why });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument),
    };
  },
};

/** A type assertion belongs to a file whose header says that it is a trust boundary; `as const` asserts nothing. */
const assertions = {
  create: (context) => {
    const header = headerOf(context);
    if (header !== undefined && /trust boundary/i.test(header)) return {};
    const message = 'a type assertion outside a trust boundary: decode or narrow the value, or say "trust boundary" and why in the header';
    return {
      TSAsExpression: (node) => {
        const { type, typeName } = node.typeAnnotation;
        if (!(type === 'TSTypeReference' && typeName.name === 'const')) context.report({ node, message });
      },
      TSTypeAssertion: (node) => context.report({ node, message }),
    };
  },
};

/** Every module opens with what it is, in one sentence. */
const header = {
  create: (context) => ({
    Program: (node) => {
      const first = headerOf(context)?.split('\n').map((line) => line.replace(/^[\s*]+/, '').trim()).find((line) => line !== '');
      if (first === undefined) context.report({ node, message: 'open the module with a /** header */: one sentence that says what it is' });
    },
  }),
};

/** A module holds no variable: state is an argument or a result. */
const state = {
  create: (context) => ({
    VariableDeclaration: (node) => {
      const top = node.parent.type === 'Program' || (node.parent.type === 'ExportNamedDeclaration' && node.parent.parent.type === 'Program');
      if (top && node.kind !== 'const') context.report({ node, message: 'a module holds no mutable variable: make it an argument or a result' });
    },
  }),
};

const witnesses = new Set(['Tensor', 'DimOf', 'Vec', 'Is', 'Param']);

/** What carries a dim is neither extended by an interface nor intersected: TypeScript would compare structurally and lose the dim. */
const nominal = {
  create: (context) => {
    const refuse = (node, name) => {
      if (witnesses.has(name)) context.report({ node, message: `hold a ${name} in a field: an interface or an intersection over it loses its dims` });
    };
    return {
      TSInterfaceDeclaration: (node) => node.extends?.forEach((parent) => refuse(parent, parent.expression?.name)),
      TSIntersectionType: (node) => node.types.forEach((part) => refuse(part, part.type === 'TSTypeReference' ? part.typeName.name : undefined)),
    };
  },
};

export default { meta: { name: 'house' }, rules: { arrows, assertions, header, nominal, state } };
