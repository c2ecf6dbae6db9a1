import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { EXIT, InputError } from '../errors.ts'
import { quoted, type Tree } from './tree.ts'

/**
 * Who vouches for a pack: pack.integrity holds the hash of the rest, and one of the keys has signed that file, by minisign
 * (pack.integrity.minisig) or by cosign sign-blob (pack.integrity.sig).
 * @throws InputError (pack) for a signature that is wrong, or of a key that is not among these
 */
export function verifySignature(tree: Tree, integrity: string, keys: readonly string[]): 'unsigned' | { key: string } {
  if (keys.length === 0) return 'unsigned'
  const fail = (message: string): never => {
    throw new InputError({ message, where: 'pack.integrity', hint: 'somebody changed it after it was signed, or it was signed by another key' }, EXIT.pack)
  }
  const said = tree.get('pack.integrity')
  const [minisig, sig] = [tree.get('pack.integrity.minisig'), tree.get('pack.integrity.sig')]
  if (!said || (!minisig && !sig)) return 'unsigned'
  if (said.toString('utf8').trim() !== integrity) return fail(`pack.integrity says ${quoted(said.toString('utf8').slice(0, 80))}, and the files are ${integrity}`)
  for (const key of keys.map(publicKey)) {
    if (key.kind === 'pem' && sig && holds(() => verify('sha256', said, key.key, Buffer.from(sig.toString('utf8').trim(), 'base64')))) return { key: key.id }
    if (key.kind === 'minisign' && minisig && holds(() => verifyMinisign(said, minisig.toString('utf8'), key))) return { key: key.id }
  }
  return fail('none of the keys has signed this pack')
}

/** A signature that cannot be read is none. */
function holds(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}

interface PublicKey {
  kind: 'pem' | 'minisign'
  /** what tells it from others: its own name for itself, or the hash of it */
  id: string
  key: KeyObject
}

/** @throws InputError (pack) for what is no public key: with it, each pack would be said to be unsigned */
function publicKey(text: string): PublicKey {
  try {
    // a private key holds the public one, and should not be where packs are used
    if (text.includes('PRIVATE KEY')) throw new Error('it is a private key')
    if (!text.includes('-----BEGIN')) return minisignKey(text)
    const key = createPublicKey(text)
    return { kind: 'pem', key, id: `sha256:${createHash('sha256').update(key.export({ format: 'der', type: 'spki' })).digest('hex')}` }
  } catch (error) {
    throw new InputError({ message: `a key cannot be read: ${quoted((error as Error).message)}`, where: '--pack-key', hint: 'give the public key of minisign, or of cosign as PEM' }, EXIT.pack)
  }
}

/** https://jedisct1.github.io/minisign/#signature-format: "Ed" signs the bytes, "ED" their BLAKE2b hash. */
function verifyMinisign(bytes: Buffer, signature: string, known: PublicKey): boolean {
  const lines = linesOf(signature)
  const packed = Buffer.from(lines[0] ?? '', 'base64')
  if (packed.length !== 74 || packed.subarray(2, 10).toString('hex') !== known.id) return false
  const kind = packed.toString('latin1', 0, 2)
  const own = packed.subarray(10)
  if (kind !== 'Ed' && kind !== 'ED') return false
  if (!verify(null, kind === 'ED' ? createHash('blake2b512').update(bytes).digest() : bytes, known.key, own)) return false
  const comment = /^trusted comment: (.*)$/.exec(lines[1] ?? '')?.[1]
  return comment !== undefined && verify(null, Buffer.concat([own, Buffer.from(comment)]), known.key, Buffer.from(lines[2] ?? '', 'base64'))
}

const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((l) => l !== '' && !l.startsWith('untrusted comment:'))

/** "Ed", eight bytes of id, 32 bytes of an Ed25519 key; in base64, with a comment line above it in a file. */
function minisignKey(text: string): PublicKey {
  const packed = Buffer.from(linesOf(text)[0] ?? '', 'base64')
  if (packed.length !== 42 || packed.toString('latin1', 0, 2) !== 'Ed') throw new Error('it is neither PEM nor of minisign')
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), packed.subarray(10)])
  return { kind: 'minisign', id: packed.subarray(2, 10).toString('hex'), key: createPublicKey({ key: der, format: 'der', type: 'spki' }) }
}
