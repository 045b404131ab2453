import { resolveEntry } from '../archive/paths.ts';
import type { Archive } from '../archive/zip.ts';
import { limits } from '../limits.ts';
import { BookFileError } from '../problems.ts';
import type { BookMetadata } from '../types.ts';
import type { PackageDocument } from './package.ts';

const sheetsLookedAt = 8;
const verticalOnRoot =
  /(?:^|[},\s])(?:html|body|:root|\*)[^{}]{0,200}\{[^{}]{0,2000}writing-mode\s*:\s*(?:vertical-[rl][rl]|tb-rl)/;
const verticalAnywhere = /writing-mode\s*:\s*(?:vertical-[rl][rl]|tb-rl)/;

/**
 * Whether style sheets set the text in vertical lines. Only books in a script
 * that is written so, or that turn pages to the left, are looked into: templates
 * carry vertical rules that a left-to-right book never uses.
 */
export function isVertical(archive: Archive, base: string, document: PackageDocument, about: Pick<BookMetadata, 'layout' | 'languages' | 'direction'>): boolean {
  const eastAsian = about.languages.some((language) => /^(?:ja|zh|ko|mn|yue)\b/.test(language));
  if (about.layout === 'fixed' || (about.direction !== 'rtl' && !eastAsian)) return false;
  const pattern = about.direction === 'rtl' ? verticalAnywhere : verticalOnRoot;
  let left = sheetsLookedAt;
  for (const item of document.manifest.values()) {
    if (item.mediaType !== 'text/css' || left === 0) continue;
    left -= 1;
    const entry = resolveEntry(archive, base, item.href);
    if (!entry) continue;
    try {
      if (pattern.test(archive.read(entry, limits.pageBytes).bytes.toString('latin1'))) return true;
    } catch (error) {
      if (!(error instanceof BookFileError)) throw error;
    }
  }
  return false;
}
