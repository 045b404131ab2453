import { readFileSync, globSync } from 'node:fs'
import { registerHooks } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TestDatabase } from '@carrel/db/testing'
import type { Parts } from './server.ts'

const repository = path.join(import.meta.dirname, '../../../..')
const apiSource = path.join(repository, 'packages/api/src')
const serverSource = path.join(repository, 'apps/server/src')

/** One place of the code where the application narrows a query to its tenant or user. */
export type Filter = { file: string; line: number; text: string; at: number; replacement: string }

const forms: [RegExp, string][] = [
  // A Drizzle condition on the organization, or on one's own user, or one that joins two tables by their organization.
  [/\beq\(\w+\.(?:organizationId, [\w.]+|userId, [\w.]*user\.id)\)/g, 'undefined'],
  // The same in raw SQL.
  [/\b(?:\w+\.)?organization_id = (?:\$\{[^}]+\}|\w+\.organization_id)/g, 'true'],
  [/\$\{(\w+)\.organizationId\} = \$\{(\w+)\.organizationId\}/g, 'true'],
]

/** What the files held when they were listed; somebody may be editing them. */
const sources = new Map<string, string>()

/** All such places of the API. */
export function listFilters(): Filter[] {
  return globSync('**/*.ts', { cwd: apiSource, exclude: ['**/*.test.ts'] })
    .toSorted()
    .flatMap((file) => {
      const source = readFileSync(path.join(apiSource, file), 'utf8')
      sources.set(file, source)
      return forms.flatMap(([form, replacement]) =>
        [...source.matchAll(form)].map((match) => ({
          file,
          line: source.slice(0, match.index).split('\n').length,
          text: match[0],
          at: match.index,
          replacement,
        })),
      )
    })
}

const sets: (readonly Filter[])[] = []
let hooked = false

/** The server's parts from a module graph of its own in which these filters are gone. */
export async function loadWithout(filters: readonly Filter[]): Promise<Parts> {
  if (!hooked) hook()
  hooked = true
  const id = sets.push(filters) - 1
  const load = (file: string) => import(`${pathToFileURL(path.join(serverSource, file)).href}?mutant=${id}`) as Promise<unknown>
  const [deps, app, worker] = await Promise.all([load('deps.ts'), load('app.ts'), load('worker.ts')])
  return { ...(deps as Pick<Parts, 'createDeps'>), ...(app as Pick<Parts, 'createApp'>), ...(worker as Pick<Parts, 'createWorker'>) }
}

function hook(): void {
  const prefixes = [apiSource, serverSource].map((folder) => `${pathToFileURL(folder).href}/`)
  const mutantOf = (url: string | undefined) => (url && URL.canParse(url) ? new URL(url).searchParams.get('mutant') : null)
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context)
      const mutant = mutantOf(context.parentURL)
      if (mutant === null || mutantOf(resolved.url) !== null || !prefixes.some((prefix) => resolved.url.startsWith(prefix))) return resolved
      return { ...resolved, url: `${resolved.url}?mutant=${mutant}` }
    },
    load(url, context, next) {
      const loaded = next(url, context)
      const mutant = mutantOf(url)
      if (mutant === null || !url.startsWith(prefixes[0] ?? '')) return loaded
      const file = decodeURIComponent(new URL(url).pathname).slice(new URL(prefixes[0] ?? '').pathname.length)
      const filters = (sets[Number(mutant)] ?? []).filter((filter) => filter.file === file)
      if (!sources.has(file)) return loaded
      let source = sources.get(file) ?? ''
      for (const { at, text, replacement } of filters.toSorted((a, b) => b.at - a.at)) {
        if (!source.startsWith(text, at)) throw new Error(`${file} changed meanwhile`)
        source = source.slice(0, at) + replacement + source.slice(at + text.length)
      }
      return { ...loaded, source }
    },
  })
}

/** Takes the second wall away. */
export async function disablePolicies(db: TestDatabase): Promise<void> {
  const tables = await db.superuser<
    { name: string }[]
  >`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`
  for (const { name } of tables)
    await db.superuser`alter table ${db.superuser(name)} no force row level security, disable row level security`
}
