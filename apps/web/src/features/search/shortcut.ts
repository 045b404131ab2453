type Key = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'isComposing' | 'defaultPrevented' | 'target'>

/** `/` anywhere but in a field, as on so many sites. */
export function focusesSearch(event: Key): boolean {
  if (event.key !== '/' || event.altKey || event.ctrlKey || event.metaKey || event.isComposing || event.defaultPrevented) return false
  const target = event.target as Partial<HTMLElement> | null
  return !(target?.isContentEditable === true || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target?.tagName ?? ''))
}
