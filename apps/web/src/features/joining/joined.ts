/** The workspace that was joined. */
export type Joined = { slug: string; joined: boolean }
