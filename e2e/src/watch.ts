import type { BrowserContext } from '@playwright/test'

/** Tells of everything on the pages of a context that must never happen. */
export async function watch(context: BrowserContext, tell: (fault: string) => void): Promise<void> {
  context.on('request', (request) => {
    const url = new URL(request.url())
    const own = ['localhost', '127.0.0.1'].includes(url.hostname) || ['data:', 'blob:'].includes(url.protocol)
    if (!own) tell(`request to another host: ${request.url()}`)
  })
  context.on('console', (message) => {
    if (message.type() === 'error') tell(`console: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', (error) => tell(`script: ${error.error().stack ?? error.error().message}`))
  await context.exposeBinding('__tellFault', (_source, fault: string) => tell(fault))
  await context.addInitScript(() => {
    const tellFault = (fault: string): void => (globalThis as unknown as { __tellFault: (fault: string) => void }).__tellFault(fault)
    addEventListener('securitypolicyviolation', (event) => tellFault(`content policy: ${event.violatedDirective} ${event.blockedURI}`))
    Object.defineProperty(globalThis, '__XSS', {
      set(value) {
        tellFault(`a book ran a script: ${value}`)
      },
    })
  })
}
