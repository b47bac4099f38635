import type { FileRow } from './package-file-queries.ts'
import { dosTime, layOut, type ZipLayout } from './package-zip.ts'

/** The archive of stored files: the same rows always give the same bytes. */
export const layOutOf = (
  files: readonly Pick<FileRow, 'name' | 'bytes' | 'crc32'>[],
  generatedAt: Date,
): ZipLayout => layOut(files, dosTime(generatedAt))
