/**
 * The rival adapters against PyTorch: test/golden/adapters_reference.py.
 */
import { testGoldens } from '../goldens.ts';
import { adapterCases } from './cases.ts';

testGoldens('adapters', adapterCases);
