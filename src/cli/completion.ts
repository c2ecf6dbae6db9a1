import { artifacts, controlIds, languages, presets } from '../../generated/catalog.ts'
import { services } from '../../generated/services.ts'
import { EXIT, InputError } from '../errors.ts'
import { SETTINGS } from '../policy/convert.ts'
import type { Io } from './io.ts'
import { WHAT } from './list.ts'
import { COMMANDS, OPTIONS, type Option } from './options.ts'

const NAME = 'create-hardened-container'
const SHELLS = ['bash', 'zsh', 'fish'] as const
const FILES = ['answers', 'app', 'print']

/** The values of an option that are known beforehand. */
function valuesOf(o: Option): readonly string[] {
  const ids: Record<string, () => string[]> = {
    language: () => Object.keys(languages),
    preset: () => (presets as { id: string }[]).map((p) => p.id),
    control: () => (controlIds as string[]).map((c) => `${c}=off:`),
    set: () => Object.keys(SETTINGS).map((s) => `${s}=`),
    services: () => [...Object.keys(services), 'none'],
    with: () => (artifacts as { id: string }[]).map((a) => a.id),
    without: () => [...new Set((artifacts as { id: string; group: string }[]).flatMap((a) => [a.group, a.id]))],
  }
  return o.choices ?? ids[o.name]?.() ?? []
}

/** Prints the completion script of a shell: static text from the option table, so that no TAB starts a program. */
export function run(words: string[], _flags: unknown, io: Io): number {
  const [shell] = words
  const make = { bash, zsh, fish }[shell as 'bash']
  if (!make || !SHELLS.includes(shell as 'bash') || words.length > 1)
    throw new InputError({ message: shell ? `there is no completion for ${words.join(' ')}` : 'which shell?', where: 'completion', hint: `one of ${SHELLS.join(', ')}, like: ${NAME} completion bash > ~/.local/share/bash-completion/completions/${NAME}`, ...(shell ? { near: { given: shell, among: SHELLS } } : {}) })
  io.stdout.write(make())
  return EXIT.ok
}

function bash(): string {
  const cases = OPTIONS.filter((o) => o.type !== 'boolean').map((o) => `    --${o.name}) ${FILES.includes(o.name) ? 'COMPREPLY=($(compgen -f -- "$cur"))' : `COMPREPLY=($(compgen -W "${valuesOf(o).join(' ')}" -- "$cur"))`}; return ;;`)
  return `_create_hardened_container() {
  local cur prev
  cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  case $prev in
${cases.join('\n')}
    list) COMPREPLY=($(compgen -W "${WHAT.join(' ')}" -- "$cur")); return ;;
    explain) COMPREPLY=($(compgen -W "${explained().join(' ')}" -- "$cur")); return ;;
    completion) COMPREPLY=($(compgen -W "${SHELLS.join(' ')}" -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "${OPTIONS.map((o) => `--${o.name}`).join(' ')}" -- "$cur"))
  elif [[ $COMP_CWORD == 1 ]]; then
    COMPREPLY=($(compgen -W "${COMMANDS.map((c) => c.name).join(' ')}" -- "$cur") $(compgen -d -- "$cur"))
  else
    COMPREPLY=($(compgen -d -- "$cur"))
  fi
}
complete -o filenames -F _create_hardened_container ${NAME}
`
}

const escaped = (text: string): string => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, '\\$&')

function zsh(): string {
  const flags = OPTIONS.map((o) => {
    const values = FILES.includes(o.name) ? ':file:_files' : `:value:(${valuesOf(o).map((v) => v.replaceAll(':', '\\:')).join(' ')})`
    return `    '${o.type === 'list' ? '*' : ''}--${o.name}[${escaped(o.describe)}]${o.type === 'boolean' ? '' : values}'`
  })
  return `#compdef ${NAME}
_create_hardened_container() {
  local -a commands
  commands=(${COMMANDS.map((c) => `'${c.name}:${escaped(c.describe)}'`).join(' ')})
  case \${words[2]} in
    list) _values what ${WHAT.join(' ')}; return ;;
    explain) _values id ${explained().join(' ')}; return ;;
    completion) _values shell ${SHELLS.join(' ')}; return ;;
  esac
  _arguments \\
${flags.join(' \\\n')} \\
    '1:command or folder:{_describe command commands; _directories}' \\
    '*:folder:_directories'
}
if [ "$funcstack[1]" = _create_hardened_container ]; then _create_hardened_container "$@"; else compdef _create_hardened_container ${NAME}; fi
`
}

function fish(): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const flags = OPTIONS.map((o) => {
    const value = o.type === 'boolean' ? '' : FILES.includes(o.name) ? ' -r -F' : ` -x -a ${quote(valuesOf(o).join(' '))}`
    return `complete -c ${NAME} -l ${o.name}${o.short ? ` -s ${o.short}` : ''}${value} -d ${quote(o.describe)}`
  })
  return `complete -c ${NAME} -f -a '(__fish_complete_directories)'
${COMMANDS.map((c) => `complete -c ${NAME} -n __fish_use_subcommand -a ${c.name} -d ${quote(c.describe)}`).join('\n')}
complete -c ${NAME} -n '__fish_seen_subcommand_from list' -a ${quote(WHAT.join(' '))}
complete -c ${NAME} -n '__fish_seen_subcommand_from explain' -a ${quote(explained().join(' '))}
complete -c ${NAME} -n '__fish_seen_subcommand_from completion' -a ${quote(SHELLS.join(' '))}
${flags.join('\n')}
`
}

const explained = (): string[] => [...(controlIds as string[]), ...(artifacts as { id: string }[]).map((a) => a.id), ...OPTIONS.flatMap((o) => (o.answer ? [o.answer] : []))]
