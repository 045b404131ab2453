/** Copies what a field holds. False where the browser forbids it; then it is selected, for the person to copy. */
export async function copyFrom(field: HTMLInputElement | HTMLTextAreaElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value)
    return true
  } catch {
    // Pages without HTTPS have no clipboard, only this old way.
    field.focus()
    field.select()
    return document.execCommand('copy')
  }
}
