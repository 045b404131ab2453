import { pathToFileURL } from 'node:url'
import { compileMessage } from '@lingui/message-utils/compileMessage'
import type { Plugin } from 'vite'

const catalogue = /\/src\/locales\/([a-z]{2})\.ts$/

/** Compiles the ICU messages of `src/locales/*.ts` at build time, so that no parser is shipped. */
export function compileCatalogues(): Plugin {
  return {
    name: 'carrel:catalogues',
    enforce: 'pre',
    async load(id) {
      const [file = ''] = id.split('?')
      const locale = catalogue.exec(file.replaceAll('\\', '/'))?.[1]
      if (locale === undefined) return null
      this.addWatchFile(file)
      const module = (await import(`${pathToFileURL(file).href}?t=${Date.now()}`)) as Record<string, Record<string, string>>
      const compiled = Object.fromEntries(Object.entries(module[locale] ?? {}).map(([key, text]) => [key, compileMessage(text)]))
      return { code: `export const ${locale} = JSON.parse(${JSON.stringify(JSON.stringify(compiled))})`, map: null }
    },
  }
}
