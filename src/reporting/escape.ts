/** Text as HTML: whatever it holds is shown, never obeyed. Fit for element content and double-quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A sentence as HTML in which a number does not part from its unit at the end of a line. */
export function proseHtml(text: string): string {
  return escapeHtml(text).replace(/(\d) (%|ms|s|min|h|d|points|seeds?|runs?|pods?|nodes?)(?![\w-])/g, '$1\u00a0$2');
}

/** Data for a `<script type="application/json">`: no `<`, so that nothing in it can end the script or open a comment. */
export function escapeJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/**
 * A program for a `<script>`: what would end the script or open a comment is broken up inside strings and regular
 * expressions, the only places where a minified library has it; `\/` and `\x3c` mean the same there.
 */
export function escapeScript(program: string): string {
  return program.replace(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '\\x3c!--');
}
