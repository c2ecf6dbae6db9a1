import { control } from './control.ts'

/** Names that hold secrets or history; each must be ignored at any depth. */
const SECRET = ['.env', 'app/.env.local', 'server.pem', 'a/b.key', 'id_rsa', '.aws/credentials', '.ssh/id_ed25519', '.kube/config', '.netrc', 'x.tfstate', '.git/config', '.envrc', '.git-credentials', '.docker/config.json']

export default control({
  id: 'context-secrets',
  title: 'Secrets never reach the build',
  why: 'What a COPY can see ends up in a layer sooner or later, and a layer cannot be taken back once it is pushed.',
  comment: 'secrets never reach the build',
  severity: 'high',
  points: ['IMG-3', 'SEC-1'],
  sources: ['I01', 'I03', 'OWASP-Node 9', 'DS-0031', 'DKL CIS-DI-0010'],
  slots: [
    {
      slot: 'secrets',
      text: '\n# secrets never reach the build\n**/.env\n**/.env.*\n!**/.env.example\n!**/.env.sample\n!**/.env.template\n!**/.env.dist\n**/*.pem\n**/*.key\n**/*.p12\n**/*.pfx\n**/*.jks\n**/*.ppk\n**/*.kdbx\n**/id_rsa*\n**/id_ecdsa*\n**/id_ed25519*\n**/.envrc\n**/.netrc\n**/.pgpass\n**/.my.cnf\n**/.vault-token\n**/.git-credentials\n**/.gnupg\n**/.docker/config.json\n**/.pypirc\n**/.aws\n**/.azure\n**/.config/gcloud\n**/.ssh\n**/.kube\n**/kubeconfig\n**/kubeconfig*.y*ml\n**/*.kubeconfig\n**/*.tfstate*\n**/*.tfvars',
    },
  ],
  check: ({ dockerignore, dockerfile }) => {
    if (!dockerignore) return dockerfile ? [{ message: 'there is no .dockerignore', file: '.dockerignore' }] : []
    const seen = SECRET.filter((path) => !dockerignore.ignores(path))
    return seen.length > 0 ? [{ message: `the build can see ${seen.join(', ')}`, file: dockerignore.path }] : []
  },
  failing: [{ Dockerfile: 'FROM debian:trixie-slim\nCOPY . .\n', '.dockerignore': 'node_modules\n' }],
})
