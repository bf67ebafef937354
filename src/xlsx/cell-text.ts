/**
 * Spreadsheets write what XML cannot hold as `_x000D_`, and a text that looks like that as `_x005F_x000D_`.
 */
export function decodeCellText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** A cell text as XML: read back exactly by `decodeCellText` and by spreadsheets. */
export function encodeCellText(text: string): string {
  if (!NEEDS_CARE.test(text)) return text;
  return text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(UNWRITABLE, (sign) => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replace(/[&<>"]/g, (sign) => XML_ESCAPES[sign] ?? sign);
}

const XML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Controls that XML 1.0 forbids, CR, which XML readers make a line feed of, half surrogates, and U+FFFE and U+FFFF. */
const UNWRITABLE =
  /(?![\t\n])\p{Cc}|[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;
const NEEDS_CARE = /[&<>"_\ufffe\uffff\ud800-\udfff]|(?![\t\n])\p{Cc}/u;
