import { useEffect } from 'react'
import { instance } from './rpc.ts'
import { toastError } from './toasts.ts'

/** One for the whole tab: what a channel says, it does not hear itself. */
const otherTabs = new BroadcastChannel('carrel.identity')

/** This browser's session is somebody else's now: every tab is loaded anew, so that none shows one person to another. */
export function becomeSomebody(next: string): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
  otherTabs.postMessage(null)
  location.replace(next)
}

/** Loads this tab anew when another one has changed who is signed in. */
export function useIdentityChanges(): void {
  useEffect(() => {
    otherTabs.onmessage = () => location.reload()
    return () => {
      otherTabs.onmessage = null
    }
  }, [])
}

const noted = 'carrel.impersonation'

/** Remembers until when this browser acts in the place of somebody, for pages that otherwise ask for nobody's account. */
export function noteImpersonation(until: string | null): void {
  try {
    if (until === null) localStorage.removeItem(noted)
    else localStorage.setItem(noted, until)
  } catch {
    // Storage may be blocked; pages that know the account tell all the same.
  }
}

export function mayImpersonate(): boolean {
  try {
    return Date.parse(localStorage.getItem(noted) ?? '') > Date.now()
  } catch {
    return false
  }
}

/** Ends acting in the place of somebody; leads back to where it began, or to the sign-in when one's own session is gone. */
export async function stopImpersonating(userId: string): Promise<void> {
  try {
    const { restored } = await instance.instance.stopImpersonating.call()
    noteImpersonation(null)
    becomeSomebody(restored ? `/admin/users?user=${userId}` : '/sign-in?next=/admin')
  } catch (error) {
    toastError(error)
  }
}
