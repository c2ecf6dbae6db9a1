import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLoopback } from '../../src/detect/opened.ts'

describe('what the build changes in a source that listens on loopback', () => {
  test.each([
    ['app.py', "app.run(host='127.0.0.1', port=5000)", "app.run(host='0.0.0.0', port=5000)"],
    ['main.go', 'http.ListenAndServe("127.0.0.1:8080", nil)', 'http.ListenAndServe("0.0.0.0:8080", nil)'],
    ['my app.go', 'http.ListenAndServe("localhost:8080", nil)', 'http.ListenAndServe("0.0.0.0:8080", nil)'],
    ["it's $(touch x).py", "app.run(host='127.0.0.1', port=5000)", "app.run(host='0.0.0.0', port=5000)"],
    ['main.rs', 'let addr = SocketAddr::from(([127, 0, 0, 1], 3000));', 'let addr = SocketAddr::from(([0, 0, 0, 0], 3000));'],
  ])('%s: %s', (file, line, expected) => {
    const folder = mkdtempSync(join(tmpdir(), 'opened-'))
    try {
      writeFileSync(join(folder, file), `${line}\n`)
      const evidence = { file, line: 1, text: line }
      const opened = openLoopback([{ groups: [], evidence }, { groups: [], evidence }], new Set([file]), [])
      expect(opened).toHaveLength(1)
      // as templates/partials/open-address.hbs has it
      const done = spawnSync('sh', ['-c', opened.map((o) => `sed -i 's/${o.from}/${o.to}/' ${o.file}`).join('\n')], { cwd: folder, encoding: 'utf8' })
      expect(done).toMatchObject({ status: 0, stderr: '' })
      expect(readFileSync(join(folder, file), 'utf8')).toBe(`${expected}\n`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
