import { closeSync, existsSync, linkSync, lstatSync, mkdirSync, openSync, realpathSync, renameSync, rmdirSync, unlinkSync, writeSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { EXIT, InputError, type Problem } from '../errors.ts'

/** One file to write. `backup` keeps a numbered copy of what is there. */
export interface Write {
  path: string
  text: string
  backup?: boolean
}

/**
 * Writes all files or none: every path is checked, each text is written beside its place and flushed to the file system, then
 * all are renamed, in the given order. On failure what was renamed is put back. Throws InputError naming every path that
 * cannot be written.
 */
export function apply(root: string, writes: readonly Write[]): void {
  const real = realpathSync(root)
  preflight(real, writes)
  const folders: string[] = []
  const prepared: { target: string; temporary: string; old: string | undefined }[] = []
  const done: typeof prepared = []
  try {
    for (const write of writes) {
      const target = join(real, write.path)
      makeFolders(dirname(target), real, folders)
      const temporary = `${target}.tmp-${process.pid}-${prepared.length}`
      const fd = openSync(temporary, 'wx', 0o644)
      prepared.push({ target, temporary, old: undefined })
      try {
        const bytes = Buffer.from(write.text)
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
      } finally {
        closeSync(fd)
      }
      if (write.backup && existsSync(target)) linkSync(target, nextBackup(target))
    }
    for (const item of prepared) {
      // a second name keeps the old content until all renames are through
      if (existsSync(item.target)) {
        item.old = `${item.temporary}.old`
        linkSync(item.target, item.old)
      }
      renameSync(item.temporary, item.target)
      done.push(item)
    }
    for (const { old } of done) if (old) unlinkSync(old)
  } catch (error) {
    for (const { target, old } of done.reverse()) {
      if (old) renameSync(old, target)
      else quietly(() => unlinkSync(target))
    }
    for (const { temporary, old } of prepared) {
      quietly(() => unlinkSync(temporary))
      if (old) quietly(() => unlinkSync(old))
    }
    for (const folder of folders.reverse()) quietly(() => rmdirSync(folder))
    throw new InputError({ message: `nothing was written: ${(error as Error).message}`, file: (error as { path?: string }).path, hint: 'make room or mend the permissions, then run again' }, EXIT.fault)
  }
}

function preflight(real: string, writes: readonly Write[]): void {
  const problems: Problem[] = []
  const seen = new Map<string, string>()
  for (const { path } of writes) {
    const twin = seen.get(path.toLowerCase())
    if (twin !== undefined) problems.push({ message: `${path} and ${twin} are the same file where case makes no difference`, file: path })
    seen.set(path.toLowerCase(), path)
    const parts = path.split('/')
    if (path.startsWith('/') || parts.includes('..') || /[\0\n\r\\]/.test(path)) {
      problems.push({ message: `${JSON.stringify(path)} leads out of the folder`, file: path })
      continue
    }
    for (let i = 1; i < parts.length; i++) {
      const folder = join(real, ...parts.slice(0, i))
      const stat = quietly(() => lstatSync(folder))
      if (!stat) break
      const target = stat.isSymbolicLink() ? quietly(() => realpathSync(folder)) : folder
      if (!target || !(target + sep).startsWith(real + sep)) problems.push({ message: `${parts.slice(0, i).join('/')} is a link that leads out of the folder`, file: path, hint: 'remove the link' })
      else if (!stat.isDirectory() && !stat.isSymbolicLink()) problems.push({ message: `${parts.slice(0, i).join('/')} is a file, where a folder is needed`, file: path, hint: 'move it away' })
    }
    const stat = quietly(() => lstatSync(join(real, path)))
    if (stat?.isSymbolicLink()) problems.push({ message: `${path} is a symbolic link; nothing is written through one`, file: path, hint: 'replace it by a file' })
    else if (stat?.isDirectory()) problems.push({ message: `${path} is a folder`, file: path, hint: 'move it away' })
  }
  if (problems.length > 0) throw new InputError(problems, EXIT.conflict)
}

function makeFolders(folder: string, root: string, made: string[]): void {
  if (folder === root || existsSync(folder)) return
  makeFolders(dirname(folder), root, made)
  mkdirSync(folder)
  made.push(folder)
}

function nextBackup(target: string): string {
  for (let n = 1; ; n++) if (!existsSync(`${target}.bak-${n}`)) return `${target}.bak-${n}`
}

function quietly<T>(f: () => T): T | undefined {
  try {
    return f()
  } catch {
    return undefined
  }
}
