import { drawCover } from '../covers/cover.ts'
import { drawPicture, drawThumbnails } from '../covers/render.ts'
import { readBook, readContents, readPart } from '../read.ts'
import type { FromChild, Task, ToChild } from './protocol.ts'

const progressEvery = 500
const memoryEvery = 100

function send(message: FromChild): void {
  if (process.connected) process.send?.(message)
}

let lastProgress = 0

function onProgress(): void {
  const now = performance.now()
  if (now - lastProgress < progressEvery) return
  lastProgress = now
  send({ type: 'progress' })
}

/** Few servers read calibre's libraries; the others need no SQLite. */
const calibre = () => import('../calibre/read.ts')

async function run(task: Task) {
  switch (task.kind) {
    case 'read':
      return readBook(task.file, onProgress)
    case 'cover':
      return drawCover(task.file, task.request, onProgress)
    case 'contents':
      return readContents(task.file, onProgress)
    case 'part':
      return readPart(task.file, task.request, onProgress)
    case 'picture':
      return drawPicture(Buffer.from(task.bytes), task.side)
    case 'thumbnails':
      return drawThumbnails(Buffer.from(task.bytes), task.request.widths)
    case 'calibre-library':
      return (await calibre()).readCalibreLibrary(task.file)
    case 'calibre-books':
      return (await calibre()).readCalibreBooks(task.file, task.request)
  }
}

let work = Promise.resolve()

process.on('message', ({ tasks }: ToChild) => {
  for (const task of tasks) {
    work = work.then(async () => send({ type: 'result', result: await run(task) }))
  }
})
process.on('disconnect', () => process.exit())
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})

if (process.platform !== 'linux') {
  setInterval(() => send({ type: 'memory', resident: process.memoryUsage.rss() }), memoryEvery).unref()
}
send({ type: 'ready' })
