import { spawnSync } from 'node:child_process'

/** Runs a program to its end. Returns its exit code and what it printed; 127 where there is no such program. */
export function run(program, args, { timeout = 900, ...options } = {}) {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, timeout: timeout * 1000, ...options })
  return { code: done.error ? (done.error.code === 'ENOENT' ? 127 : 124) : (done.status ?? 137), out: done.stdout ?? '', err: done.stderr ?? '', all: `${done.stdout ?? ''}${done.stderr ?? ''}` }
}

/** Waits until `probe` returns something true. */
export async function until(probe, seconds, step = 500) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const value = await probe()
    if (value) return value
    await new Promise((r) => setTimeout(r, step))
  }
  return undefined
}

export const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
