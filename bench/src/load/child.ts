import { runLoad, type LoadTask } from './client.ts'

process.on('message', async (task: LoadTask) => process.send?.(await runLoad(task)))
process.on('disconnect', () => process.exit())
