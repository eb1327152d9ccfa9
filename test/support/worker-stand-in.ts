import { serve } from '../../server/serve.ts';
import type { TestHub } from './hub.ts';

// A worker alone, until it is killed. Its argument is where: written by startWorkerProcess from a TestHub's `place`.
const place = JSON.parse(process.argv[2] ?? '') as TestHub['place'];
await serve({ ...place, progress: () => {} }, { ...place, parts: ['worker'] });
console.log('works');
