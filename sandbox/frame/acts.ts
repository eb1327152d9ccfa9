/**
 * What simulated people ask of the twins, by vendor. A twin may offer more acts; these names and inputs are the ones
 * that `sandbox/people` uses; a twin writes its acts into the ledger. Everything else is plain HTTP on links that
 * people were shown.
 */
export interface PeopleActs {
  /** The recipient answers a mail. */
  'smtp.reply': { messageId: string; from: string; text: string };
  /** The mail program's own button: https://www.rfc-editor.org/rfc/rfc8058 */
  'smtp.one_click_unsubscribe': { messageId: string };
  /** The customer changes the plan in the vendor's own portal, with no link of ours. */
  'stripe.change_plan': { account: string; product: string; plan: string };
  /** One of our people presses a button of a message; `actionId` and `value` as they stood in the message. */
  'slack.click': { channel: string; ts: string; actionId: string; value: string; email: string };
  /** The account manager logs a call with the customer, in the CRM where the hub leaves its tasks. */
  'hubspot.log_call': LoggedCall;
  'salesforce.log_call': LoggedCall;
  /** The product's user answers a prompt. */
  'in_app.click': { key: string; account: string; user: string };
  'in_app.dismiss': { key: string; account: string; user: string };
}
interface LoggedCall {
  account: string;
  ownerId: string | null;
  body: string;
}
export type PeopleActName = keyof PeopleActs;

/** Asks a twin for an act; the answer is the twin's. Fails when that twin does not offer it. */
export type Act = <N extends PeopleActName>(name: N, input: PeopleActs[N]) => Promise<unknown>;
