/** HubSpot shows the body of a task as HTML; ours is plain text until here. */

const LINK = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]]/g;

export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** Lines stay lines, addresses become links. */
export function textToHtml(text: string): string {
  let html = '';
  let end = 0;
  for (const { 0: link, index } of text.matchAll(LINK)) {
    html += `${escapeHtml(text.slice(end, index))}<a href="${escapeHtml(link)}">${escapeHtml(link)}</a>`;
    end = index + link.length;
  }
  return (html + escapeHtml(text.slice(end))).replace(/\r?\n/g, '<br>');
}
