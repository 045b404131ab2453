import { useEffect } from 'react'
import { instance } from './rpc.ts'
import { toastError } from './toasts.ts'

/** One for the whole tab: what a channel says, it does not hear itself. */
const otherTabs = new BroadcastChannel('carrel.identity')

/** This browser's session is somebody else's now: every tab is loaded anew, so that none shows one person to another. */
export function becomeSomebody(next: string): void {
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

/** Ends acting in the place of somebody; leads back to where it began, or to the sign-in when one's own session is gone. */
export async function stopImpersonating(userId: string): Promise<void> {
  try {
    const { restored } = await instance.instance.stopImpersonating.call()
    becomeSomebody(restored ? `/admin/users?user=${userId}` : '/sign-in?next=/admin')
  } catch (error) {
    toastError(error)
  }
}
