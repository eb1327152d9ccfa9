import type { DemoReport } from './report.ts';

/** Later than this the hub has not kept up with the clock: what is missing then says nothing about the hub. */
const BUSY_HOURS = 6;
/** EX_TEMPFAIL of sysexits.h. */
const TRY_AGAIN = 75;

/** What a demo comes to. `code`: 0, 1, or 75 (try again) when the machine was too busy to keep up with the clock. */
export interface Judgement {
  code: 0 | 1 | typeof TRY_AGAIN;
  problems: string[];
}

/**
 * @param of `ownWorld`: a world of somebody else's is shown, not judged, as its labels may mean what our triggers do not
 *   look for. `chaos`: a kill leaves doubts about mail, which nobody can look up. `onlyMailUnclear`: no other doubts
 */
export function judge(
  report: Pick<DemoReport, 'checker' | 'effects' | 'attribution' | 'unattributed' | 'expansionAcvCents' | 'clock'>,
  of: { ownWorld: boolean; chaos: boolean; onlyMailUnclear: boolean },
): Judgement {
  const { checker, effects, attribution, unattributed, expansionAcvCents, clock } = report;
  const sum = [...attribution, ...unattributed].reduce((total, row) => total + row.acvCents, 0);
  const problems = [
    ...(checker.duplicates > 0 ? [`${checker.duplicates} duplicates`] : []),
    ...(of.ownWorld && checker.forbidden > 0 ? [`${checker.forbidden} forbidden`] : []),
    ...(of.ownWorld && checker.missing > (of.chaos ? effects.unclear : 0) ? [`${checker.missing} missing`] : []),
    ...(effects.unclear > 0 && !(of.chaos && of.onlyMailUnclear) ? [`${effects.unclear} effects unclear`] : []),
    ...(sum === expansionAcvCents ? [] : [`credits sum to ${sum}, expansion is ${expansionAcvCents}`]),
  ];
  if (problems.length === 0) return { code: 0, problems };
  const tooBusy = checker.duplicates === 0 && !of.chaos && (clock.lagP95Hours ?? 0) > BUSY_HOURS;
  return { code: tooBusy ? TRY_AGAIN : 1, problems };
}
