// Draws docs/usage.svg: what a terminal shows when the tool runs in the Express example.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './ready.mjs'

/** Colours of ANSI codes on a dark ground; what is not here is shown plain. */
const COLOURS = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 34: '#79c0ff', 35: '#d2a8ff', 36: '#76e3ea', 2: '#8b949e', 90: '#8b949e' }
const WIDTH = 8.43
const HEIGHT = 19

// viewers fold blanks, whatever the style says
const escape = (s) => s.replaceAll(' ', '\u00a0').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** One line of terminal output as <tspan> elements. */
function spans(line) {
  let colour = ''
  let bold = false
  return line
    .split(/(\u001b\[[\d;]*m)/)
    .map((part) => {
      const code = /^\u001b\[([\d;]*)m$/.exec(part)?.[1]
      if (code === undefined) return part && `<tspan${colour ? ` fill="${colour}"` : ''}${bold ? ' font-weight="bold"' : ''}>${escape(part)}</tspan>`
      for (const c of code.split(';')) {
        if (c === '1') bold = true
        else if (c === '0' || c === '') (colour = ''), (bold = false)
        else if (c === '22') (bold = false), (colour = '')
        else if (c === '39') colour = ''
        else if (COLOURS[c]) colour = COLOURS[c]
      }
      return ''
    })
    .join('')
}

/** The picture of a run of what was built, as SVG. */
export function draw() {
  const parent = mkdtempSync(join(tmpdir(), 'picture-'))
  const folder = join(parent, 'orders-api')
  cpSync(join(root, 'examples/node-express'), folder, { recursive: true })
  // both streams in the order in which a terminal shows them
  const done = spawnSync('sh', ['-c', `"${process.execPath}" "${join(root, 'bin/create-hardened-container.cjs')}" --yes 2>&1`], { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH, FORCE_COLOR: '1', COLUMNS: '100' } })
  rmSync(parent, { recursive: true, force: true })
  if (done.status !== 0) throw new Error(done.stdout)
  const lines = ['\u001b[2m$\u001b[0m cd orders-api && npx create-hardened-container --yes', ...done.stdout.trimEnd().split('\n')]
  const columns = Math.max(...lines.map((l) => l.replace(/\u001b\[[\d;]*m/g, '').length))
  const [w, h] = [Math.ceil(columns * WIDTH) + 40, lines.length * HEIGHT + 36]
  const text = lines.map((l, i) => `<text x="20" y="${30 + i * HEIGHT}">${spans(l)}</text>`).join('\n')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="A run in an Express project">\n<rect width="100%" height="100%" rx="8" fill="#0d1117"/>\n<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">\n${text}\n</g>\n</svg>\n`
}
