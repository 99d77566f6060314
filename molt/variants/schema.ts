/**
 * Schema: the variant file as a JSON Schema, for editors and for whoever checks files without this package.
 * idea:  it is what the codec's decoders say of themselves, so the two can't drift apart.
 * laws:  test/molt/variants/schema.test.ts: the published file is this one, and every sample variant obeys it
 * not:   what must hold between keys (`checks.ts`).
 */
import { fileSchema } from './codec.ts';
import type { JsonSchema } from './combinators.ts';

/**
 * The schema, draft 2020-12.
 * @example
 * import { jsonSchema } from 'molt/molt';
 * jsonSchema()['title']; // 'molt variant'
 */
export const jsonSchema = (): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'molt variant',
  description: 'An adapter on two frozen trunks, its task, and limits of what it may cost',
  ...fileSchema,
  oneOf: [{ required: ['features'] }, { required: ['backbones'] }],
});
