import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { type Html, html, Html as Raw } from './html.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8885; --quiet: #767676; --act: #0b5cad; }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.25rem; font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 34rem; margin: 6vh auto 0; }
main.wide { max-width: 56rem; margin-top: 2vh; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .4rem 1rem; margin: 1.25rem 0; padding: 1rem 0; border: solid var(--line); border-width: 1px 0; }
dt { color: var(--quiet); }
dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
button { width: 100%; padding: .85rem 1rem; border: 0; border-radius: .5rem; background: var(--act); color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
button:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
footer { margin-top: 2rem; color: var(--quiet); font-size: .875rem; }
article { border-top: 1px solid var(--line); padding: .75rem 0; }
article p { margin: .25rem 0; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem; }
summary { cursor: pointer; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export interface Page {
  title: string;
  body: Html;
  /** Where its forms may lead: browsers check redirects after a post, too. Without: no forms. */
  forms?: 'self' | 'self and elsewhere';
  footer?: string;
  wide?: boolean;
}

/**
 * Sends a whole page: no scripts, nothing from elsewhere.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy/form-action
 */
export function sendPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  const forms = page.forms === undefined ? "'none'" : page.forms === 'self' ? "'self'" : "'self' https: http:";
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action ${forms}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return reply
    .code(status)
    .header('content-security-policy', policy)
    .header('x-robots-tag', 'noindex, nofollow')
    .type('text/html; charset=utf-8')
    .send(render(page).text);
}

function render({ title, body, footer, wide }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Raw(STYLE)}</style>
</head>
<body>
<main${wide ? html` class="wide"` : null}>
<h1>${title}</h1>
${body}
${footer ? html`<footer>${footer}</footer>` : null}
</main>
</body>
</html>
`;
}

export function facts(rows: [label: string, value: string][]): Html {
  return html`<dl>${rows.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>`;
}

/** A form that posts to the page's own address. */
export function button(label: string): Html {
  return html`<form method="post"><button type="submit">${label}</button></form>`;
}

export function formatMoney(cents: number, currency: string): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' }).format(
    cents / 100,
  );
}

export function formatDay(iso: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone }).format(new Date(iso));
}
