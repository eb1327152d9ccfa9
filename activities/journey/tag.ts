import type { TagStep } from '../../config/schema/index.ts';
import type { PerformResult } from '../../domain/journey/types.ts';
import type { Deps } from '../deps.ts';
import { effectKey } from '../effects/key.ts';
import { performPatiently } from '../effects/patience.ts';
import { forInternal } from '../effects/verdicts.ts';
import { about, companyOf, noConnection, openWith } from './alert.ts';
import type { StepInput } from './send-message.ts';
import { stepContext, toPerformResult } from './step-context.ts';

/** Not upgraded: the account is tagged for its next QBR, with what we saw. */
export async function tagForQbr(deps: Deps, { step, ...journey }: StepInput<TagStep>): Promise<PerformResult> {
  const context = await stepContext(deps, journey);
  const crm = openWith(deps, 'crm');
  if (!context || !crm) return toPerformResult(step.id, false, noConnection('CRM'));
  const { event, view } = context;
  const outcome = await performPatiently(deps, {
    connection: crm,
    operation: 'crm.tagAccount',
    about: about(context, effectKey({ subject: event.id, step: step.id, operation: 'crm.tagAccount' }), step.id),
    render: async () => {
      const companyId = await companyOf(deps, crm.name, view.account.id);
      if (companyId === null) return { skip: `${view.account.id} is not linked to one company in ${crm.name}` };
      const fields = {
        headroom_qbr_tag: `${event.trigger}: ${event.evidence.sentence}`.slice(0, 250),
        headroom_last_trigger: event.trigger,
        headroom_last_trigger_at: event.occurredAt,
        ...(event.utilization === null ? {} : { headroom_utilization: String(Math.round(event.utilization * 100)) }),
        ...(view.next === null ? {} : { headroom_recommended_plan: view.next.name }),
      };
      return { input: { companyId, fields } };
    },
    decide: forInternal,
  });
  return toPerformResult(step.id, false, outcome);
}
