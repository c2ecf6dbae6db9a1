import type { Evidence, Warning } from '../facts.ts'
import type { Language } from '../language.ts'
import { importRoot } from './entry.ts'
import { type Manifests, normalize, requirement } from './manifests.ts'
import { lineOf, type Project } from '../project.ts'
import { readToml, table, text, texts } from '../toml.ts'

/** Where a project without a manifest says what it needs: requirements as pip takes them, and their place. */
interface Named {
  requirements: { text: string; evidence: Evidence }[]
  /** the file, or "imports" */
  from: string
}

/**
 * What is to be installed though no manifest lists it: the metadata of a script, a Conda environment, the pip lines of the
 * Dockerfile of before, and last the imports, where every one of them is a package of the language's data. Beside manifests
 * only the servers and the imported packages that the Dockerfile adds. The dependencies are added to `manifests`.
 */
export function installUnlisted(project: Project, language: Language, manifests: Manifests, files: readonly string[], warnings: Warning[]): string[] {
  const listed = manifests.dependencies.size > 0 || manifests.locked.size > 0
  const unlisted = !listed && !manifests.pyproject && !['Pipfile', 'setup.py', 'setup.cfg'].some((f) => project.has(f))
  const docker = dockerfileNames(project)
  const servers = language.data!.servers as Record<string, unknown>
  const added = (name: string): boolean => name in servers || name === 'functions-framework' || files.some((f) => new RegExp(`^\\s*(?:from|import) ${name.replaceAll('-', '_')}\\b`, 'm').test(project.read(f) ?? ''))
  const pixi = !listed || table(manifests.pyproject, 'tool').pixi !== undefined ? pixiNames(project, language, manifests) : undefined
  const found = pixi ?? (unlisted && !manifests.requirements ? (scriptMetadata(project, manifests, files) ?? condaNames(project, language) ?? docker ?? importedNames(project, language, files)) : docker)
  if (!found) return []
  const out: string[] = []
  for (const { text, evidence } of found.requirements) {
    const dependency = requirement(text, evidence)
    if (!dependency || manifests.dependencies.has(dependency.name) || manifests.locked.has(dependency.name) || (found === docker && !unlisted && !added(dependency.name))) continue
    manifests.dependencies.set(dependency.name, dependency)
    out.push(/[<>=!~;\[ *]/.test(text) ? `'${text}'` : text)
  }
  const open = [...manifests.dependencies.values()].some((d) => !d.pinned)
  const names = out.map((o) => o.replaceAll("'", '')).join(', ')
  const place = found.requirements[0]?.evidence
  if (out.length > 0 && found.from === 'imports') warnings.push({ message: `nothing lists what is to be installed, so what the sources import is: ${names}`, file: place?.file, line: place?.line, hint: 'write requirements.txt: pip freeze > requirements.txt' })
  else if (out.length > 0 && open) warnings.push({ message: `${names} ${out.length > 1 ? 'are' : 'is'} installed since ${found.from} says so, and two builds may install different versions`, file: place?.file, line: place?.line, hint: 'pin them in requirements.txt' })
  return out
}

/** The block of PEP 723 of the first script that has one. */
function scriptMetadata(project: Project, manifests: Manifests, files: readonly string[]): Named | undefined {
  for (const file of files) {
    const source = project.read(file) ?? ''
    const block = /^# \/\/\/ script\n((?:#(?: .*)?\n)+?)# \/\/\/$/m.exec(source)
    if (!block) continue
    const data = readToml(file, block[1]!.replace(/^# ?/gm, ''))
    const range = data['requires-python']
    if (typeof range === 'string') manifests.range = { text: range, evidence: { file, line: lineOf(source, 'requires-python'), text: range } }
    return { from: file, requirements: texts(data, 'dependencies').map((text) => ({ text, evidence: { file, line: lineOf(source, text) } })) }
  }
  return undefined
}

/** Packages that an environment has for Conda's sake or for no program. */
const CONDA_OWN = /^(?:python|pip|setuptools|wheel|conda\S*|ca-certificates|certifi|openssl|nodejs|mkl\S*|blas|lib\S+|_\S+|ipython|ipykernel|jupyter\S*|notebook|pytest|black|flake8|cudatoolkit|cpuonly|xz|zlib|tk|sqlite|readline|ncurses|bzip2)$/

/** The packages of environment.yml under pip's names. One that was exported with builds is for another installer. */
function condaNames(project: Project, language: Language): Named | undefined {
  const file = ['environment.yml', 'environment.yaml'].find((f) => project.read(f) !== undefined)
  const source = file && project.read(file)!
  const list = source && (/^dependencies:[ \t]*\n((?:[ \t]*-.*\n?|[ \t]*#.*\n?|[ \t]+.*\n?|\n)*)/m.exec(source)?.[1] ?? /^dependencies:[ \t]*\[([^\]]*)\]/m.exec(source)?.[1]?.replace(/(?:^|,)\s*/g, '\n- '))
  if (!file || !list || /^\s*-\s*[\w.-]+=[\w.]+=\w+/m.test(list)) return undefined
  const renamed = language.data!.conda as Record<string, string>
  const pip = /^([ \t]*)-[ \t]*pip:[ \t]*\n((?:[ \t]+-.*\n?|[ \t]*#.*\n?)*)/m.exec(list)
  const items = (text: string): string[] => [...text.matchAll(/^[ \t]*-[ \t]*["']?([^"'#\n]+?)["']?[ \t]*(?:#.*)?$/gm)].map((m) => m[1]!.trim())
  const inner = pip ? items(pip[2]!) : []
  const outer = items(pip ? list.replace(pip[0], '') : list).map((item) => item.replace(/^[\w-]+::/, ''))
  const requirements = outer.flatMap((item) => {
    const [, name, version = ''] = /^([A-Za-z0-9][\w.-]*)\s*(.*)$/.exec(item) ?? []
    if (!name || CONDA_OWN.test(name)) return []
    // one "=" of Conda's means a prefix of the version
    const text = (renamed[normalize(name)] ?? name) + version.replace(/\s+/g, '').replace(/^=([^=].*?)(?:\.\*)?$/, '==$1.*')
    return [{ text, evidence: { file, line: lineOf(source, item), text: item } }]
  })
  requirements.push(...inner.filter((text) => /^[A-Za-z0-9]/.test(text) && !text.includes('/')).map((text) => ({ text, evidence: { file, line: lineOf(source, text), text } })))
  return requirements.length > 0 ? { from: file, requirements } : undefined
}

/** The packages of a Pixi workspace, which Conda and PyPI bring, and the Python that it asks for (https://pixi.sh/latest/reference/pixi_manifest/). */
function pixiNames(project: Project, language: Language, manifests: Manifests): Named | undefined {
  const own = project.read('pixi.toml')
  const file = own === undefined ? 'pyproject.toml' : 'pixi.toml'
  const source = own ?? project.read(file)
  const pixi = own === undefined ? table(manifests.pyproject, 'tool', 'pixi') : readToml(file, own)
  const renamed = language.data!.conda as Record<string, string>
  const { python, ...conda } = table(pixi, 'dependencies')
  if (typeof python === 'string' && /\d/.test(python)) manifests.range ??= { text: /^\d/.test(python) && !python.includes('*') ? `==${python}.*` : python, evidence: { file, line: lineOf(source!, /^python\s*=/m), text: python } }
  const requirements = [...Object.entries(conda).filter(([name]) => !CONDA_OWN.test(name)), ...Object.entries(table(pixi, 'pypi-dependencies'))].flatMap(([name, value]) => {
    const spec = table({ value }, 'value')
    if (['path', 'git', 'url'].some((key) => spec[key] !== undefined)) return []
    const version = (typeof value === 'string' ? value : (text(spec, 'version') ?? '')).replace(/\s/g, '').replace(/^\*$/, '').replace(/^=?(?=\d)/, '==')
    const extras = texts(spec, 'extras')
    return [{ text: `${renamed[normalize(name)] ?? name}${extras.length > 0 ? `[${extras.join(',')}]` : ''}${version}`, evidence: { file, line: lineOf(source!, new RegExp(`^"?${name.replaceAll('.', '\\.')}"?\\s*=`, 'm')) } }]
  })
  return requirements.length > 0 ? { from: file, requirements } : undefined
}

/** What is for the build, for tests, or no package of the program. */
const TOOLS = /^(?:pip|setuptools|wheel|poetry|pipenv|uv|pdm|hatch|virtualenv|pip-tools|build|awscli|pytest\S*|flake8|black|isort|coverage|mypy|ruff|pylint|tox|debugpy|pre-commit|ipython|supervisor|jupyter\S*|notebook)$/

/** The names behind `pip install` in the project's own Dockerfile. */
function dockerfileNames(project: Project): Named | undefined {
  const source = project.original('Dockerfile')
  if (!source?.includes('pip')) return undefined
  const requirements: Named['requirements'] = []
  for (const [, list] of source.replace(/^[ \t]*#.*\n/gm, '').replace(/\\[ \t]*\n/g, ' ').matchAll(/\bpip3?(?:\.\d+)?\s+(?:--\S+\s+)*install\s+([^&;|\n]*)/g)) {
    const words = list!.trim().split(/\s+/)
    words.forEach((word, i) => {
      const text = word.replace(/^["']|["']$/g, '')
      const valued = /^(?:-[rctiefb]|--(?:requirement|constraint|target|index-url|extra-index-url|editable|find-links|prefix|root|trusted-host|timeout|cache-dir|platform|python|default-timeout|retries))$/.test(words[i - 1] ?? '')
      const name = /^([A-Za-z0-9][\w.-]*)(?:\[[\w,.-]+\])?(?:[<>=!~]=?[\w.*,<>=!~]+)?$/.exec(text)?.[1]
      if (!name || valued || /\.(?:txt|whl|gz|zip|toml)$/.test(text) || TOOLS.test(normalize(name))) return
      requirements.push({ text, evidence: { file: 'Dockerfile', line: lineOf(source, text), text } })
    })
  }
  return requirements.length > 0 ? { from: 'Dockerfile', requirements } : undefined
}

/** The packages of all imports, or undefined where one of them is not known: a name alone does not say whose package it is. */
function importedNames(project: Project, language: Language, files: readonly string[]): Named | undefined {
  const standard = String(language.data!.standard).split(' ')
  const known = new Map<string, string>()
  for (const { dependencies = [] } of language.frameworks) for (const name of dependencies) known.set(name.replaceAll('-', '_'), name)
  for (const [module, name] of Object.entries(language.data!.modules as Record<string, string>)) known.set(module, name || module)
  const requirements = new Map<string, Evidence>()
  for (const file of files) {
    const source = project.read(file) ?? ''
    const folders = ['', importRoot(project, file), file.slice(0, Math.max(0, file.lastIndexOf('/')))]
    for (const found of source.matchAll(/^[ \t]*(?:from[ \t]+([A-Za-z]\w*)[\w.]*[ \t]+import\b|import[ \t]+([A-Za-z]\w*(?:\.\w+)*(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[A-Za-z][\w.]*(?:[ \t]+as[ \t]+\w+)?)*)[ \t]*(?:#.*)?$)/gm))
      for (const name of found[1] ? [found[1]] : found[2]!.split(',').map((n) => n.trim().split(/[.\s]/)[0]!)) {
        if (standard.includes(name) || name === '__future__' || folders.some((f) => [`${name}.py`, name].some((n) => project.has(f ? `${f}/${n}` : n)))) continue
        const wanted = known.get(name)
        if (wanted === undefined) return undefined
        if (!requirements.has(wanted)) requirements.set(wanted, { file, line: lineOf(source, found[0], found.index), text: found[0].trim() })
      }
  }
  return requirements.size > 0 ? { from: 'imports', requirements: [...requirements].map(([text, evidence]) => ({ text, evidence })) } : undefined
}
