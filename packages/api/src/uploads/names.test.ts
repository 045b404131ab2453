import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeFolder, safeName } from './names.ts'

test.each([
  ['Germinal.epub', 'Germinal.epub'],
  ['進撃の巨人 第01巻.cbz', '進撃の巨人 第01巻.cbz'],
  ['E\u0301tude.pdf', 'Étude.pdf'],
  ['E\u200b\u0301tude.pdf', 'Étude.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['/etc/passwd', 'passwd'],
  ['C:\\Books\\a.epub', 'a.epub'],
  ['..\\..\\a.epub', 'a.epub'],
  ['%2e%2e%2fa.epub', '%2e%2e%2fa.epub'],
  ['..%c0%afa.epub', '%c0%afa.epub'],
  ['a\0b.epub', 'ab.epub'],
  ['a\r\nSet-Cookie: x.epub', 'aSet-Cookie_ x.epub'],
  ['evil\u202efdp.exe', 'evilfdp.exe'],
  ['a.epub. . ', 'a.epub'],
  ['.htaccess', 'htaccess'],
  ['...', 'file'],
  ['', 'file'],
  ['CON', '_CON'],
  ['con.epub', '_con.epub'],
  ['Lpt1.tar.gz', '_Lpt1.tar.gz'],
  ['contents.epub', 'contents.epub'],
  ['a;b:c"d|e?f*.epub', 'a_b_c_d_e_f_.epub'],
  ['\ud800.epub', 'epub'],
  [`${'x'.repeat(300)}.epub`, `${'x'.repeat(175)}.epub`],
  [`${'本'.repeat(300)}.epub`, `${'本'.repeat(58)}.epub`],
])('%j becomes %j', (given, name) => {
  expect(safeName(given)).toBe(name)
})

test('any name becomes one that is safe, and stays that', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
      const name = safeName(given)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(190)
      expect(name).toMatch(/^[^./\\\p{Cc}\p{Cf}\p{Cs}][^/\\\p{Cc}\p{Cf}\p{Cs}]*$/u)
      expect(name.normalize('NFC')).toBe(name)
      expect(safeName(name)).toBe(name)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['01.mp3', ''],
  ['Title/01.mp3', 'Title'],
  ['Writer/Title/CD 1/01.mp3', 'Title/CD 1'],
  ['../../etc/passwd', 'etc'],
  ['/../. /..', ''],
  ['C:\\Books\\CON\\a.epub', 'Books/_CON'],
  ['a\0/\u202e/b.mp3', 'a/file'],
])('the folder of %j is %j', (given, folder) => {
  expect(safeFolder(given)).toBe(folder)
})
