import { fstatSync, statSync, writeSync } from 'node:fs'
import { InputError } from '../errors.ts'

/** Where text goes. */
export interface Output {
  write(text: string): void
  readonly isTTY: boolean
}

/** The edges of the process, so that everything behind them can be tested. */
export interface Io {
  /** the folder that this runs in; throws InputError where that was removed */
  readonly cwd: string
  env: NodeJS.ProcessEnv
  stdout: Output
  stderr: Output
  /** whether somebody can answer questions on standard input */
  readonly inputIsTTY: boolean
  /** keeps what node compiled in this run, for the next one */
  keepCompiled(): void
  /** what tells this build of the tool from any other; absent where it runs from its sources */
  readonly build?: string
  /** the streams, for prompts */
  readonly streams: { input: NodeJS.ReadStream; output: NodeJS.WriteStream }
}

/**
 * The edges of this process. node's own stream objects take 4 ms to make (measured), a sixth of its whole start, so text
 * is written by file descriptor.
 */
export function processIo(keepCompiled: () => void, build?: string): Io {
  return {
    get cwd() {
      try {
        return process.cwd()
      } catch {
        throw new InputError({ message: 'the folder that this runs in is not there any more', hint: 'go to another one, or to the one that is there by that name now: cd "$PWD"' })
      }
    },
    env: process.env,
    keepCompiled,
    ...(build ? { build } : {}),
    stdout: outputTo(1),
    stderr: outputTo(2),
    get inputIsTTY() {
      return isTerminal(0)
    },
    get streams() {
      return { input: process.stdin, output: process.stderr }
    },
  }
}

/** A reader that closes early (`| head`) is no failure: what follows is dropped. */
function outputTo(fd: number): Output {
  let closed = false
  return {
    write(text) {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length && !closed; ) {
        try {
          at += writeSync(fd, bytes, at)
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException
          if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
          else if (code === 'EPIPE') closed = true
          else throw error
        }
      }
    },
    get isTTY() {
      return isTerminal(fd)
    },
  }
}

function isTerminal(fd: number): boolean {
  try {
    // node:tty loads the network stack: ask it only when it could say yes
    const stat = fstatSync(fd)
    return stat.isCharacterDevice() && stat.rdev !== statSync('/dev/null', { throwIfNoEntry: false })?.rdev && process.getBuiltinModule('node:tty').isatty(fd)
  } catch {
    return false
  }
}
