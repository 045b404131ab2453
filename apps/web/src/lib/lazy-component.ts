import { type ComponentType, lazy } from 'react'

/** `React.lazy` for named exports: parts that no first paint needs, such as menus that are still closed. */
export function lazyComponent<Props extends object, Name extends string>(
  load: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
) {
  return lazy(async () => ({ default: (await load())[name] }))
}
