import { useQuery } from '@tanstack/react-query'
import { useWorkspace } from '#lib/workspace.ts'
import { FolderPicker } from './folder-picker.tsx'
import { NoRoots } from './no-roots.tsx'

type ServerFolderProps = { operator: boolean; chosen: string | null; onChange: (folder: string | null) => void }

/** Asks for a folder among those that the operator opened to this workspace. */
export function ServerFolder({ operator, chosen, onChange }: ServerFolderProps) {
  const { api } = useWorkspace()
  const roots = useQuery(api.folders.roots.queryOptions())
  if (roots.data?.length === 0) return <NoRoots operator={operator} onRetry={() => void roots.refetch()} />
  return (
    <FolderPicker
      chosen={chosen === null ? [] : [chosen]}
      missing={false}
      watched={false}
      onChange={(folders) => onChange(folders.at(-1) ?? null)}
    />
  )
}
