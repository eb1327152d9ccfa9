import type { Problem } from '../problem.ts';
import { config } from '../schema/index.ts';
import { durationText } from '../source/duration-text.ts';
import type { CheckInput } from './input.ts';
import { record } from './sections.ts';

/** A reminder that would leave with the trial's first message, or before it. */
export function checkTrials({ source, data }: CheckInput): Problem[] {
  const { trials: written } = record(data);
  const trials = config.shape.trials.safeParse(written);
  if (!trials.success || trials.data.remind_before < trials.data.length) return [];
  const { length, remind_before: before } = trials.data;
  // Whoever shortens a trial may never have seen the other setting: it has a default.
  const isWritten = record(written).remind_before !== undefined;
  const [longest, example] = [durationText(length), durationText(shorter(length))];
  return [
    source.problem(['trials', isWritten ? 'remind_before' : 'length'], {
      message: isWritten
        ? `the reminder would leave as soon as the trial starts: remind_before must be shorter than length`
        : `the reminder would leave as soon as the trial starts: remind_before is ${durationText(before)} when left out`,
      found: isWritten ? durationText(before) : longest,
      allowed: [`a remind_before below ${longest}`],
      example: `trials: { length: ${longest}, remind_before: ${example} }`,
    }),
  ];
}

/** A third, in whole days or hours. */
function shorter(ms: number): number {
  const unit = [86_400_000, 3_600_000, 60_000].find((size) => ms >= 3 * size) ?? 1_000;
  return Math.floor(ms / 3 / unit) * unit;
}
