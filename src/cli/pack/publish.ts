import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { EXIT, InputError } from '../../errors.ts'
import { archiveOf } from '../../pack/archive.ts'
import { parseSource } from '../../pack/source.ts'
import type { Io } from '../io.ts'
import type { Parsed } from '../parse.ts'
import { report } from '../report.ts'
import { judge } from './check.ts'
import { fetchOwn } from './own.ts'

/** Publishes a pack that is in order: into a .tgz file, or as an artifact of an OCI registry. The one command that sends anything. */
export async function run(words: string[], flags: Parsed['flags'], io: Io): Promise<number> {
  const target = words.at(-1) ?? ''
  if (words.length < 1 || words.length > 2 || !/^oci:\/\/|^(?![a-z][a-z+]+:).*\.tgz$/i.test(target)) throw new InputError({ message: 'publish where?', where: 'pack publish', hint: 'create-hardened-container pack publish [DIR] FILE.tgz|oci://registry/name:tag' })
  const { pack, all } = await fetchOwn(words.slice(0, -1), flags, io)
  const { problems } = await judge(pack, all)
  if (problems.length > 0) return report(new InputError(problems, EXIT.pack), flags.json === true, io)
  let spec = target
  if (target.startsWith('oci://')) {
    const source = parseSource(target)
    if (source.kind !== 'oci' || source.reference.startsWith('sha256:')) throw new InputError({ message: `${target} names no tag`, where: 'pack publish', hint: `oci://registry/name:${pack.version}` })
    const { pushed } = await import('../../pack/oci.ts')
    const digest = await pushed(source, pack.tree, { 'org.opencontainers.image.title': pack.name, 'org.opencontainers.image.version': pack.version }, io.env)
    spec = `${target}@${digest}`
  } else {
    const file = resolve(io.cwd, target)
    if (existsSync(file) && !flags.force) throw new InputError({ message: `${target} is there already`, where: 'pack publish', hint: 'choose another name, or --force to replace it' }, EXIT.conflict)
    try {
      writeFileSync(file, archiveOf(pack.tree))
    } catch (error) {
      throw new InputError({ message: `${target} cannot be written: ${(error as NodeJS.ErrnoException).code}`, where: 'pack publish', hint: 'name a file in a folder that is there' })
    }
  }
  const published = { name: pack.name, version: pack.version, integrity: pack.integrity, spec }
  io.stdout.write(flags.json ? `${JSON.stringify({ schemaVersion: 1, ok: true, exitCode: EXIT.ok, ...published }, null, 2)}\n` : `published ${pack.name} ${pack.version}\n  ${spec}\n  ${pack.integrity}\n`)
  return EXIT.ok
}
