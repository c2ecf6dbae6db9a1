/** What a command that installs dependencies of the project does. */
export interface Install {
  /** downloads into a cache of its own */
  cache: boolean
  /** why its result is not the same each time; absent where it is */
  loose?: string
  /** could be held to a lock file if there is one */
  needsLock?: boolean
}

/** Recognises the commands that install dependencies; undefined for every other command. Sources: the managers' own manuals. */
export function installOf(words: readonly string[]): Install | undefined {
  const [path = '', ...rest] = words
  const program = path.split('/').at(-1)!
  const has = (...flags: string[]): boolean => rest.some((w) => flags.includes(w))
  const verb = rest.find((w) => !w.startsWith('-')) ?? ''
  const lock = (loose: string): Install => ({ cache: true, loose, needsLock: true })
  const fixed: Install = { cache: true }
  if (program === 'npm' && (verb === 'ci' || verb === 'clean-install')) return fixed
  if (program === 'npm' && /^(install|i|add)$/.test(verb)) return packagesOf(rest).length > 0 ? named(packagesOf(rest), /.@[\d$]/) : lock('npm install changes what the lock file says; npm ci does not')
  if (/^(pnpm|yarn|bun)$/.test(program) && (/^(install|i)$/.test(verb) || (program === 'yarn' && verb === '')))
    return has('--frozen-lockfile', '--immutable') ? fixed : lock(`${program} install changes the lock file; it needs --frozen-lockfile`)
  if (program === 'uv' && verb === 'sync') return has('--frozen', '--locked') ? fixed : lock('uv sync changes the lock file; it needs --frozen or --locked')
  if (/^pip3?$/.test(program) && verb === 'install') return pip(rest)
  if (program === 'uv' && verb === 'pip' && rest.includes('install')) return pip(rest.filter((w) => w !== 'pip'))
  if (program === 'poetry' && verb === 'install') return fixed
  if (program === 'go' && verb === 'mod' && rest.includes('download')) return fixed
  if (program === 'go' && verb === 'install') return rest.some((w) => w.endsWith('@latest')) ? { cache: false, loose: 'go install of @latest is another version tomorrow' } : undefined
  if (program === 'cargo' && verb === 'fetch') return has('--locked', '--frozen') ? fixed : lock('cargo changes the lock file; it needs --locked')
  if (program === 'cargo' && /^(build|install|rustc)$/.test(verb)) return has('--locked', '--frozen') ? undefined : { cache: false, needsLock: verb !== 'install', loose: `cargo ${verb} changes the lock file; it needs --locked` }
  if (program === 'bundle' && verb === 'install') return fixed
  if (program === 'composer' && verb === 'install') return fixed
  if (program === 'gem' && verb === 'install') return named(packagesOf(rest), /:\d/, has('-v', '--version'))
  return undefined
}

function pip(rest: readonly string[]): Install {
  const from = rest.some((w) => /^(-r|--requirement|-c)/.test(w))
  const packages = packagesOf(rest).filter((w) => !/\.(txt|whl|in)$|^[./]|^\$/.test(w))
  return from && packages.length === 0 ? { cache: true } : named(packages, /(===?|@)/)
}

function named(packages: readonly string[], pinned: RegExp, all = false): Install {
  const loose = all ? undefined : packages.find((p) => !pinned.test(p))
  return { cache: false, ...(loose ? { loose: `${loose} is installed in whatever version is new today` } : {}) }
}

/** Words that are neither flags, their values nor the verb. */
function packagesOf(rest: readonly string[]): string[] {
  const valued = /^(-r|-c|-t|-i|--requirement|--constraint|--target|--prefix|--index-url|--extra-index-url|--python|--cache|--registry|-v|--version)$/
  return rest.filter((w, i) => !w.startsWith('-') && !valued.test(rest[i - 1] ?? '')).slice(1)
}
