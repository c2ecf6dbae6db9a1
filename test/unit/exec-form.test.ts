import { expect, test } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import execForm from '../../src/controls/exec-form.ts'

const found = (lines: string): number => audit([{ path: 'Dockerfile', text: `FROM debian:trixie-slim\n${lines}\n` }], [execForm]).length

test.each([
  ['a shell that is replaced by what CMD says', 'ENTRYPOINT ["sh", "-c", "./migrate; exec \\"$0\\" \\"$@\\""]\nCMD ["./serve"]', 0],
  ['a shell that is told in CMD and is replaced', 'ENTRYPOINT ["sh"]\nCMD ["-c", "./migrate && exec ./serve"]', 0],
  ['a shell that stays', 'ENTRYPOINT ["sh", "-c", "./migrate && ./serve"]', 1],
  ['a shell that stays behind an exec', 'CMD ["sh", "-c", "exec ./migrate; ./serve"]', 1],
])('the first process: %s', (_, lines, count) => expect(found(lines)).toBe(count))
