export * from './config.ts';
export * from './guardrails.ts';
export * from './plans.ts';
export * from './plays.ts';
export * from './template.ts';
export * from './triggers.ts';
export * from './values.ts';
