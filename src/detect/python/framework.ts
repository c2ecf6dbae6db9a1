import { InputError } from '../../errors.ts'
import { type Evidence, type Fact, fact, type Warning } from '../facts.ts'
import type { DetectContext, Framework } from '../language.ts'
import { type Entry, findFunction, importRoot, importsOf } from './entry.ts'
import type { Manifests } from './manifests.ts'
import { releaseBefore } from './version.ts'
import { lineOf, type Project } from '../project.ts'

/** The first framework that the sources import and make an object of, else the first that they import. A dependency alone serves nothing. */
export function chooseFramework({ chosen, language, project }: DetectContext, manifests: Manifests, files: readonly string[], said: Entry | undefined): Fact<string> | undefined {
  if (chosen.framework) return fact(chosen.framework)
  const read = (f: string): string => project.read(f) ?? ''
  for (const f of language.frameworks) {
    const file = f.files && project.files().find((path) => f.files!.includes(path.slice(path.lastIndexOf('/') + 1)))
    const dependency = file && f.dependencies?.map((d) => manifests.dependencies.get(d)).find(Boolean)
    if (dependency) return fact(f.id, dependency.evidence, { file })
  }
  // a function need not import what calls it
  const calling = manifests.dependencies.get('functions-framework')
  if (calling && !said?.target && findFunction(project, files)) return fact('functions-framework', calling.evidence)
  const imported = language.frameworks.filter((f) => typeof f.since !== 'string' || releaseBefore(manifests, f.dependencies![0]!, f.since) === undefined).flatMap((f) => {
    // an expression for each of them would take longer than all else here
    const naming = files.filter((file) => ((f.imports as string[] | undefined) ?? []).some((name) => read(file).includes(name.split('.', 1)[0]!)))
    const expression = naming.length > 0 ? importsOf(f) : undefined
    if (typeof f.serving === 'string' && !files.some((file) => new RegExp(f.serving as string).test(read(file)))) return []
    const file = expression && (naming.find((file) => said?.target?.file === file && expression.test(read(file))) ?? naming.find((file) => expression.test(read(file))))
    return file ? [{ f, file, at: { file, line: lineOf(read(file), expression) } }] : []
  })
  const made = imported.find(({ f }) => {
    const constructors = f.constructors as string[]
    return constructors.length === 0 || files.some((file) => constructors.some((c) => new RegExp(`(?<![\\w])${c.split('.').at(-1)!}\\(`).test(read(file))))
  })
  // a framework that is imported and not made anything of is for its types
  const handler = calling || said || made ? undefined : bareFunction(project.read('main.py') ?? '')
  if (handler) return { ...fact('functions-framework', { file: 'main.py', line: lineOf(project.read('main.py')!, handler), text: handler }), guess: true }
  const found = made ?? imported[0]
  if (found) {
    const dependency = found.f.dependencies?.map((d) => manifests.dependencies.get(d)).find(Boolean)
    return fact(found.f.id, ...(dependency ? [dependency.evidence] : []), found.at)
  }
  return undefined
}

/** The only thing that a file does is to define functions, one of which takes a request: what a platform's functions are. */
function bareFunction(source: string): string | undefined {
  const found = /^def \w+\(\s*(?:(?:request|req|cloud_?event)\b[^),]*|data\b[^),]*,\s*_?context\b[^)]*)\)/m.exec(source)?.[0] ?? (/^(?:from|import) google\b/m.test(source) ? /^def \w+\(\s*(?:data|event)\b[^),]*,\s*_?context\b[^)]*\)/m.exec(source)?.[0] : undefined)
  return found && !/^(?:if|while|for|with|async|[\w.]+\()|^\w+\s*(?::[^=\n]+)?=\s*(?:[\w.]*(?:App|Flask|FastAPI|API|Router|Blueprint|Bottle)\()|^@\w+\./m.test(source) ? found : undefined
}

/** Throws InputError where a framework or what the started script needs is imported and no file of the project says what is to be installed: the image would lack it. */
export function refuseUnlisted(project: Project, { dependencies, pyproject, requirements }: Manifests, imported: { title: string; evidence: Evidence[] } | undefined, file: string | undefined, standard: string): void {
  if (dependencies.size > 0 || pyproject || requirements || ['Pipfile', 'setup.py', 'setup.cfg'].some((f) => project.has(f))) return
  const missing = imported ?? (file === undefined ? undefined : foreignImport(project, file, standard.split(' ')))
  if (!missing) return
  const { title, evidence } = missing
  const conda = ['environment.yml', 'environment.yaml'].find((f) => project.has(f))
  throw new InputError({
    message: `${title} is imported, but ${conda ? `only ${conda} lists what is to be installed, which is for Conda and is not read` : 'nothing lists what is to be installed'}`,
    file: evidence[0]?.file,
    line: evidence[0]?.line,
    hint: 'write requirements.txt: pip freeze > requirements.txt',
  })
}

/** What only Python 2 reads: a statement that prints, and a caught error's name behind a comma. */
const OLD = /^[ \t]*(?:print[ \t]+["']|except[ \t]+[\w.]+,[ \t]*\w+:)/m

/** Throws InputError where the started file is one of Python 2, which no image here has. */
export function refuseOld(project: Project, file: string | undefined): void {
  const source = file === undefined ? '' : (project.read(file) ?? '')
  const found = OLD.exec(source.replace(/("{3}|'{3})[\s\S]*?\1/g, (text) => text.replace(/[^\n]/g, ' ')))
  if (found) throw new InputError({ message: 'it is written in Python 2, of which there is no supported image', file, line: lineOf(source, found[0], found.index), hint: 'translate it: 2to3 --write --nobackups .' })
}

/** The first module that a script imports at its top level and that is neither Python's own nor the project's. */
function foreignImport(project: Project, file: string, standard: readonly string[]): { title: string; evidence: Evidence[] } | undefined {
  const source = project.read(file) ?? ''
  const folders = ['', importRoot(project, file), file.slice(0, Math.max(0, file.lastIndexOf('/')))]
  for (const found of source.matchAll(/^(?:from|import) ([A-Za-z]\w*)/gm)) {
    const name = found[1]!
    if (standard.includes(name) || folders.some((f) => [`${name}.py`, name].some((n) => project.has(f ? `${f}/${n}` : n)))) continue
    return { title: name, evidence: [{ file, line: lineOf(source, found[0], found.index) }] }
  }
  return undefined
}

/** A framework that is imported and neither listed nor locked may come with another package; where it does not, nothing starts. */
export function warnOfUnlisted({ dependencies, locked }: Manifests, { title, id, dependencies: names = [] }: Framework, { evidence }: Fact<string>, warnings: Warning[]): void {
  if (dependencies.size === 0 || locked.size > 0 || names.some((n) => dependencies.has(n)) || [...dependencies.keys()].some((n) => n.includes(id) || n.includes(names[0] ?? id))) return
  warnings.push({ message: `${title} is imported, but no requirement names it`, file: evidence.at(-1)?.file, line: evidence.at(-1)?.line, hint: `add ${names[0]} where no other requirement brings it` })
}
