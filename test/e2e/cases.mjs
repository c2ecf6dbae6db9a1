// Projects of examples/ that are really built and run. `ci`: in every run; the others with `npm run e2e -- --all`.
// path: answered below 500 · source: file that is edited to show that no dependency is installed again · also: deeper checks
export const CASES = [
  { name: 'node-express', ci: true, path: '/', source: 'server.js', also: ['rolling', 'network'] },
  { name: 'node-fastify', ci: true, path: '/', source: 'src/main.ts' },
  { name: 'node-nest', path: '/', source: 'src/main.ts' },
  { name: 'node-next', ci: true, path: '/', source: 'app/page.js' },
  { name: 'node-vite', ci: true, path: '/', source: 'index.html' },
  { name: 'node-worker', ci: true, source: 'worker.js' },
  { name: 'static-site', ci: true, path: '/' },
  { name: 'python-flask', ci: true, path: '/', source: 'app.py' },
  { name: 'python-fastapi', ci: true, path: '/', source: 'app/main.py' },
  { name: 'python-django', path: '/', source: 'manage.py' },
  { name: 'python-worker', source: 'worker.py' },
  { name: 'go-http', ci: true, path: '/', source: 'main.go', flags: ['--with', 'ci'] },
  { name: 'go-cmd', path: '/', source: 'cmd/server/main.go' },
  { name: 'go-cgo', ci: true, path: '/', source: 'main.go' },
  { name: 'java-spring', ci: true, path: '/', source: 'src/main' },
  { name: 'java-jar', ci: true, path: '/', source: 'src/main' },
  { name: 'rust-axum', ci: true, path: '/', source: 'src/main.rs' },
  { name: 'rust-actix', ci: true, path: '/', source: 'src/bin/api.rs' },
  { name: 'rust-worker', source: 'src/main.rs' },
]
