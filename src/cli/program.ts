import { Command, InvalidArgumentError, Option } from 'commander'
import { type Config, loadConfig } from '../config/config.ts'
import { isId } from '../kernel/ids.ts'
import { decryptFile, decryptRecording } from './decrypt.ts'
import { doctor } from './doctor.ts'
import type { Edge } from './edge.ts'
import { type FsckOptions, fsck } from './fsck.ts'
import { type ImportOptions, importCommand } from './import.ts'
import { migrateCommand } from './migrate.ts'
import { serve } from './serve.ts'
import { type SweepOptions, sweepCommand } from './sweep.ts'
import { token } from './token.ts'
import { type VerifyAuditOptions, verifyAudit } from './verify-audit.ts'
import { type VerifyOptions, verifyCertificate } from './verify-certificate.ts'
import { type VerifyPackageOptions, verifyPackageCommand } from './verify-package.ts'

function recordingId(text: string): string {
  if (!isId(text)) throw new InvalidArgumentError('not a recording id')
  return text
}

function concurrency(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > 32) {
    throw new InvalidArgumentError('not a whole number from 1 to 32')
  }
  return Number(text)
}

/** The command line. Every command reads the same environment and reports all its problems at once. */
export function buildProgram(edge: Edge): Command {
  const config = (): Config => loadConfig(edge.env, edge.readFile)
  const program = new Command('listenback').description(
    'Call recordings: deliver, listen back, know why each one exists, and prove that it is gone.',
  )
  program.configureOutput({
    writeOut: (text) => edge.stdout.write(text),
    writeErr: (text) => edge.stderr.write(text),
  })
  program
    .command('serve', { isDefault: true })
    .description('run the service; without any AUTH_ setting: the demo, on this machine only')
    .action(() => serve(config(), edge))
  program
    .command('migrate')
    .description('bring the database to the schema of this build')
    .action(() => migrateCommand(config(), edge))
  program
    .command('doctor')
    .description('examine configuration, database, bucket, keyring, ffmpeg and clocks')
    .action(() => doctor(config(), edge))
  program
    .command('fsck')
    .description('compare rows, objects, versions, uploads and keys; changes nothing unless told to')
    .option('--repair', 'finish or remove what a crash left behind', false)
    .option('--scrub', 'then read every stored byte again and compare it with its hash', false)
    .action((options: FsckOptions) => fsck(config(), edge, options))
  addSweep(program, config, edge)
  addImport(program, config, edge)
  addDecrypt(program, config, edge)
  addVerifying(program, edge)
  program
    .command('token')
    .description('print an access token of a demo person (demo mode only)')
    .argument('<person>', 'for example recorder or member')
    .option('--minutes <n>', 'how long it is valid', Number, 60)
    .action((person: string, options: { minutes: number }) => token(config(), edge, person, options.minutes))
  return program
}

/** What anybody can check without the service. */
function addVerifying(program: Command, edge: Edge): void {
  program
    .command('verify-certificate')
    .description('check a destruction certificate with public keys alone; needs no service and no settings')
    .argument('<file>', 'the answer of /v1/certificates/{no}, or its JWS; - for standard input')
    .requiredOption('--key <file>', 'the answer of /v1/signing-keys, from a source you trust')
    .option('--previous <file>', 'the certificate before, to check that this one follows it')
    .action((file: string, options: VerifyOptions) => verifyCertificate(edge, file, options))
  addVerifyAudit(program, edge)
  program
    .command('verify-package')
    .description('check every file of a package of recordings with the public key alone')
    .argument('<zip>', 'the package, as it was downloaded')
    .requiredOption('--key <file>', 'PEM, or the answer of /v1/package-keys, from a source you trust')
    .action((zip: string, options: VerifyPackageOptions) => verifyPackageCommand(edge, zip, options))
}

function addVerifyAudit(program: Command, edge: Edge): void {
  program
    .command('verify-audit')
    .description('check an export of the audit log with checkpoints and a public key alone')
    .argument('<export>', 'the answer of /v1/audit/export; - for standard input')
    .requiredOption(
      '-c, --checkpoint <file...>',
      'answers of /v1/audit/checkpoint, also older ones that you kept',
    )
    .requiredOption(
      '--key <file>',
      'the answer of /v1/signing-keys, or a verifier key, from a source you trust',
    )
    .action((file: string, options: VerifyAuditOptions) => verifyAudit(edge, file, options))
}

function addImport(program: Command, config: () => Config, edge: Edge): void {
  program
    .command('import')
    .description(
      'move recordings in from a directory or bucket, as a manifest describes them; run again to resume',
    )
    .argument('<from>', 'a directory, or s3://bucket/prefix in the configured store')
    .requiredOption('-m, --manifest <file>', 'CSV or JSONL, one recording a line: its file and its metadata')
    .requiredOption('-e, --entity <name...>', 'whose recordings these may be; rows of others are refused')
    .option('--dry-run', 'check everything that can be checked, and store nothing', false)
    .option('--report <file>', 'write the refused rows to this CSV file')
    .option('--state <file>', 'where to note what is in (absent: beside the manifest)')
    .option('--concurrency <n>', 'recordings at the same time, 1 to 32', concurrency, 4)
    .action((from: string, options: ImportOptions) => importCommand(config(), edge, from, options))
}

function addSweep(program: Command, config: () => Config, edge: Edge): void {
  program
    .command('sweep')
    .description('quarantine what is due and destroy what has been in quarantine long enough')
    .option('--dry-run', 'list what a run would do, and do nothing', false)
    .addOption(
      new Option('--accept-clock', 'the clock was ahead at the last sweep and has been set right')
        .default(false)
        .conflicts('dryRun'),
    )
    .addOption(
      new Option('--accept-restore', 'holds and rules that a restored backup did not know are in place again')
        .default(false)
        .conflicts('dryRun'),
    )
    .action((options: SweepOptions) => sweepCommand(config(), edge, options))
}

function addDecrypt(program: Command, config: () => Config, edge: Edge): void {
  program
    .command('decrypt')
    .description('open an age file with its identity, or a stored recording by its id (audited)')
    .argument('[input]', 'age file to open; absent: standard input')
    .option('-i, --identity <file>', 'file with the AGE-SECRET-KEY-1... line')
    .option('-r, --recording <id>', 'open this stored recording instead of a file', recordingId)
    .option('--reason <text>', 'why, with --recording; goes into the audit log')
    .option('--print-identity', 'with --recording: print its age identity instead of its audio', false)
    .option('-o, --output <file>', 'where the audio goes; absent: standard output')
    .action((input: string | undefined, options: DecryptOptions) =>
      options.recording
        ? decryptRecording(config(), edge, { ...options, recording: options.recording })
        : decryptFile(edge, input, options),
    )
}

interface DecryptOptions {
  readonly identity?: string
  readonly recording?: string
  readonly reason?: string
  readonly printIdentity: boolean
  readonly output?: string
}
