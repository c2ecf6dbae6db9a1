// THIRD_PARTY_NOTICES.md and sbom.cdx.json: what is bundled into dist/, read off the bundler's own account of it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const json = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** The packages of which anything is in dist/, sorted: name, version, licence and its text. */
export function bundled() {
  const { outputs } = json(join(root, 'generated', 'meta.json'))
  const folders = new Set()
  for (const { inputs } of Object.values(outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []
      if (folder && bytesInOutput > 0) folders.add(folder)
    }
  return [...folders].sort().map((folder) => {
    const { name, version, license, author, repository } = json(join(root, folder, 'package.json'))
    const file = readdirSync(join(root, folder)).find((f) => /^licen[cs]e/i.test(f))
    if (!license) throw new Error(`${name} names no licence`)
    return { name, version, license, author: typeof author === 'string' ? author : author?.name, repository: typeof repository === 'string' ? repository : repository?.url, text: file ? readFileSync(join(root, folder, file), 'utf8').trim() : undefined }
  })
}

/** CycloneDX 1.6, without a time or a serial number, so that the same bundle gives the same file. */
export function sbom(packages) {
  const { name, version, license } = json(join(root, 'package.json'))
  const purl = (p) => `pkg:npm/${p.name.replace('@', '%40')}@${p.version}`
  const component = (p) => ({ type: 'library', 'bom-ref': purl(p), name: p.name, version: p.version, purl: purl(p), licenses: [/[ ()]/.test(p.license) ? { expression: p.license } : { license: { id: p.license } }] })
  const own = { name, version, license }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...component(own), type: 'application' } },
    components: packages.map(component),
    dependencies: [{ ref: purl(own), dependsOn: packages.map(purl) }, ...packages.map((p) => ({ ref: purl(p), dependsOn: [] }))],
  }
}

/** One part for each licence text, under the names of the packages that have it. */
export function notices(packages) {
  const parts = new Map()
  for (const p of packages) parts.set(p.text, [...(parts.get(p.text) ?? []), p])
  const part = ([text, of]) => `## ${of.map((p) => `${p.name} ${p.version}`).join(', ')}\n\n${[...new Set(of.map((p) => p.license))].join(', ')}\n\n${text ? `\`\`\`text\n${text}\n\`\`\`` : 'The package holds no licence text of its own.'}\n`
  return `# Third-party notices\n\nThese packages are bundled into dist/, in whole or in part.\n\n${[...parts].map(part).join('\n')}`
}

export function write() {
  const packages = bundled()
  writeFileSync(join(root, 'THIRD_PARTY_NOTICES.md'), notices(packages))
  writeFileSync(join(root, 'sbom.cdx.json'), `${JSON.stringify(sbom(packages))}\n`)
}
