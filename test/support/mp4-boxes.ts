/** A box of an MPEG-4 file. */
export const box = (type: string, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(body.length + 8)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, body])
}

/** The same with its length in eight bytes. */
export const longBox = (type: string, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content)
  const header = Buffer.alloc(16)
  header.writeUInt32BE(1)
  header.write(type, 4, 'latin1')
  header.writeBigUInt64BE(BigInt(body.length + 16), 8)
  return Buffer.concat([header, body])
}

/** The list of where the chunks lie, of four bytes each or of eight. */
export function places(kind: 'stco' | 'co64', offsets: readonly number[]): Buffer {
  const width = kind === 'stco' ? 4 : 8
  const content = Buffer.alloc(8 + width * offsets.length)
  content.writeUInt32BE(offsets.length, 4)
  offsets.forEach((offset, i) => {
    if (kind === 'stco') content.writeUInt32BE(offset, 8 + 4 * i)
    else content.writeBigUInt64BE(BigInt(offset), 8 + 8 * i)
  })
  return box(kind, content)
}

/** A track of the index with these lists of places. */
export const track = (...lists: Buffer[]): Buffer =>
  box('trak', box('tkhd', Buffer.alloc(84)), box('mdia', box('minf', box('stbl', ...lists))))
