import { Rng } from '../../bench/worlds/common.mjs';
import { type Fault, type FaultInput, fault, STAGE } from './fault.ts';

/** The faults in force. Which call is hit depends on the order of calls and the fault's seed alone. */
export interface FaultList {
  /** @throws ZodError naming the field that is wrong */
  add: (input: FaultInput) => Fault;
  clear: (vendor?: string) => void;
  list: () => Fault[];
  /** The first fault that hits this call, used up once. */
  hit: (vendor: string, stage: 'before' | 'after' | 'webhook', method: string, path: string) => Fault | null;
}

interface Active {
  fault: Fault;
  path: RegExp | null;
  left: number;
  spare: number;
  chance: Rng;
}

export function createFaultList(initial: FaultInput[] = []): FaultList {
  let active: Active[] = [];
  const add = (input: FaultInput) => {
    const parsed = fault.parse(input);
    active.push({
      fault: parsed,
      path: parsed.match.path === undefined ? null : new RegExp(parsed.match.path),
      left: parsed.times ?? Number.POSITIVE_INFINITY,
      spare: parsed.skip,
      chance: new Rng(`${parsed.seed}/${parsed.vendor}/${parsed.kind}`),
    });
    return parsed;
  };
  for (const input of initial) add(input);
  return {
    add,
    clear: (vendor) => {
      active = vendor === undefined ? [] : active.filter((one) => one.fault.vendor !== vendor);
    },
    list: () => active.map((one) => one.fault),
    hit: (vendor, stage, method, path) => {
      for (const one of active) {
        const { fault } = one;
        if (fault.vendor !== vendor || STAGE[fault.kind] !== stage) continue;
        if (fault.match.method !== undefined && fault.match.method !== method.toUpperCase()) continue;
        if (one.path !== null && !one.path.test(path)) continue;
        if (one.spare > 0) {
          one.spare -= 1;
          continue;
        }
        if (!one.chance.chance(fault.probability)) continue;
        one.left -= 1;
        if (one.left <= 0) active = active.filter((other) => other !== one);
        return fault;
      }
      return null;
    },
  };
}
