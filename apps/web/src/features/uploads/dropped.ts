/** A file as somebody gave it; `path` is below what they gave, `/`-separated: a name alone for a file by itself. */
export type Dropped = { path: string; open: () => Promise<File> }

const givenFile = (file: File): Dropped => ({ path: file.webkitRelativePath || file.name, open: () => Promise.resolve(file) })

/** Files that were chosen, one by one or as a folder. */
export const chosenFiles = (files: Iterable<File>): Dropped[] => Array.from(files, givenFile)

const entryFile = (entry: FileSystemFileEntry): Dropped => ({
  path: entry.fullPath.replace(/^\//, ''),
  open: () => new Promise((resolve, reject) => entry.file(resolve, reject)),
})

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

/** What lies in a folder; a browser tells it by hundreds, until there are none. A folder that cannot be read is empty. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const found: FileSystemEntry[] = []
  for (;;) {
    const more = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])))
    if (more.length === 0) return found
    found.push(...more)
  }
}

/** Everything below these entries, folder by folder; `onFound` is told how many there are so far. Hidden folders are not entered. */
export async function walkEntries(entries: readonly FileSystemEntry[], onFound: (count: number) => void): Promise<Dropped[]> {
  const found: Dropped[] = []
  const folders: FileSystemDirectoryEntry[] = []
  const sort = (some: readonly FileSystemEntry[]) => {
    for (const entry of some) if (isFile(entry)) found.push(entryFile(entry))
    folders.push(...some.filter(isFolder).filter(({ name }) => !name.startsWith('.')))
    onFound(found.length)
  }
  sort(entries)
  for (let next = folders.pop(); next; next = folders.pop()) sort(await entriesOf(next))
  return found
}

/** Reads what was let go of over the page. What it holds must be asked for before anything is waited for. */
export function droppedFiles(transfer: DataTransfer): (onFound: (count: number) => void) => Promise<Dropped[]> {
  const files = chosenFiles(transfer.files)
  const entries = Array.from(transfer.items).flatMap((item) => (item.kind === 'file' ? (item.webkitGetAsEntry() ?? []) : []))
  // Files that a program made have no entries.
  if (!entries.some(isFolder)) return () => Promise.resolve(files)
  return (onFound) => walkEntries(entries, onFound)
}
