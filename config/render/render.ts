import type { CompiledTemplate } from './compile-template.ts';
import type { MessageContext, RenderedMessage } from './context.ts';
import { htmlEngine, textEngine } from './engine.ts';

/**
 * The message that leaves, in all its parts. Pure. Throws when a value that the template writes is not there:
 * `headroom validate` has tried each template with everything that can be missing, so this means a fact was removed.
 */
export function renderMessage(template: CompiledTemplate, context: MessageContext): RenderedMessage {
  const subject = oneLine(textEngine.renderSync(template.subject, context));
  const preheader = template.preheader ? oneLine(textEngine.renderSync(template.preheader, context)) : subject;
  const linkLabel = template.label ? oneLine(textEngine.renderSync(template.label, context)) : null;
  const html = String(htmlEngine.renderSync(template.html, { ...context, subject, preheader }));
  const text = tidy(String(textEngine.renderSync(template.text, context)));
  return { subject, html, text, category: template.category, linkLabel };
}

/**
 * A feature's sentence with the account's own numbers; null when one of them is not known, for then there is nothing
 * true to say. `line` has been checked by `headroom validate`.
 */
export function renderFeatureLine(line: string, context: Omit<MessageContext, 'features'>): string | null {
  try {
    return oneLine(textEngine.parseAndRenderSync(line, context));
  } catch {
    return null;
  }
}

/** A line break in a value must not start a new mail header. */
function oneLine(value: unknown): string {
  return String(value).replace(/\s+/g, ' ').trim();
}

/** Single spaces (a unit may be empty), one empty line between paragraphs, one line break at the end. */
function tidy(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
