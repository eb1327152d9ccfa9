export { compileCondition } from './compile.ts';
export { nearestName } from './nearest.ts';
export * from './types.ts';
