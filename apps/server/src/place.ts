import path from 'node:path'

const bundled = !import.meta.url.endsWith('.ts')
const here = import.meta.dirname

export const version = '0.1.0'
export const migrationsDir = bundled ? path.join(here, 'migrations') : path.join(here, '../../../packages/db/migrations')
export const webDir = path.join(here, '../../web/dist')
