import { REASONS } from '../../domain/reasons.ts';

const SENTENCES: Record<string, string> = {
  ...REASONS,
  granted: 'The trial was granted.',
  needs_approval: 'It needs a yes from RevOps.',
  not_shown: 'Nobody saw the prompt within seven days.',
  nothing_to_send: 'There was nothing to send.',
  invalid_input: 'The vendor would not take what was to be sent.',
  no_connection: 'No connection can do this.',
};

/** A reason code as a sentence; what is no code is a sentence already. */
export function explainReason(reason: string): string {
  return SENTENCES[reason] ?? (/^[a-z_]+$/.test(reason) ? `${sentenceCase(reason.replaceAll('_', ' '))}.` : reason);
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
