import { describe, expect, it } from 'vitest'
import { factsOf, problemsOf } from './detecting.ts'

const FLASK = 'from flask import Flask\n\napp = Flask(__name__)\n'
const FASTAPI = 'from fastapi import FastAPI\n\napp = FastAPI()\n'
const python = (files: Record<string, string>, chosen = {}) => factsOf(files, chosen, 'python')
const argv = async (files: Record<string, string>): Promise<string> => (await python(files)).start?.value.join(' ') ?? ''

describe('the manager', () => {
  const app = { 'main.py': 'print(1)\n' }
  it.each([
    ['uv', { 'pyproject.toml': '[project]\nname = "a"\ndependencies = []\n', 'uv.lock': 'version = 1\n' }],
    ['poetry', { 'pyproject.toml': '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "^3.12"\n', 'poetry.lock': '' }],
    ['pdm', { 'pyproject.toml': '[project]\nname = "a"\n', 'pdm.lock': '' }],
    ['pipenv', { Pipfile: '[packages]\nflask = "*"\n', 'Pipfile.lock': '{}' }],
    ['pip', { 'requirements.txt': 'flask==3.1.0\n' }],
    ['pip', { 'requirements/production.txt': '-r base.txt\n', 'requirements/base.txt': 'flask==3.1.0\n' }],
    ['pyproject', { 'pyproject.toml': '[project]\nname = "a"\ndependencies = ["flask"]\n' }],
    ['pyproject', { 'setup.py': 'from setuptools import setup\nsetup(name="a", install_requires=["flask"])\n' }],
  ])('is %s', async (id, files) => {
    expect((await python({ ...app, ...files })).manager?.value).toBe(id)
  })

  it('copies every included requirements file before the install, each to its folder', async () => {
    const { build } = await python({ ...app, 'requirements.txt': '-r requirements/base.txt\n-c constraints.txt\n', 'requirements/base.txt': 'flask==3.1.0\n', 'constraints.txt': 'click==8.1.8\n' })
    expect(build.manifests).toEqual([{ files: ['requirements.txt', 'constraints.txt'], to: './' }, { files: ['requirements/base.txt'], to: './requirements/' }])
  })

  it('leaves out what Linux cannot install, and says so', async () => {
    const { build, warnings } = await python({ ...app, 'requirements.txt': 'flask==3.1.0\npywin32==306\n' })
    expect(build.install).toContain('pywin32')
    expect(warnings.find((w) => w.message.startsWith('pywin32'))).toMatchObject({ file: 'requirements.txt', line: 2 })
  })

  it('installs a project that requirements name by its path after the sources are there', async () => {
    const { build } = await python({ ...app, 'requirements.txt': 'flask==3.1.0\n-e .\n', 'setup.py': 'from setuptools import setup\nsetup()\n' })
    expect(build.project).toBe('pip --python .venv install --editable .')
    expect(build.install).toMatch(/^sed -i .*requirements\.txt && /)
  })

  it('refuses a malformed manifest with its place', async () => {
    expect(await problemsOf({ ...app, 'pyproject.toml': '[project]\nname = \n' })).toMatchObject([{ file: 'pyproject.toml', line: 2, column: expect.any(Number) }])
  })
})

describe('the version', () => {
  const of = async (files: Record<string, string>) => (await python({ 'main.py': 'print(1)\n', ...files })).version
  it.each([
    ['3.12', { '.python-version': '3.12.4\n' }],
    ['3.11', { 'runtime.txt': 'python-3.11.9\n' }],
    ['3.12', { '.tool-versions': 'nodejs 22.1.0\npython 3.12.1\n' }],
    ['3.11', { Pipfile: '[requires]\npython_version = "3.11"\n' }],
    ['3.13', { 'pyproject.toml': '[project]\nname = "a"\nrequires-python = ">=3.10"\n' }],
    ['3.12', { 'pyproject.toml': '[project]\nname = "a"\nrequires-python = ">=3.10,<3.13"\n' }],
    ['3.12', { 'pyproject.toml': '[tool.poetry.dependencies]\npython = "~3.12"\n' }],
    ['3.11', { 'setup.py': 'setup(python_requires=">=3.8,<3.12")\n' }],
    ['3.11', { Dockerfile: 'FROM python:3.11-slim\n' }],
    ['3.11', { 'requirements.txt': 'numpy==1.24.3\n' }],
    ['3.9', { 'requirements.txt': 'Jinja2==2.11.3\n' }],
    ['3.12', { 'pyproject.toml': '[project]\nname = "a"\n', 'uv.lock': 'wheels = [{ url = "https://x/a-1-cp312-cp312-manylinux.whl" }]\n' }],
  ])('is %s for %o', async (line, files) => {
    expect((await of(files as unknown as Record<string, string>))?.value).toBe(line)
  })

  it('says which pin chose it', async () => {
    const { version, warnings } = await python({ 'main.py': '', 'requirements.txt': 'flask==3.1.0\nnumpy==1.24.3\n' })
    expect(version).toMatchObject({ guess: true, evidence: [{ file: 'requirements.txt', line: 2 }] })
    expect(warnings.some((w) => w.message === 'numpy 1.24.3 came before Python 3.13, so Python 3.11 is used')).toBe(true)
  })

  it('is left to the default where nothing is said, and not read off a name of an environment', async () => {
    expect(await of({ '.python-version': 'my-env\n' })).toBeUndefined()
    expect(await of({ '.python-version': '3\n' })).toBeUndefined()
  })
})

describe('what is started', () => {
  it.each([
    ['gunicorn app:app --bind 0.0.0.0:{port}', { 'app.py': FLASK }],
    ['gunicorn flaskr:create_app() ', { 'flaskr/__init__.py': 'from flask import Flask\ndef create_app(config=None):\n    return Flask(__name__)\n' }],
    ['gunicorn run:app ', { 'shop/__init__.py': 'from flask import Flask\ndef create_app(config):\n    return Flask(__name__)\n', 'run.py': 'from shop import create_app\napp = create_app("prod")\n' }],
    ['gunicorn wsgi:app ', { 'wsgi.py': 'from app import app\n', 'app.py': FLASK }],
    ['uvicorn app.main:app --host', { 'app/main.py': `from app import db\n${FASTAPI}`, 'app/db.py': '' }],
    ['uvicorn main:app --host', { 'api/main.py': `import db\n${FASTAPI}`, 'api/db.py': '' }],
    ['uvicorn shop.main:app --host', { 'src/shop/__init__.py': '', 'src/shop/main.py': FASTAPI }],
    ['uvicorn --factory main:create_app --host', { 'main.py': 'from fastapi import FastAPI\ndef create_app():\n    return FastAPI()\n' }],
    ['uvicorn web.server:api --host', { 'web/server.py': 'from fastapi import FastAPI\napi = FastAPI()\nother = FastAPI()\n', 'run.py': 'import uvicorn\nuvicorn.run("web.server:api", port=9000)\n' }],
    ['gunicorn service:app ', { 'service.py': FLASK, 'app.py': FLASK, Procfile: 'web: gunicorn service:app --log-file -\n' }],
    ['streamlit run streamlit_app.py --server.port {port}', { 'streamlit_app.py': 'import streamlit as st\n' }],
    ['sanic main:app --host=0.0.0.0', { 'main.py': 'from sanic import Sanic\napp = Sanic("a")\n' }],
    ['celery -A tasks:app worker', { 'tasks.py': 'from celery import Celery\napp = Celery("a")\n' }],
    ['gunicorn app:server ', { 'app.py': 'from dash import Dash\napp = Dash(__name__)\nserver = app.server\n' }],
    ['python bot.py', { 'bot.py': 'import discord\n' }],
    ['python -m shop', { 'shop/__main__.py': 'print(1)\n', 'shop/__init__.py': '' }],
  ])('is %s', async (start, files) => {
    expect(await argv({ 'requirements.txt': '', ...(files as unknown as Record<string, string>) })).toContain(start)
  })

  it('is a command of the project, which is then installed', async () => {
    const { start, build, serves } = await python({ 'pyproject.toml': '[project]\nname = "mailer"\n[project.scripts]\nmailer = "mailer:main"\n', 'mailer.py': 'def main(): pass\n' })
    expect(start).toMatchObject({ value: ['mailer'], evidence: [{ file: 'pyproject.toml', line: 4 }] })
    expect(build.project).toContain('--editable .')
    expect(serves?.value).toBe(false)
  })

  it('keeps Flask from serving by itself while it is imported', async () => {
    expect((await python({ 'requirements.txt': 'flask', 'app.py': `${FLASK}app.run(debug=True)\n` })).env).toMatchObject({ FLASK_RUN_FROM_CLI: 'true' })
  })

  it('starts where relative files are, and imports from there', async () => {
    const { env, build } = await python({ 'requirements.txt': 'fastapi', 'web/main.py': `import db\n${FASTAPI}x = open("static/a.txt")\n`, 'web/db.py': '', 'web/static/a.txt': '' })
    expect(env).toMatchObject({ PYTHONPATH: '/app/web' })
    expect(build.workdir).toBe('/app/web')
  })

  it('adds a pinned server that the project lacks, and says so; one that it has is used', async () => {
    const lacking = await python({ 'requirements.txt': 'flask==3.1.0\n', 'app.py': FLASK })
    expect(lacking.build.added).toEqual([expect.stringMatching(/^gunicorn==\d/)])
    expect(lacking.warnings.some((w) => w.message.includes('no production server'))).toBe(true)
    expect((await python({ 'requirements.txt': 'fastapi[standard]==0.120\n', 'main.py': FASTAPI })).build.added).toEqual([])
    expect((await python({ 'requirements.txt': 'flask\nwaitress\n', 'app.py': FLASK })).start?.value[0]).toBe('waitress-serve')
    const locked = await python({ 'pyproject.toml': '[project]\nname = "a"\ndependencies = ["fastapi"]\n', 'uv.lock': '[[package]]\nname = "uvicorn"\nversion = "0.40.0"\n', 'main.py': FASTAPI })
    expect(locked.build.added).toEqual(['uvicorn==0.40.0'])
  })

  it('is nothing where no program is', async () => {
    expect(await problemsOf({ 'pyproject.toml': '[tool.ruff]\nline-length = 100\n' })).toMatchObject([{ message: 'no program was found here' }])
  })
})

describe('Django', () => {
  const files = {
    'requirements.txt': 'django==5.2\n',
    'manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "example.settings")\n',
    'example/wsgi.py': 'import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "example.settings")\napplication = get_wsgi_application()\n',
    'example/settings.py': 'import os\nDEBUG = True\nSECRET_KEY = os.environ["SECRET_KEY"]\nALLOWED_HOSTS = []\nINSTALLED_APPS = ["django.contrib.staticfiles"]\nSTATIC_ROOT = "static"\n',
  }
  it('is served through its wsgi module, collects static files and warns of hosts and DEBUG', async () => {
    const { start, build, warnings, health } = await python(files)
    expect(start?.value.slice(0, 2)).toEqual(['gunicorn', 'example.wsgi:application'])
    expect(build.collect).toBe('DJANGO_SETTINGS_MODULE=example.settings SECRET_KEY=build-only python manage.py collectstatic --noinput')
    expect(warnings.filter((w) => w.file === 'example/settings.py').map((w) => w.line)).toEqual([2, 4])
    expect(health).toBeUndefined()
  })

  it('collects nothing without STATIC_ROOT, and takes ALLOWED_HOSTS from the environment', async () => {
    const { build, env } = await python({ ...files, 'example/settings.py': 'import os\nALLOWED_HOSTS = os.environ.get("DJANGO_ALLOWED_HOSTS", "").split(" ")\n' })
    expect(build.collect).toBe('')
    expect(env).toMatchObject({ DJANGO_ALLOWED_HOSTS: 'localhost 127.0.0.1 {name} {host}' })
  })

  it('is found below another folder', async () => {
    const { build, start } = await python(Object.fromEntries(Object.entries(files).map(([path, text]) => [path === 'requirements.txt' ? path : `site/${path}`, text])))
    expect(build.workdir).toBe('/app/site')
    expect(start?.value[1]).toBe('example.wsgi:application')
  })
})

describe('port, host and signals', () => {
  it.each([
    [5000, 'app.run(port=5000)'],
    [9000, 'app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 9000)))'],
  ])('listens on %i', async (port, call) => {
    expect((await python({ 'requirements.txt': 'flask', 'app.py': `import os\n${FLASK}if __name__ == "__main__":\n    ${call}\n` })).port?.value).toBe(port)
  })

  it('takes neither the port of a database nor its variable', async () => {
    const facts = await python({ 'requirements.txt': '', 'main.py': 'import os\nport = 5432\nhost = os.environ.get("DB_PORT", "5432")\n' })
    expect(facts.port).toBeUndefined()
    expect(facts.serves?.value).toBe(false)
  })

  it('warns of a script that binds to loopback, or tells it by its variable', async () => {
    const server = (host: string): Record<string, string> => ({ 'requirements.txt': '', 'server.py': `import os\nfrom http.server import HTTPServer\nHTTPServer((${host}, 8090), None).serve_forever()\n` })
    const loopback = await python(server('"127.0.0.1"'))
    expect(loopback.port?.value).toBe(8090)
    expect(loopback.warnings.find((w) => w.message.includes('loopback'))).toMatchObject({ file: 'server.py', line: 3 })
    expect((await python(server('os.environ.get("HOST", "127.0.0.1")'))).hostVariable?.value).toEqual({ HOST: '0.0.0.0' })
  })

  it('knows servers that end on SIGTERM from scripts that do not', async () => {
    expect((await python({ 'requirements.txt': 'flask', 'app.py': FLASK })).handlesSigterm?.value).toBe(true)
    expect((await python({ 'requirements.txt': '', 'main.py': 'print(1)\n' })).handlesSigterm).toBeUndefined()
    expect((await python({ 'requirements.txt': '', 'main.py': 'import signal\nsignal.signal(signal.SIGTERM, print)\n' })).handlesSigterm?.value).toBe(true)
  })
})

describe('health', () => {
  const routes = (text: string) => python({ 'requirements.txt': 'fastapi', 'main.py': `${FASTAPI}${text}` })
  it('is a route on the application itself', async () => {
    const { health, ready } = await routes('@app.get("/healthz")\ndef h():\n    return 1\n\n@app.get("/readyz")\ndef r():\n    return 1\n')
    expect([health?.value, ready?.value]).toEqual(['/healthz', '/readyz'])
  })
  it('is not one below a prefix, not a POST, and not where hosts are checked', async () => {
    expect((await routes('router = APIRouter(prefix="/v1")\n@router.get("/health")\ndef h():\n    return 1\n')).health).toBeUndefined()
    expect((await routes('@app.post("/health")\ndef h():\n    return 1\n')).health).toBeUndefined()
    expect((await routes('app.add_middleware(TrustedHostMiddleware)\n@app.get("/health")\ndef h():\n    return 1\n')).health).toBeUndefined()
  })
  it('that asks a database says ready, not alive', async () => {
    const { health, ready } = await routes('@app.get("/health")\ndef h():\n    db.execute("SELECT 1")\n    return 1\n')
    expect(health).toBeUndefined()
    expect(ready?.value).toBe('/health')
  })
})

describe('services, settings and system packages', () => {
  it('come from the dependencies, each with its line', async () => {
    const { services, secrets, settings } = await python({ 'requirements.txt': 'flask\npsycopg2-binary==2.9.10\ncelery[redis]\n', 'app.py': `import os\n${FLASK}a = os.environ["SECRET_KEY"]\nb = os.getenv("LOG_LEVEL", "info")\n` })
    expect(services?.map((s) => s.value)).toEqual(['postgres', 'redis'])
    expect(services?.[0]?.evidence[0]).toMatchObject({ file: 'requirements.txt', line: 2 })
    expect([secrets?.map((s) => s.value), settings?.map((s) => s.value)]).toEqual([['SECRET_KEY'], ['LOG_LEVEL']])
  })
  it('apart for the build and the run, and rule out bases that cannot have them', async () => {
    const { build, unsuitable } = await python({ 'requirements.txt': 'psycopg2==2.9.10\n', 'main.py': '' })
    expect(build.systemPackages).toContain('libpq-dev')
    expect(build.runtimePackages).toEqual(['libpq5'])
    expect(unsuitable?.map((u) => u.base)).toEqual(['distroless', 'dhi', 'chainguard'])
    expect((await python({ 'requirements.txt': 'psycopg[binary]==3.2.3\n', 'main.py': '' })).build.runtimePackages).toEqual([])
  })
})

describe('what is written at run time', () => {
  it('is mounted where it is a folder of its own, and linked into /tmp where it is a file', async () => {
    const { writable, build } = await python({ 'requirements.txt': 'fastapi', 'main.py': `import os\n${FASTAPI}os.makedirs("uploads", exist_ok=True)\nURL = "sqlite:///./shop.db"\n` })
    expect(writable).toEqual(['/app/uploads'])
    expect(build.links).toEqual([{ path: 'shop.db', to: '/tmp/shop.db' }])
  })
  it("is Flask's instance folder where its SQLite database goes", async () => {
    expect((await python({ 'requirements.txt': 'flask\nflask-sqlalchemy\n', 'app.py': `${FLASK}app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"\n` })).writable).toEqual(['/app/instance'])
  })
  it('knows the database of Django, and gives the settings values while static files are collected', async () => {
    const { build } = await python({
      'requirements.txt': 'django\n',
      'manage.py': 'import django\n',
      'shop/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n',
      'shop/settings.py': 'DEBUG = int(os.environ.get("DEBUG"))\nALLOWED_HOSTS = os.environ.get("HOSTS").split(" ")\nDATABASES = {"default": {"NAME": os.environ.get("DB", BASE_DIR / "db.sqlite3")}}\nINSTALLED_APPS = ["django.contrib.staticfiles"]\nSTATIC_ROOT = "x"\n',
    })
    expect(build.links).toEqual([{ path: 'db.sqlite3', to: '/tmp/db.sqlite3' }])
    expect(build.collect).toContain(' DEBUG=1 HOSTS=build-only python')
  })
  it('leaves a folder alone that the project has files in', async () => {
    expect((await python({ 'requirements.txt': '', 'main.py': 'import os\nos.makedirs("data", exist_ok=True)\n', 'data/seed.csv': '' })).writable).toEqual([])
  })
})

it('a workspace of uv is installed whole, and what its members name counts', async () => {
  const facts = await factsOf({
    'pyproject.toml': '[project]\nname = "root"\nversion = "1"\n\n[tool.uv.workspace]\nmembers = ["packages/*"]\n',
    'uv.lock': 'version = 1\n',
    'packages/api/pyproject.toml': '[project]\nname = "api"\nversion = "1"\ndependencies = ["fastapi", "uvicorn", "shared"]\n',
    'packages/api/main.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n',
    'packages/shared/pyproject.toml': '[project]\nname = "shared"\nversion = "1"\n',
  })
  expect(facts.framework).toMatchObject({ value: 'fastapi', evidence: expect.arrayContaining([expect.objectContaining({ file: 'packages/api/pyproject.toml', line: 4 })]) })
  expect(facts.build).toMatchObject({ install: expect.stringMatching(/^uv sync --all-packages --frozen .*--no-install-workspace/), project: expect.stringContaining('--all-packages'), manifests: expect.arrayContaining([{ files: ['packages/api/pyproject.toml'], to: './packages/api/' }]) })
  expect(facts.warnings.map((w) => w.message).join()).not.toContain('production server')
})

it('a port that only the Dockerfile exposes is taken, as a guess', async () => {
  const files = { 'requirements.txt': 'flask==3.1.0\n', 'app.py': 'from flask import Flask\n\napp = Flask(__name__)\n' }
  expect((await factsOf({ ...files, Dockerfile: 'FROM python:3.13\nEXPOSE 9000\n' })).port).toEqual({ value: 9000, evidence: [{ file: 'Dockerfile', line: 2 }], guess: true })
  expect((await factsOf({ ...files, Dockerfile: 'FROM python:3.13\nEXPOSE 80\n' })).port).toBeUndefined()
})

describe('what comes from outside of the index', () => {
  const app = { 'main.py': FASTAPI }
  it('lets pip take builds for the processor, unless the project names an index or such a build', async () => {
    expect((await python({ ...app, 'requirements.txt': 'fastapi==0.115.0\ntorch==2.6.0\n' })).build.install).toMatch(/--extra-index-url \S+\/cpu -r requirements\.txt$/)
    expect((await python({ ...app, 'requirements.txt': '--extra-index-url https://example.com/whl\ntorch==2.6.0\n' })).build.install).not.toContain('--extra-index-url')
    expect((await python({ ...app, 'requirements.txt': 'torch==2.6.0+cu124\n' })).build.install).not.toContain('--extra-index-url')
  })

  it('carries system packages of the own Dockerfile over, run time and build time apart, and says which it does not', async () => {
    const { build, warnings } = await python({ ...app, 'requirements.txt': 'fastapi==0.115.0\n', Dockerfile: 'FROM python:3.12\nRUN apt-get update && apt-get -y install \\\n  gcc=12 curl \\\n  # pictures\n  libgl1-mesa-glx wkhtmltopdf && rm -rf /var\n' })
    expect(build).toMatchObject({ systemPackages: ['gcc', 'g++', 'libc6-dev'], runtimePackages: ['libgl1'] })
    expect(warnings.find((w) => w.message.includes('wkhtmltopdf'))).toMatchObject({ file: 'Dockerfile', line: 5 })
  })

  it('keeps what an old release does not know away from it, but not what the project pins', async () => {
    expect((await python({ 'app.py': FLASK, 'requirements.txt': 'flask==2.0.1\ngunicorn==23.0.0\n' })).build.added).toContain("'werkzeug<3'")
    expect((await python({ 'app.py': FLASK, 'requirements.txt': 'flask==2.0.1\nwerkzeug==2.0.1\ngunicorn==23.0.0\n' })).build.added).not.toContain("'werkzeug<3'")
    expect((await python({ 'app.py': FLASK, 'requirements.txt': 'flask==3.1.0\ngunicorn==23.0.0\n' })).build.added).not.toContain("'werkzeug<3'")
  })
})

describe('settings', () => {
  it('are named by sources, by the fields of pydantic and by an example of .env', async () => {
    const facts = await python({ 'main.py': `import os\nfrom pydantic_settings import BaseSettings\n\nclass Conf(BaseSettings):\n    retries: int = 3\n    api_key: str\n\n    model_config = {"env_prefix": "X_"}\n\nos.environ["REGION"]\n${FASTAPI}`, '.env.example': '# who asks\nMAIL_FROM=a@example.com\nMAIL_PASSWORD=\n', 'requirements.txt': 'fastapi\n' })
    expect(facts.settings?.map((s) => s.value)).toEqual(['REGION', 'X_RETRIES', 'MAIL_FROM'])
    expect(facts.secrets?.map((s) => s.value)).toEqual(['X_API_KEY', 'MAIL_PASSWORD'])
  })

  it('of a file give the port, as a guess', async () => {
    const { port } = await python({ 'main.py': 'import json\nfrom aiohttp import web\nc = json.load(open("c.json"))\nweb.run_app(web.Application(), port=c["port"])\n', 'c.json': '{\n  "port": 8321\n}\n', 'requirements.txt': 'aiohttp\n' })
    expect(port).toMatchObject({ value: 8321, guess: true, evidence: [{ file: 'c.json', line: 2 }] })
  })
})

it('serves what Bottle\'s decorators make by a production server', async () => {
  expect(await argv({ 'web/__init__.py': '', 'web/main.py': 'from bottle import get, run\n\n@get("/")\ndef index(): return ""\n\nrun()\n', 'requirements.txt': 'bottle\n' })).toMatch(/^gunicorn bottle:load_app\('web\.main'\) /)
})

it('starts no library', async () => {
  expect((await python({ 'pyproject.toml': '[project]\nname = "a"\n', 'src/a/more.py': 'def more(): return 1\n' })).start).toBeUndefined()
})

it('starts the server beside its client', async () => {
  const main = 'if __name__ == "__main__":\n    print(1)\n'
  expect(await argv({ 'mail_server.py': main, 'mail_client.py': main, 'requirements.txt': 'grpcio\n' })).toBe('python mail_server.py')
})
