// @ts-check
// node --import this: TypeScript is run as it is, in worker threads too (where `--import tsx` does nothing on Node 20).

import { register } from 'tsx/esm/api';

register();
