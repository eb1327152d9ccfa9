import type { ChooseFeatures } from './types.ts';

const AT_MOST = 3;

/**
 * Features of the next tier that the account's own usage argues for and that it has not tried, in the order of config.
 * What could not be evaluated is left out: a reason must be true.
 */
export const chooseFeatures: ChooseFeatures = ({ features, planOrder, currentPlan, nextPlan, answers }) => {
  const chosen: ReturnType<ChooseFeatures>['chosen'] = [];
  const left: ReturnType<ChooseFeatures>['left'] = [];
  const tier = (plan: string) => planOrder.indexOf(plan);
  for (const [key, feature] of Object.entries(features)) {
    const answer = answers[key];
    const leave = (reason: string) => left.push({ key, reason });
    if (nextPlan === null) leave('there is no next plan');
    else if (tier(feature.tier) <= tier(currentPlan)) leave(`${currentPlan} has it already`);
    else if (tier(feature.tier) > tier(nextPlan)) leave(`${nextPlan} does not have it yet`);
    else if (answer?.used === true) leave('the account uses it already');
    else if (answer?.because == null || (feature.used_when !== undefined && answer.used === null)) {
      leave('the facts it needs are not known');
    } else if (!answer.because) leave('nothing in the usage of the account speaks for it');
    else if (chosen.length === AT_MOST) leave('three others come first');
    else {
      const { name, tier: plan, line, because } = feature;
      chosen.push({ key, name, tier: plan, line, reason: `${because} holds, and it is not in use` });
    }
  }
  return { chosen, left };
};
