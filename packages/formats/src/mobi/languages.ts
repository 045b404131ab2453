/** Languages by the lower ten bits of a Windows language identifier ([MS-LCID], 2.1). */
const names =
  '1:ar 2:bg 3:ca 4:zh 5:cs 6:da 7:de 8:el 9:en 10:es 11:fi 12:fr 13:he 14:hu 15:is 16:it 17:ja 18:ko 19:nl 20:no 21:pl 22:pt 23:rm ' +
  '24:ro 25:ru 26:hr 27:sk 28:sq 29:sv 30:th 31:tr 32:ur 33:id 34:uk 35:be 36:sl 37:et 38:lv 39:lt 41:fa 42:vi 43:hy 44:az 45:eu 46:hsb ' +
  '47:mk 48:st 49:ts 50:tn 52:xh 53:zu 54:af 55:ka 56:fo 57:hi 58:mt 59:se 61:yi 62:ms 63:kk 65:sw 67:uz 68:tt 69:bn 70:pa 71:gu 72:or ' +
  '73:ta 74:te 75:kn 76:ml 77:as 78:mr 79:sa 82:cy 86:gl 87:kok 97:ne 98:fy'
const languages = new Map(names.split(' ').map((each) => [Number(each.split(':')[0]), each.split(':')[1] ?? '']))
/** Where one number stands for several languages or scripts, the whole identifier decides. */
const exceptions = new Map([
  [0x0404, 'zh-TW'],
  [0x0804, 'zh-CN'],
  [0x0416, 'pt-BR'],
  [0x081a, 'sr-Latn'],
  [0x0c1a, 'sr'],
  [0x141a, 'bs'],
  [0x083c, 'ga'],
])

/** The language of a Windows language identifier; its region only where the written language differs by it. */
export function languageOfLocale(locale: number): string | null {
  return exceptions.get(locale) ?? languages.get(locale & 0x3ff) ?? null
}
