/** A process that fetches org/big and says how far it is: `node fetcher.mjs ENDPOINT CACHE`. */
import { fromHub } from '../../../../molt/weights/hub/index.ts';

const [, , endpoint, cache = ''] = process.argv;
const found = await fromHub('org/big', { fetch: globalThis.fetch, env: { HF_ENDPOINT: endpoint, HF_HUB_CACHE: cache }, home: cache, progress: ({ done }) => void process.stdout.write(`${done}\n`) })();
process.stdout.write(`${found._tag}\n`);
