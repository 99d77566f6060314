/**
 * Faults: what ONNX Runtime says went wrong, as a fault of ours.
 * idea:  its errors are a code and a sentence; the sentence tells more than the code, and names the operation, whose name carries the
 *        block path.
 * laws:  test/dsl/backends/ort-node.test.ts
 */
import { fault, type Fault } from '../../../shapes/fault.ts';

const kinds: readonly { readonly says: RegExp; readonly as: (where: string, message: string) => Fault }[] = [
  {
    says: /NOT_IMPLEMENTED|Could not find an implementation|is not a registered function\/op|No Op registered for/i,
    as: (where, message) => fault('Unsupported', where, [message], 'an operation for which ONNX Runtime has a kernel', 'another backend, for instance reference'),
  },
  {
    says: /failed to allocate|bad_alloc|out of memory|allocation failed|Available memory/i,
    as: (where, message) => fault('Memory', where, [message], 'memory for the values of the program', 'a smaller batch, or another backend'),
  },
  {
    says: /element out of data bounds|invalid indice|index(es|ices)? .*out of (range|bounds)|out of bound/i,
    as: (where, message) => fault('Decode', where, [message], 'indices that lie in the table'),
  },
];

/** One fault for one message. */
export const faultOfMessage = (where: string, message: string): Fault => {
  const said = message.trim();
  return kinds.find(({ says }) => says.test(said))?.as(where, said) ?? fault('Defect', where, [said], 'a model that ONNX Runtime runs', 'please report this');
};
