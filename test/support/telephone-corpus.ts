import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownDirectory, run } from './processes.ts'

/** One recording as a telephone system would deliver it. */
export interface Sample {
  readonly name: string
  /** Content type under which it is delivered. */
  readonly mediaType: string
  readonly bytes: Buffer
  /** As decoded from the source it was made of. */
  readonly seconds: number
  readonly channels: 1 | 2
  /** How the codec is named by whoever decodes it. */
  readonly codec: string
  /** The same decoded by somebody else, where ffmpeg on its own leaves something out. */
  readonly reference?: Buffer
}

const PROMPTS = '/usr/share/asterisk/sounds/en_US_f_Allison'
/** Real speech of several seconds, in three encodings made by others. */
const PROMPT = 'agent-loginok'

interface Recipe {
  readonly name: string
  readonly file: string
  readonly mediaType: string
  readonly codec: string
  readonly program: 'ffmpeg' | 'sox'
  readonly options: readonly string[]
  /** Also made with two channels; not of every encoding, because each costs a second of every run. */
  readonly isStereo: boolean
}

const ffmpeg = (
  name: string,
  file: string,
  mediaType: string,
  codec: string,
  options: string,
  isStereo = false,
): Recipe => ({ name, file, mediaType, codec, program: 'ffmpeg', options: options.split(' '), isStereo })

const sox = (name: string, file: string, mediaType: string, codec: string, options: string): Recipe => ({
  name,
  file,
  mediaType,
  codec,
  program: 'sox',
  options: options.split(' '),
  isStereo: false,
})

/** Every encoding that recordings arrive in. */
const RECIPES: readonly Recipe[] = [
  ffmpeg('wav pcm 16', 'pcm.wav', 'audio/wav', 'pcm_s16le', '-c:a pcm_s16le -ar 8000', true),
  ffmpeg('wav pcm 24', 'pcm24.wav', 'audio/wav', 'pcm_s24le', '-c:a pcm_s24le -ar 16000'),
  ffmpeg('wav mu-law', 'mulaw.wav', 'audio/wav', 'pcm_mulaw', '-c:a pcm_mulaw -ar 8000', true),
  ffmpeg('wav a-law', 'alaw.wav', 'audio/wav', 'pcm_alaw', '-c:a pcm_alaw -ar 8000'),
  ffmpeg('wav gsm', 'gsm.wav', 'audio/wav', 'gsm_ms', '-c:a libgsm_ms -ar 8000'),
  ffmpeg('wav ima adpcm', 'ima.wav', 'audio/wav', 'adpcm_ima_wav', '-c:a adpcm_ima_wav -ar 8000', true),
  ffmpeg('mp3', 'call.mp3', 'audio/mpeg', 'mp3', '-c:a libmp3lame -b:a 32k -ar 16000', true),
  ffmpeg('ogg opus', 'opus.ogg', 'audio/ogg', 'opus', '-c:a libopus -b:a 24k', true),
  ffmpeg('ogg vorbis', 'vorbis.ogg', 'audio/ogg', 'vorbis', '-c:a libvorbis -ar 16000'),
  ffmpeg('webm opus', 'opus.webm', 'audio/webm', 'opus', '-c:a libopus -b:a 24k', true),
  ffmpeg('webm vorbis', 'vorbis.webm', 'audio/webm', 'vorbis', '-c:a libvorbis -ar 16000'),
  ffmpeg('flac', 'call.flac', 'audio/flac', 'flac', '-c:a flac -ar 16000', true),
  ffmpeg(
    'm4a, index first',
    'fast.m4a',
    'audio/mp4',
    'aac',
    '-c:a aac -b:a 48k -ar 16000 -movflags +faststart',
    true,
  ),
  ffmpeg('m4a, index last', 'slow.m4a', 'audio/mp4', 'aac', '-c:a aac -b:a 48k -ar 16000', true),
  ffmpeg('adts aac', 'call.aac', 'audio/aac', 'aac', '-c:a aac -b:a 48k -ar 16000'),
  ffmpeg('g722', 'made.g722', 'audio/g722', 'g722', '-c:a g722 -ar 16000'),
  ffmpeg('au mu-law', 'call.au', 'audio/basic', 'pcm_mulaw', '-c:a pcm_mulaw -ar 8000'),
  ffmpeg('caf', 'call.caf', 'audio/x-caf', 'pcm_mulaw', '-c:a pcm_mulaw -ar 8000', true),
  sox('amr-nb', 'call.amr', 'audio/amr', 'amrnb', '-r 8000 -c 1 -t amr-nb'),
  sox('raw gsm', 'call.gsm', 'audio/gsm', 'gsm', '-r 8000 -c 1 -t gsm'),
]

/**
 * All of them, mono and most kinds also with two channels: the made ones of a dialogue that was
 * synthesised (a different voice on each channel), and three real telephone prompts as their makers encoded them.
 */
export async function telephoneCorpus(): Promise<Sample[]> {
  const directory = ownDirectory('corpus')
  const dialogue = await makeDialogue(directory)
  const samples: Sample[] = []
  for (const recipe of RECIPES)
    for (const channels of recipe.isStereo ? ([1, 2] as const) : ([1] as const))
      samples.push(await make(directory, dialogue, recipe, channels))
  return [...samples, noiseInAmrWb(), ...(await prompts())]
}

const secondsOf = async (path: string): Promise<number> => Number((await run('soxi', ['-D', path])).trim())

interface Dialogue {
  readonly path: string
  readonly seconds: number
}

/** Two voices in turn, each on its own channel: what a call sounds like. */
async function makeDialogue(directory: string): Promise<Dialogue> {
  const member = join(directory, 'member.wav')
  const agent = join(directory, 'agent.wav')
  const path = join(directory, 'dialogue.wav')
  await run('espeak-ng', ['-v', 'nl', '-p', '70', '-w', member, 'Goedemorgen, ik bel over mijn polis.'])
  await run('espeak-ng', ['-v', 'nl+m3', '-p', '30', '-w', agent, 'Natuurlijk, ik zoek het voor u op.'])
  const second = 2.5
  await run('sox', [
    '-M',
    member,
    `|sox ${agent} -p pad ${second} 0`,
    '-r',
    '16000',
    '-b',
    '16',
    path,
    'gain',
    '-3',
  ])
  return { path, seconds: await secondsOf(path) }
}

async function make(
  directory: string,
  dialogue: Dialogue,
  { name, file, mediaType, codec, program, options }: Recipe,
  channels: 1 | 2,
): Promise<Sample> {
  const path = join(directory, `${channels}-${file}`)
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y']
  const stable = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact']
  if (program === 'ffmpeg')
    await run('ffmpeg', [...quiet, '-i', dialogue.path, '-ac', String(channels), ...options, ...stable, path])
  else await run('sox', [dialogue.path, ...options, path])
  const sample = { name: `${name}, ${channels}`, mediaType, bytes: await readFile(path), channels, codec }
  if (program === 'ffmpeg') return { ...sample, seconds: dialogue.seconds }
  // The encoders of sox leave out what does not fill their last block, so it is measured again.
  await run('sox', [path, `${path}.wav`])
  const seconds = await secondsOf(`${path}.wav`)
  // ffmpeg gives no samples for the pauses of AMR.
  return mediaType === 'audio/amr'
    ? { ...sample, seconds, reference: await readFile(`${path}.wav`) }
    : { ...sample, seconds }
}

const AMR_WB_FRAME_SECONDS = 0.02
/** Frame type 0 (6.6 kbit/s), quality bit set; 132 bits of speech follow (RFC 4867, 5.3). */
const AMR_WB_HEAD = 0x04
const AMR_WB_FRAME_BYTES = 17

/** Nobody packages an AMR-WB encoder, but every frame of the right size is sound: noise, always the same. */
function noiseInAmrWb(): Sample {
  const frames = 150
  const parts = [Buffer.from('#!AMR-WB\n')]
  for (let i = 0; i < frames; i += 1) {
    const bits = createHash('sha256').update(`frame ${i}`).digest().subarray(0, AMR_WB_FRAME_BYTES)
    parts.push(Buffer.from([AMR_WB_HEAD]), bits)
  }
  return {
    name: 'amr-wb, 1',
    mediaType: 'audio/amr-wb',
    bytes: Buffer.concat(parts),
    seconds: frames * AMR_WB_FRAME_SECONDS,
    channels: 1,
    codec: 'amrwb',
  }
}

async function prompts(): Promise<Sample[]> {
  const encodings = [
    { ending: 'wav', mediaType: 'audio/wav', codec: 'pcm_s16le' },
    { ending: 'gsm', mediaType: 'audio/gsm', codec: 'gsm' },
    { ending: 'g722', mediaType: 'audio/g722', codec: 'g722' },
  ] as const
  const seconds = await secondsOf(`${PROMPTS}/${PROMPT}.wav`)
  return Promise.all(
    encodings.map(async ({ ending, mediaType, codec }) => ({
      name: `telephone prompt, ${ending}`,
      mediaType,
      codec,
      bytes: await readFile(`${PROMPTS}/${PROMPT}.${ending}`),
      seconds,
      channels: 1 as const,
    })),
  )
}
