/** Where a layout takes the message. */
export const BODY_MARK = '<!-- body -->';

/** The built-in frame of mails; a folder may bring its own as templates/layout.mjml. */
export const DEFAULT_LAYOUT = `
<mjml lang="en">
  <mj-head>
    <mj-title>{{ subject }}</mj-title>
    <mj-preview>{{ preheader }}</mj-preview>
    <mj-attributes>
      <mj-all font-family="-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" />
      <mj-text font-size="16px" line-height="1.5" color="#1c1917" padding="6px 24px" />
      <mj-table font-size="16px" line-height="1.5" color="#1c1917" />
    </mj-attributes>
  </mj-head>
  <mj-body background-color="#f5f5f4" width="560px">
    <mj-section padding="16px 0 0">
      <mj-column>
        <mj-text padding="8px 24px" font-weight="bold" color="#57534e">{{ company.name }}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section background-color="#ffffff" padding="20px 0">
      <mj-column>
        ${BODY_MARK}
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;

/**
 * MJML to HTML with the Liquid tags left in place: it runs once a template, when the folder is loaded (about 10 ms),
 * and Liquid alone runs for each message. Returns the sentences of MJML about what it did not understand.
 */
export async function compileLayout(layout: string, body: string): Promise<{ html: string; errors: string[] }> {
  // The function form keeps `$&` in a body from being read as a pattern.
  const source = layout.replace(BODY_MARK, () => body);
  // Loaded only when needed: it takes half a second and 100 MB, and most commands read no template.
  const { default: mjml2html } = await import('mjml');
  const { html, errors } = await mjml2html(source, { fonts: {}, ignoreIncludes: true, validationLevel: 'soft' });
  return { html, errors: errors.map((error) => error.formattedMessage) };
}
