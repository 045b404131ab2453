export { CutShort, StorageFull, type BlobStore, type Borrowed } from './blob-store.ts'
export { cacheBlobs } from './cache.ts'
export { createFsBlobStore } from './fs.ts'
export { createS3BlobStore, type S3Settings } from './s3.ts'
