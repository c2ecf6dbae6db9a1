/** Runs a language's detector on a project of a few files in a temporary folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { detect } from '../../src/detect/detect.ts'
import type { Facts } from '../../src/detect/facts.ts'
import type { DetectContext } from '../../src/detect/language.ts'
import { openProject } from '../../src/detect/project.ts'
import type { InputError, Problem } from '../../src/errors.ts'

/** The facts of a project with these files. Throws what the detector throws. */
export async function factsOf(files: Record<string, string>, chosen: DetectContext['chosen'] = {}, language?: string): Promise<Facts> {
  const root = mkdtempSync(join(tmpdir(), 'detect-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return (await detect(openProject(root), language, chosen)).facts
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** The problems that a project is refused with. */
export async function problemsOf(files: Record<string, string>, chosen: DetectContext['chosen'] = {}): Promise<Problem[]> {
  try {
    await factsOf(files, chosen)
  } catch (error) {
    return (error as InputError).problems
  }
  throw new Error('the project was not refused')
}
