import * as z from 'zod'

/** What a foreign program may write, read as far as it makes sense: anything else counts as absent. */
export const text = z.string().optional().catch(undefined)
export const texts = z.preprocess(
  (value) => (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string').slice(0, 100),
  z.array(z.string()),
)
export const number = z.number().optional().catch(undefined)

/** The items that have this shape. */
export const listOf = <T extends z.ZodType>(shape: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) =>
      items.flatMap((item) => {
        const read = shape.safeParse(item)
        return read.success ? [read.data] : []
      }),
    )
