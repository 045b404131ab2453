import { fstatSync } from 'node:fs';
import { openArchive } from '../archive/zip.ts';
import { findEpubCover } from '../epub/read.ts';
import { limits } from '../limits.ts';
import { BookFileError, toProblem } from '../problems.ts';
import { descriptorSource, openBookFile } from '../source.ts';
import type { BookFile, CoverResult } from '../types.ts';
import { renderCover } from './render.ts';

/** `entry`: the cover's name as a listing gave it; `null` when there is none; `undefined` to find it. */
export type CoverRequest = { entry?: string | null; widths: readonly number[] };

/** Draws the cover of one book in this process; only its own bytes are read. Never rejects. */
export async function drawCover(file: BookFile, { entry, widths }: CoverRequest): Promise<CoverResult> {
  if (entry === null) return { ok: true, cover: null };
  try {
    const handle = await openBookFile(file);
    let bytes: Buffer;
    try {
      const { size } = fstatSync(handle.fd);
      if (size === 0) throw new BookFileError('empty', 'The file is empty.');
      const archive = await openArchive(descriptorSource(handle.fd, size));
      const name = entry ?? findEpubCover(archive);
      if (name === null) return { ok: true, cover: null };
      const found = archive.find(name);
      if (!found) throw new BookFileError('vanished', 'The cover is no longer in the book.');
      bytes = archive.read(found, limits.coverBytes).bytes;
    } finally {
      await handle.close();
    }
    return { ok: true, cover: await renderCover(bytes, widths) };
  } catch (error) {
    return { ok: false, problem: toProblem(error) };
  }
}
