import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SNIFF_BYTES, sniffAudio } from '../../../src/media/sniff.ts'

/** What real encoders write, straight from ffmpeg: one second of a tone, or undefined without that encoder. */
function encode(...format: string[]): Buffer {
  const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=8000:duration=1']
  const args = ['-hide_banner', '-loglevel', 'error', ...tone, ...format, 'pipe:1']
  const result = spawnSync('ffmpeg', args, { maxBuffer: 1 << 24 })
  if (result.status !== 0) throw new Error(String(result.stderr))
  return result.stdout.subarray(0, SNIFF_BYTES)
}

const fragmented = ['-movflags', 'frag_keyframe+empty_moov']

describe('sniffAudio recognises what telephony systems and encoders write', () => {
  const formats: [string, string[]][] = [
    ['audio/wav', ['-f', 'wav']],
    ['audio/wav', ['-c:a', 'pcm_mulaw', '-f', 'wav']],
    ['audio/wav', ['-c:a', 'pcm_alaw', '-rf64', 'always', '-f', 'wav']],
    ['audio/mpeg', ['-f', 'mp3']],
    ['audio/mpeg', ['-f', 'mp3', '-id3v2_version', '0', '-write_xing', '0']],
    ['audio/mpeg', ['-c:a', 'mp2', '-ar', '16000', '-f', 'mp2']],
    ['audio/ogg', ['-c:a', 'libopus', '-f', 'ogg']],
    ['audio/ogg', ['-c:a', 'libvorbis', '-f', 'ogg']],
    ['audio/ogg', ['-c:a', 'libspeex', '-f', 'ogg']],
    ['audio/webm', ['-c:a', 'libopus', '-f', 'webm']],
    ['audio/x-matroska', ['-c:a', 'libopus', '-f', 'matroska']],
    ['audio/flac', ['-f', 'flac']],
    ['audio/mp4', ['-c:a', 'aac', ...fragmented, '-f', 'ipod']],
    ['audio/mp4', ['-c:a', 'aac', ...fragmented, '-f', 'mp4']],
    ['audio/3gpp', ['-c:a', 'aac', ...fragmented, '-f', '3gp']],
    ['audio/aac', ['-c:a', 'aac', '-f', 'adts']],
    ['audio/basic', ['-c:a', 'pcm_mulaw', '-f', 'au']],
    ['audio/aiff', ['-f', 'aiff']],
    ['audio/x-caf', ['-f', 'caf']],
  ]
  it.each(formats)('%s as written with %j', (type, format) => {
    expect(sniffAudio(encode(...format), 'application/octet-stream')).toBe(type)
  })

  it('AMR, for which few systems have an encoder, by its mark', () => {
    expect(sniffAudio(Buffer.from('#!AMR\n<', 'latin1'), '')).toBe('audio/amr')
    expect(sniffAudio(Buffer.from('#!AMR-WB\n<', 'latin1'), '')).toBe('audio/amr-wb')
  })

  it('raw GSM and G.722 only under their declared type', () => {
    const gsm = encode('-c:a', 'libgsm', '-f', 'gsm')
    expect(sniffAudio(gsm, 'audio/gsm')).toBe('audio/gsm')
    expect(sniffAudio(gsm, 'audio/x-gsm; rate=8000')).toBe('audio/gsm')
    expect(sniffAudio(gsm, 'application/octet-stream')).toBeUndefined()
    const g722 = encode('-c:a', 'g722', '-f', 'g722')
    expect(sniffAudio(g722, 'audio/g722')).toBe('audio/g722')
    expect(sniffAudio(g722, 'audio/wav')).toBeUndefined()
    expect(sniffAudio(g722, 'audio/gsm')).toBeUndefined()
  })
})

describe('sniffAudio refuses whatever is not sound, whatever it is called', () => {
  const strangers: [string, string][] = [
    ['HTML', '<!DOCTYPE html><script>alert(1)</script>'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['ZIP', 'PK\x03\x04\x14\0\0\0\x08\0'],
    ['EXE', 'MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff'],
    ['ELF', '\x7fELF\x02\x01\x01\0'],
    ['M3U playlist', '#EXTM3U\n#EXT-X-TARGETDURATION:1\nfile:///etc/passwd\n'],
    ['PLS playlist', '[playlist]\nFile1=http://169.254.169.254/\n'],
    ['shell script', '#!/bin/sh\nrm -rf /\n'],
    ['AVI', 'RIFF\x24\0\0\0AVI LIST'],
    ['WebP', 'RIFF\x24\0\0\0WEBPVP8 '],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0heicmif1'],
    ['QuickTime', '\0\0\0\x14ftypqt  \0\0\0\0qt  '],
    ['Ogg Theora', `OggS\0\x02${'\0'.repeat(20)}\x01\x2a\x80theora`],
    ['ID3 in front of HTML', `ID3\x04\0\0\0\0\0\0<html>${'x'.repeat(100)}`],
    ['JPEG', '\xff\xd8\xff\xe0\0\x10JFIF\0'],
    ['UTF-16 text', '\xff\xfe<\0h\0t\0m\0l\0>\0'],
    ['nothing', ''],
    ['one byte', '\xff'],
  ]
  for (const declared of ['audio/wav', 'audio/gsm', 'audio/g722', 'audio/mpeg', '']) {
    it.each(strangers)(`%s declared as "${declared}"`, (_name, text) => {
      const padded = Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(text ? 200 : 0, '\n')])
      expect(sniffAudio(padded, declared)).toBeUndefined()
    })
  }

  it('any text at all', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 64 }),
        fc.constantFrom('audio/gsm', 'audio/g722', 'audio/wav'),
        (text, type) => {
          const ascii = Buffer.from(Buffer.from(text, 'latin1').map((byte) => byte & 0x7f))
          expect(sniffAudio(ascii, type)).toBeUndefined()
        },
      ),
    )
  })

  it('survives any bytes, cut anywhere', () => {
    const starts = [
      '',
      'RIFF',
      'OggS\0',
      'ID3',
      '\x1a\x45\xdf\xa3',
      '\0\0\0\x20ftyp',
      '\xff\xfb',
      '\xff\xf1',
      'FORM',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 400 }),
        fc.string(),
        (start, rest, type) => {
          const answer = sniffAudio(Buffer.concat([Buffer.from(start, 'latin1'), rest]), type)
          expect(answer === undefined || answer.startsWith('audio/')).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
