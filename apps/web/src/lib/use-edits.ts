import { useState } from 'react'

type Edit = { value: unknown; before: unknown }

/**
 * What somebody edits of something saved. Fields that they did not touch follow what is saved meanwhile; `moved` names
 * those they did touch and somebody else saved as well.
 */
export function useEdits<T extends object>(saved: T) {
  const [edits, setEdits] = useState<ReadonlyMap<keyof T, Edit>>(new Map())
  const { values, changes, moved } = mergeEdits(saved, edits)
  return {
    values,
    /** Only what differs from what is saved. */
    changes,
    moved,
    edit: <K extends keyof T>(field: K, value: T[K]): void =>
      setEdits(new Map(edits).set(field, { value, before: edits.get(field)?.before ?? saved[field] })),
    /** Keeps what is saved: of these fields, or of all. */
    forget: (fields: readonly (keyof T)[] = [...edits.keys()]): void =>
      setEdits(new Map([...edits].filter(([field]) => !fields.includes(field)))),
    /** Says that somebody knows what was saved meanwhile. */
    insist: (): void => setEdits(new Map([...edits].map(([field, { value }]) => [field, { value, before: saved[field] }]))),
  }
}

export function mergeEdits<T extends object>(saved: T, edits: ReadonlyMap<keyof T, Edit>) {
  const differing = [...edits].filter(([field, { value }]) => value !== saved[field])
  const changes = Object.fromEntries(differing.map(([field, { value }]) => [field, value])) as Partial<T>
  return {
    values: { ...saved, ...changes },
    changes,
    moved: differing.flatMap(([field, { before }]) => (before === saved[field] ? [] : [field])),
  }
}
