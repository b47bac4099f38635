import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Not imported: its types would bring those of the browser into the whole program. */
const { parse } = createRequire(import.meta.url)('@cdktf/hcl2json') as {
  parse(fileName: string, text: string): Promise<Record<string, unknown>>
}

/** What one block says; HCL gives every block as a list. */
export type Block = Readonly<Record<string, unknown>>
type Blocks = Readonly<Record<string, readonly Block[]>>

export interface Module {
  readonly variables: ReadonlyMap<string, Block>
  readonly locals: Block
  readonly outputs: ReadonlyMap<string, Block>
  /** By address: `aws_s3_bucket.recordings`, `data.aws_iam_policy_document.bucket`. */
  readonly things: ReadonlyMap<string, Block>
  /** Every text of the module, where expressions stand as `${...}`. */
  readonly texts: readonly string[]
}

export interface Statement {
  readonly sid?: string
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly resources?: readonly string[]
}

const DIRECTORY = new URL('../../../infra/terraform/', import.meta.url)

/** All files of the module as one; throws where one of them is no HCL. */
export async function readModule(): Promise<Module> {
  const parsed: Record<string, unknown>[] = []
  for (const name of readdirSync(DIRECTORY).filter((file) => file.endsWith('.tf')))
    parsed.push(await parse(name, readFileSync(new URL(name, DIRECTORY), 'utf8')))
  const named = (kind: string) =>
    new Map(
      parsed.flatMap((file) =>
        Object.entries((file[kind] ?? {}) as Blocks).map(([name, [block = {}]]) => [name, block] as const),
      ),
    )
  return {
    variables: named('variable'),
    outputs: named('output'),
    locals: Object.assign({}, ...parsed.flatMap((file) => (file.locals as readonly Block[]) ?? [])),
    things: new Map(
      parsed.flatMap((file) => [...addressed(file, 'resource', ''), ...addressed(file, 'data', 'data.')]),
    ),
    texts: parsed.flatMap(textsIn),
  }
}

function addressed(file: Record<string, unknown>, kind: string, prefix: string) {
  const types = Object.entries((file[kind] ?? {}) as Readonly<Record<string, Blocks>>)
  return types.flatMap(([type, named]) =>
    Object.entries(named).map(([name, [block = {}]]) => [`${prefix}${type}.${name}`, block] as const),
  )
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** A thing by its address, and a part of it; throws when it is not there. */
export function thing({ things }: Module, address: string): Block {
  const found = things.get(address)
  if (!found) throw new Error(`no ${address}`)
  return found
}

/** The only block of this name within another. */
export function part(block: Block, name: string): Block {
  const blocks = block[name] as readonly Block[] | undefined
  if (blocks?.length !== 1 || !blocks[0]) throw new Error(`not one block ${name}`)
  return blocks[0]
}

export const statementsOf = (module: Module, document: string): readonly Statement[] =>
  thing(module, `data.aws_iam_policy_document.${document}`).statement as readonly Statement[]
