// Hands what is shown to the operator as a file.

/**
 * Rows of one shape as CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe: at the beginning of a
 * cell, and behind whatever another country's spreadsheet takes for the end of one; full-width signs count.
 */
export function toCsv(rows) {
  const names = Object.keys(rows[0] ?? {});
  const cell = (value) => {
    const text = value === null || value === undefined ? '' : String(value);
    const safe = text.replace(/(^|[;|\t\r\n,])(?=["'\s]*[=+\-@＝＋－＠])|^(?=[\t\r])/g, "$1'");
    return /["',;|\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [names, ...rows.map((row) => names.map((name) => row[name]))].map((line) => line.map(cell).join(',')).join('\r\n');
}

export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
