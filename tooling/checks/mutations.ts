// Breaks one wall at a time and asks whether a test notices. `--quick` takes a few of each kind.
const { runMutations } = await import(new URL('../../apps/server/src/testing/mutation-run.ts', import.meta.url).href)
process.exit(await runMutations(process.argv.includes('--quick')))
