function checkDigit13(digits: string): string {
  let sum = 0
  for (let i = 0; i < 12; i += 1) sum += Number(digits[i]) * (i % 2 === 0 ? 1 : 3)
  return String((10 - (sum % 10)) % 10)
}

function isIsbn10(text: string): boolean {
  let sum = 0
  for (let i = 0; i < 10; i += 1) sum += (text[i] === 'X' ? 10 : Number(text[i])) * (10 - i)
  return sum % 11 === 0
}

/** A valid ISBN as 13 digits without hyphens, or `null`. */
export function parseIsbn(text: string): string | null {
  const compact = text
    .replace(/^\s*(?:urn:)?(?:e?isbn(?:[-\s]?1[03])?)[:\s]*/i, '')
    .replace(/[\s\u2010-\u2015-]/g, '')
    .toUpperCase()
  if (/^97[89]\d{10}$/.test(compact)) return checkDigit13(compact) === compact[12] ? compact : null
  if (!/^\d{9}[\dX]$/.test(compact) || !isIsbn10(compact)) return null
  const digits = `978${compact.slice(0, 9)}`
  return digits + checkDigit13(digits)
}
