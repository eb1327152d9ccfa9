import type { ActionStep } from '../../config/schema/index.ts';
import type { CompilePlay, EffectStep, Instruction } from './types.ts';

/**
 * A play as a straight line with jumps forward. Neighbouring actions become one instruction: they do not depend on one
 * another, and a journey then costs few history events. Every play asks at last whether there was no upgrade, though it
 * may have nothing to do then: who clicked may still decide, and a running trial must end, before it can be told.
 */
export const compilePlay: CompilePlay = (steps) => {
  const program: Instruction[] = [];
  for (const step of steps) {
    if ('if' in step) {
      const ask: Extract<Instruction, { op: 'ask' }> = { op: 'ask', step: step.id, condition: step.if, otherwise: 0 };
      program.push(ask);
      appendBlock(program, step.then);
      ask.otherwise = program.length;
    } else if ('on_no_upgrade' in step) {
      const unless: Extract<Instruction, { op: 'unless_upgraded' }> = {
        op: 'unless_upgraded',
        step: step.id,
        otherwise: 0,
      };
      program.push(unless);
      appendBlock(program, step.on_no_upgrade);
      unless.otherwise = program.length;
    } else {
      appendAction(program, step, isJumpTarget(program));
    }
  }
  if (!program.some(({ op }) => op === 'unless_upgraded')) {
    program.push({ op: 'unless_upgraded', step: 'end', otherwise: program.length + 1 });
  }
  return program;
};

function appendBlock(program: Instruction[], steps: ActionStep[]): void {
  steps.forEach((step, i) => {
    appendAction(program, step, i === 0);
  });
}

function appendAction(program: Instruction[], step: ActionStep, alone: boolean): void {
  if ('wait_for' in step) {
    program.push({ op: 'wait', step: step.id, any: step.wait_for.any, forMs: step.wait_for.up_to });
    return;
  }
  const last = program.at(-1);
  const effect: EffectStep = step;
  if (!alone && last?.op === 'perform') last.steps.push(effect);
  else program.push({ op: 'perform', steps: [effect] });
}

/** A jump lands on the next instruction: the step after a block must not grow into the block. */
function isJumpTarget(program: Instruction[]): boolean {
  return program.some((instruction) => 'otherwise' in instruction && instruction.otherwise === program.length);
}
