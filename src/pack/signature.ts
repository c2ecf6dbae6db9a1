import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { EXIT, InputError } from '../errors.ts'
import type { Tree } from './tree.ts'

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
  if (said.toString('utf8').trim() !== integrity) return fail(`pack.integrity says ${said.toString('utf8').trim().slice(0, 80)}, and the files are ${integrity}`)
  for (const key of keys) {
    const pem = key.includes('-----BEGIN')
    if (pem && sig && verify('sha256', said, createPublicKey(key), Buffer.from(sig.toString('utf8').trim(), 'base64'))) return { key: 'PEM' }
    if (!pem && minisig && verifyMinisign(said, minisig.toString('utf8'), key)) return { key: minisignKey(key)?.id ?? '' }
  }
  return fail('none of the keys has signed this pack')
}

/** https://jedisct1.github.io/minisign/#signature-format: "Ed" signs the bytes, "ED" their BLAKE2b hash. */
function verifyMinisign(bytes: Buffer, signature: string, key: string): boolean {
  const known = minisignKey(key)
  const lines = signature.split('\n').filter((l) => !l.startsWith('untrusted comment:'))
  const packed = Buffer.from(lines[0] ?? '', 'base64')
  if (!known || packed.length !== 74 || packed.subarray(2, 10).toString('hex') !== known.id) return false
  const kind = packed.subarray(0, 2).toString('latin1')
  const own = packed.subarray(10)
  if (kind !== 'Ed' && kind !== 'ED') return false
  if (!verify(null, kind === 'ED' ? createHash('blake2b512').update(bytes).digest() : bytes, known.key, own)) return false
  const comment = /^trusted comment: (.*)$/.exec(lines[1] ?? '')?.[1]
  return comment !== undefined && verify(null, Buffer.concat([own, Buffer.from(comment)]), known.key, Buffer.from(lines[2] ?? '', 'base64'))
}

/** "Ed", eight bytes of id, 32 bytes of an Ed25519 key; in base64, with a comment line above it in a file. */
function minisignKey(text: string): { id: string; key: KeyObject } | undefined {
  const packed = Buffer.from(text.split('\n').filter((l) => l !== '' && !l.startsWith('untrusted comment:'))[0] ?? '', 'base64')
  if (packed.length !== 42 || packed.subarray(0, 2).toString('latin1') !== 'Ed') return undefined
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), packed.subarray(10)])
  return { id: packed.subarray(2, 10).toString('hex'), key: createPublicKey({ key: der, format: 'der', type: 'spki' }) }
}
